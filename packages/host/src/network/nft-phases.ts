// Splits a change of rules so that no packet meets a new rule before the set that it looks into: the kernel
// switches to the new rules first and fills the intervals of new sets a moment later.

const newSet = /^add set inet vpc (\S+) /;
const elements = /^add element inet vpc (\S+) /;

/**
 * The transactions of a change in their order. The first only makes and fills sets that no rule names yet, so
 * that it changes nothing for any packet; the last is the change.
 */
export function nftPhases(nft: string): readonly string[] {
  const lines = nft.split("\n").filter((line) => line !== "");
  const fresh = new Set(lines.flatMap((line) => newSet.exec(line)?.[1] ?? []));
  // Where no chain that stands is rewritten, nobody's packets meet the new sets.
  if (fresh.size === 0 || !lines.some((line) => line.startsWith("flush chain ")))
    return nft === "" ? [] : [nft];
  const isEarly = (line: string): boolean => {
    const name = newSet.exec(line)?.[1] ?? elements.exec(line)?.[1];
    return name !== undefined && fresh.has(name);
  };
  const phases = [lines.filter(isEarly), lines.filter((line) => !isEarly(line))];
  return phases.map((phase) => `${phase.join("\n")}\n`);
}
