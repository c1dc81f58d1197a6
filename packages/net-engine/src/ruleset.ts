/**
 * An nftables table as plain data, printed whole as one atomic replacement or as the difference to another
 * one.
 */

/** A set or a map; an element of a map is written `key : value`. */
export interface NftSet {
  readonly kind: "set" | "map";
  /** What stands in the braces besides the elements. */
  readonly declaration: string;
  readonly elements: readonly string[];
}

/** A chain; a base chain has a hook. */
export interface NftChain {
  readonly hook?: string | undefined;
  readonly rules: readonly string[];
}

/** A table of the inet family. */
export interface Ruleset {
  readonly sets: Readonly<Record<string, NftSet>>;
  readonly chains: Readonly<Record<string, NftChain>>;
}

const table = "inet vpc";

/** Collects a table. */
export interface RulesetBuilder {
  readonly sets: Record<string, NftSet>;
  readonly chains: Record<string, NftChain>;
}

/** Prints a table as a transaction that replaces whatever stood before. */
export function printFull(ruleset: Ruleset): string {
  const lines = [`table ${table}`, `delete table ${table}`, `table ${table} {`];
  for (const [name, set] of Object.entries(ruleset.sets)) {
    lines.push(`${set.kind} ${name} { ${set.declaration} ${printElements(set.elements)}}`);
  }
  // An empty chain first: rules and map elements may then name any chain.
  for (const [name, { hook }] of Object.entries(ruleset.chains)) {
    if (hook === undefined) lines.push(`chain ${name} {}`);
  }
  for (const [name, chain] of Object.entries(ruleset.chains)) {
    lines.push(`chain ${name} {`, ...(chain.hook === undefined ? [] : [chain.hook]), ...chain.rules, "}");
  }
  lines.push("}", "");
  return lines.join("\n");
}

function printElements(elements: readonly string[]): string {
  return elements.length === 0 ? "" : `elements = { ${elements.join(", ")} } `;
}

/** Prints the transaction that turns one table into another; empty text when they are equal. */
export function printChange(from: Ruleset, to: Ruleset): string {
  const redeclared = changedDeclarations(from, to);
  if (redeclared) return printFull(to);
  const added: string[] = [];
  const emptied: string[] = [];
  const removedElements: string[] = [];
  const addedElements: string[] = [];
  const rules: string[] = [];
  const removed: string[] = [];
  for (const [name, set] of Object.entries(to.sets)) {
    const old = from.sets[name];
    if (old === undefined) added.push(`add ${set.kind} ${table} ${name} { ${set.declaration} }`);
    const change = elementChange(old?.elements ?? [], set.elements);
    if (change.gone.length > 0) removedElements.push(elementCommand("delete", name, change.gone.map(keyOf)));
    if (change.come.length > 0) addedElements.push(elementCommand("add", name, change.come));
  }
  for (const [name, chain] of Object.entries(to.chains)) {
    const old = from.chains[name];
    if (old === chain) continue;
    if (old !== undefined && sameRules(old.rules, chain.rules)) continue;
    if (old === undefined)
      added.push(`add chain ${table} ${name}${chain.hook === undefined ? "" : ` { ${chain.hook} }`}`);
    else emptied.push(`flush chain ${table} ${name}`);
    rules.push(...chain.rules.map((rule) => `add rule ${table} ${name} ${rule}`));
  }
  for (const name of Object.keys(from.chains)) {
    if (to.chains[name] !== undefined) continue;
    emptied.push(`flush chain ${table} ${name}`);
    removed.push(`delete chain ${table} ${name}`);
  }
  for (const [name, set] of Object.entries(from.sets)) {
    if (to.sets[name] === undefined) {
      if (set.elements.length > 0) removedElements.push(`flush ${set.kind} ${table} ${name}`);
      removed.push(`delete ${set.kind} ${table} ${name}`);
    }
  }
  const lines = [...added, ...emptied, ...removedElements, ...addedElements, ...rules, ...removed];
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** A set's declaration and a base chain's hook cannot be changed in place; nor is there a table at first. */
function changedDeclarations(from: Ruleset, to: Ruleset): boolean {
  if (Object.keys(from.chains).length === 0) return true;
  for (const name in to.sets) {
    const old = from.sets[name];
    if (old !== undefined && old.declaration !== to.sets[name]?.declaration) return true;
  }
  for (const name in to.chains) {
    const old = from.chains[name];
    if (old !== undefined && old.hook !== to.chains[name]?.hook) return true;
  }
  return false;
}

function elementChange(
  old: readonly string[],
  now: readonly string[],
): { gone: readonly string[]; come: readonly string[] } {
  if (old === now) return { gone: [], come: [] };
  if (old.length === 0) return { gone: [], come: now };
  const before = new Set(old);
  const after = new Set(now);
  return {
    gone: old.filter((element) => !after.has(element)),
    come: now.filter((element) => !before.has(element)),
  };
}

function elementCommand(verb: "add" | "delete", set: string, elements: readonly string[]): string {
  return `${verb} element ${table} ${set} { ${elements.join(", ")} }`;
}

function keyOf(element: string): string {
  const at = element.indexOf(" : ");
  return at < 0 ? element : element.slice(0, at);
}

function sameRules(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((rule, index) => rule === b[index]);
}
