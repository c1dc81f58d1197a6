/**
 * Addresses, rules, routes and neighbours of a namespace as keyed lines of `ip -batch`, and their difference.
 */

/**
 * Lines by key. The key starts with the object (`addr`, `rule`, `route` or `neigh`) and ends in what
 * identifies the thing to `del`; the value is what follows `add` or `replace`.
 */
export type IpState = Readonly<Record<string, string>>;

/** Lines that bring one state to another: additions and replacements, then deletions. */
export function changeLines(from: IpState, to: IpState): string[] {
  const lines: string[] = [];
  for (const key in to) {
    const text = to[key];
    if (text === undefined || from[key] === text) continue;
    const object = objectOf(key);
    if (object === "rule" && from[key] !== undefined) lines.push(deleteLine(key));
    lines.push(`${object} ${object === "rule" ? "add" : "replace"} ${text}`);
  }
  for (const key in from) {
    if (to[key] !== undefined) continue;
    lines.push(deleteLine(key));
  }
  return lines;
}

function objectOf(key: string): string {
  return key.slice(0, key.indexOf(" "));
}

function deleteLine(key: string): string {
  const object = objectOf(key);
  return `${object} del${key.slice(object.length)}`;
}
