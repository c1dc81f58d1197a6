import { describe, expect, it } from "vitest";
import probes from "./cases/probes.json" with { type: "json" };
import { compileNetwork } from "./compile-network.ts";
import { evaluate, type Verdict } from "./evaluate.ts";
import type { CompiledNetwork } from "./compiled-network.ts";
import type { Traffic } from "./packet.ts";
import { reach } from "./reach.ts";
import { probeChanges, probeVpcA, probeVpcB } from "./testing/probe-network.ts";

interface ProbeCase {
  probe: number;
  name: string;
  vpc?: string;
  change?: string;
  from: string;
  source?: string;
  to: string;
  tcp?: number;
  udp?: number;
  icmp?: number;
  /** `passes`, `arrives` (its answer is the receiver's affair), or the stage that denies. */
  expect: string;
  at?: string;
  seenAs?: string;
  decidedBy?: string;
  /** One segment only, as the sender's packet is; otherwise the whole way. */
  evaluate?: boolean;
}

function trafficOf({ tcp, udp, icmp }: ProbeCase): Traffic {
  if (icmp !== undefined) return { protocol: 1, icmpType: icmp };
  return { protocol: tcp === undefined ? 17 : 6, destinationPort: tcp ?? udp };
}

function networkOf({ vpc, change }: ProbeCase): CompiledNetwork {
  if (vpc === "b") return compileNetwork(probeVpcB);
  const changed = change === undefined ? probeVpcA : probeChanges[change];
  if (changed === undefined) throw new Error(`no change ${change}`);
  return compileNetwork(changed);
}

function verdictOf(probe: ProbeCase): Verdict {
  const compiled = networkOf(probe);
  const fromAddress = /^[\d.]+$/.test(probe.from);
  const from = fromAddress ? probe.from : `eni-${probe.from}`;
  if (probe.evaluate !== true) return reach(compiled, { from, to: probe.to }, trafficOf(probe));
  const eni = compiled.model.enis.find(({ id }) => id === from);
  const source = probe.source ?? eni?.privateIps[0] ?? probe.from;
  return evaluate(compiled, { from, source, destination: probe.to, ...trafficOf(probe) });
}

function outcomeOf(verdict: Verdict, wanted: string): string {
  if (wanted === "arrives") return verdict.delivered ? "arrives" : (verdict.denied?.stage ?? "lost");
  return verdict.allowed ? "passes" : (verdict.denied?.stage ?? "lost");
}

describe("the connectivity probes", () => {
  it.each(probes.cases as ProbeCase[])("$probe: $name", (probe) => {
    const verdict = verdictOf(probe);
    expect(outcomeOf(verdict, probe.expect)).toBe(probe.expect);
    const said = verdict.hops.map(({ text }) => text);
    expect(said).toContain(probe.decidedBy ?? said[0]);
    const { arrival } = verdict;
    const at = arrival?.kind === "eni" ? arrival.eniId : undefined;
    expect(at).toBe(probe.at === undefined ? at : `eni-${probe.at}`);
    const seenAs = arrival?.kind === "internet" ? arrival.source : undefined;
    expect(seenAs).toBe(probe.seenAs ?? seenAs);
  });
});
