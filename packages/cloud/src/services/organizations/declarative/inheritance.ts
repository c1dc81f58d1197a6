/**
 * How declarative policies come together on the way from the root down to an account: what a value is set
 * to, what is added to it and taken from it, and what those below may still change.
 */

/** JSON, as a policy document has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** What may be done to a value. */
export type ValueOperator = "@@assign" | "@@append" | "@@remove";

export const valueOperators: readonly ValueOperator[] = ["@@assign", "@@append", "@@remove"];
/** Where a policy tells what those below it may do. */
export const childControl = "@@operators_allowed_for_child_policies";

type Value = string | readonly string[];

/** What is in effect at a place of the document. */
class EffectiveNode {
  readonly children = new Map<string, EffectiveNode>();
  value: Value | undefined;
  /** The level that the value was assigned at. */
  assignedAt: number | undefined;
  /** What policies of lower levels may do here and below; undefined where nobody has said. */
  allowed: ReadonlySet<ValueOperator> | undefined;

  child(name: string): EffectiveNode {
    const known = this.children.get(name) ?? new EffectiveNode();
    this.children.set(name, known);
    return known;
  }
}

/** What is allowed at a place, and what the level in hand says about the levels below. */
interface Walk {
  readonly level: number;
  readonly allowed: ReadonlySet<ValueOperator>;
  readonly controls: Map<EffectiveNode, ReadonlySet<ValueOperator>>;
}

/**
 * The effective document of policies by level, the root's first; undefined when nothing is in effect. What a
 * policy may not change is passed over.
 * Differs: of two assignments at one level the policy that was attached first counts; AWS does not say.
 */
export function effectiveDocument(levels: readonly (readonly JsonObject[])[]): JsonObject | undefined {
  const root = new EffectiveNode();
  for (const [level, documents] of levels.entries()) {
    const controls = new Map<EffectiveNode, ReadonlySet<ValueOperator>>();
    for (const document of documents) {
      apply(root, document, { level, allowed: new Set(valueOperators), controls });
    }
    for (const [node, allowed] of controls) {
      node.allowed = new Set([...allowed].filter((each) => node.allowed?.has(each) ?? true));
    }
  }
  return objectOf(root);
}

function apply(node: EffectiveNode, document: JsonObject, walk: Walk): void {
  const allowed = node.allowed === undefined ? walk.allowed : both(node.allowed, walk.allowed);
  for (const [name, value] of Object.entries(document)) {
    if (name === childControl) {
      const control = allowedByControl(value);
      const before = walk.controls.get(node);
      walk.controls.set(node, before === undefined ? control : both(before, control));
    } else if (isValueOperator(name)) {
      if (allowed.has(name)) change(node, { operator: name, value: valueOf(value), level: walk.level });
    } else if (isObject(value)) {
      apply(node.child(name), value, { ...walk, allowed });
    }
  }
}

function both<Item>(one: ReadonlySet<Item>, other: ReadonlySet<Item>): ReadonlySet<Item> {
  return new Set([...one].filter((item) => other.has(item)));
}

function allowedByControl(value: Json): ReadonlySet<ValueOperator> {
  const names: readonly Json[] = Array.isArray(value) ? value : [value as Json];
  if (names.includes("@@none")) return new Set();
  return new Set(valueOperators.filter((each) => names.includes("@@all") || names.includes(each)));
}

function change(
  node: EffectiveNode,
  { operator, value, level }: { operator: ValueOperator; value: Value; level: number },
): void {
  if (operator === "@@assign") {
    if (node.assignedAt === level) return;
    node.value = value;
    node.assignedAt = level;
    return;
  }
  const before = listOf(node.value ?? []);
  const named = listOf(value);
  node.value =
    operator === "@@append"
      ? [...before, ...named.filter((each) => !before.includes(each))]
      : before.filter((each) => !named.includes(each));
}

function listOf(value: Value): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** The values of a checked document are texts and lists of texts. */
function valueOf(value: Json): Value {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function objectOf(node: EffectiveNode): JsonObject | undefined {
  const members = [...node.children].flatMap(([name, child]): [string, Json][] => {
    const value = child.value ?? objectOf(child);
    return value === undefined ? [] : [[name, value]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

export function isValueOperator(name: string): name is ValueOperator {
  return (valueOperators as readonly string[]).includes(name);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
