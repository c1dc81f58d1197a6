/** Reads what the kernel counted on a machine's network interfaces, as the machine itself sees them. */
import { readFile } from "node:fs/promises";
import type { MachineMetrics } from "@casemate/cloud";

type InterfaceCounters = MachineMetrics["interfaces"];

/** Parses a /proc/PID/net/dev; the loopback device is not the network. */
export function parseInterfaceCounters(text: string): InterfaceCounters {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*([^\s:]+):\s*([0-9 ]+)$/.exec(line);
    const [, name, numbers] = match ?? [];
    if (name === undefined || numbers === undefined || name === "lo") return [];
    const fields = numbers.trim().split(/\s+/).map(Number);
    return [
      {
        name,
        receivedBytes: fields[0] ?? 0,
        receivedPackets: fields[1] ?? 0,
        sentBytes: fields[8] ?? 0,
        sentPackets: fields[9] ?? 0,
      },
    ];
  });
}

export async function readInterfaceCounters(pid: number): Promise<InterfaceCounters> {
  return parseInterfaceCounters(await readFile(`/proc/${pid}/net/dev`, "utf8").catch(() => ""));
}
