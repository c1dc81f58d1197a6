/**
 * Small numbers that name things on this machine: marks, zones and interface names have no room for ids. A
 * number is free again when its holder is gone, and is given again only after all others, so that nothing of
 * an old holder is taken for a new one.
 */
import { collection, type Tx } from "@casemate/store";

/** What is numbered, and how high the numbers go. */
export const numberSpaces = { vpc: 4095, eni: 60_000 } as const;

/** A numbered kind of thing. */
export type NumberSpace = keyof typeof numberSpaces;

interface NumberRow {
  readonly key: string;
  readonly space: NumberSpace;
  readonly number: number;
  readonly holder: string;
}

interface LastNumberRow {
  readonly space: NumberSpace;
  readonly last: number;
}

export const hostNumbers = collection<NumberRow>({ kind: "ec2/host-number", key: (row) => row.key });
export const lastHostNumbers = collection<LastNumberRow>({
  kind: "ec2/last-host-number",
  key: (row) => row.space,
});

/** Takes the next free number for a holder, or undefined when every one is taken. */
export function takeNumber(tx: Tx, space: NumberSpace, holder: string): number | undefined {
  const max = numberSpaces[space];
  const last = tx.get(lastHostNumbers, space)?.last ?? 0;
  for (let step = 1; step <= max; step += 1) {
    const number = ((last + step - 1) % max) + 1;
    const key = `${space}/${number}`;
    if (tx.get(hostNumbers, key) !== undefined) continue;
    tx.put(hostNumbers, { key, space, number, holder });
    tx.put(lastHostNumbers, { space, last: number });
    return number;
  }
  return undefined;
}

/** Gives a number back. */
export function releaseNumber(tx: Tx, space: NumberSpace, number: number): void {
  tx.delete(hostNumbers, `${space}/${number}`);
}
