/** Reads what a guest's kernel takes as its own addresses, without starting a program. */
import { readFile } from "node:fs/promises";
import { formatAddress } from "@casemate/net-engine";

/** The addresses in a /proc/PID/net/fib_trie, and local blocks; the loopback block is not among them. */
export function parseLocalIpv4(text: string): string[] {
  const found: string[] = [];
  let address = "";
  for (const line of text.split("\n")) {
    const leaf = /^\s*\|--\s+(\d+\.\d+\.\d+\.\d+)\s*$/.exec(line)?.[1];
    if (leaf !== undefined) address = leaf;
    const length = /^\s*\/(\d+)\s+host\s+LOCAL\b/.exec(line)?.[1];
    if (length === undefined || address.startsWith("127.")) continue;
    found.push(length === "32" ? address : `${address}/${length}`);
  }
  return found;
}

/** The flag of a route to the host itself. */
const routeLocal = 0x8000_0000;

/** The same of a /proc/PID/net/ipv6_route, without loopback and link-local addresses. */
export function parseLocalIpv6(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", lengthText = "", , , , , , , flags = ""] = line.trim().split(/\s+/);
    if (!/^[0-9a-f]{32}$/.test(destination) || (parseInt(flags, 16) & routeLocal) === 0) return [];
    if (/^fe[89ab]/.test(destination) || destination === `${"0".repeat(31)}1`) return [];
    const address = formatAddress(BigInt(`0x${destination}`));
    const length = parseInt(lengthText, 16);
    return [length === 128 ? address : `${address}/${length}`];
  });
}

/** What the guest behind a process takes as its own, sorted; undefined where it cannot be read. */
export async function readMachineAddresses(pid: number): Promise<readonly string[] | undefined> {
  const read = (name: string): Promise<string | undefined> =>
    readFile(`/proc/${pid}/net/${name}`, "utf8").catch(() => undefined);
  const [trie, routes] = await Promise.all([read("fib_trie"), read("ipv6_route")]);
  if (trie === undefined) return undefined;
  const all = [...parseLocalIpv4(trie), ...parseLocalIpv6(routes ?? "")];
  return [...new Set(all)].toSorted((a, b) => (a < b ? -1 : 1));
}
