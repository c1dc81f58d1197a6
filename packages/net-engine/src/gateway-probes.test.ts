import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileNetwork } from "./compile-network.ts";
import type { CompiledNetwork } from "./compiled-network.ts";
import type { Verdict } from "./evaluate.ts";
import { reachAcross } from "./reach.ts";
import { changedWorld } from "./testing/gateway-changes.ts";
import { readGatewayProbes, type GatewayProbe } from "./testing/gateway-probes.ts";

const table = readFileSync(new URL("cases/gateway-probes.tsv", import.meta.url), "utf8");
const worlds = new Map<string, readonly CompiledNetwork[]>();

function worldOf(change: string): readonly CompiledNetwork[] {
  const known = worlds.get(change);
  if (known !== undefined) return known;
  const { a, b, c, p } = changedWorld(change);
  const networks = [a, b, c, p].map(compileNetwork);
  worlds.set(change, networks);
  return networks;
}

function verdictOf({ change, from, source, to, protocol, port }: GatewayProbe): Verdict {
  const networks = worldOf(change);
  const traffic =
    protocol === 1 ? { protocol, icmpType: port } : { protocol, destinationPort: port, sourcePort: 40_000 };
  const outside = /[.:]/.test(from);
  const ends = { from: outside ? from : `eni-${from}`, to };
  return reachAcross(networks, source === undefined ? ends : { ...ends, source }, traffic);
}

function outcomeOf({ allowed, delivered, denied, reply }: Verdict): string {
  if (allowed) return "ok";
  return denied?.stage ?? (delivered && reply === "lost" ? "lost" : "nowhere");
}

function seenBy({ arrival, hops }: Verdict): string | undefined {
  if (arrival?.kind === "internet") return arrival.source;
  return hops.filter(({ stage }) => !stage.startsWith("reply-")).at(-1)?.header.source;
}

describe("the gateway probes", () => {
  it.each(readGatewayProbes(table))("$probe: $name", (probe) => {
    const verdict = verdictOf(probe);
    const wanted = probe.expect === "no-answer" ? "ok" : probe.expect;
    const said = verdict.hops.map(({ text }) => text);
    const seen = probe.seen === "-" ? "-" : seenBy(verdict);
    const code = verdict.denied?.code ?? "-";
    const told = { outcome: outcomeOf(verdict), seen, code };
    expect({ ...told, said }).toEqual({ outcome: wanted, seen: probe.seen, code: probe.code, said });
  });
});
