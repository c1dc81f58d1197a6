import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileNetwork } from "./compile-network.ts";
import { decide, evaluate, type Arrival, type Verdict } from "./evaluate.ts";
import { reach } from "./reach.ts";
import { literalVerdict, randomModel, randomPacket, seededRandom } from "./testing/index.ts";

function placeOf(arrival: Arrival | undefined): string | undefined {
  switch (arrival?.kind) {
    case "eni":
      return arrival.eniId;
    case "internet":
      return `internet ${arrival.source}`;
    case "service":
      return arrival.service;
    case "vpc-peering":
      return arrival.peeringId;
    case "vpc-endpoint":
      return arrival.endpointId;
    case undefined:
      return undefined;
  }
}

function summary({ allowed, delivered, reply, arrival, denied }: Verdict): unknown {
  return { allowed, delivered, reply, arrival: placeOf(arrival), denied: denied?.stage };
}

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

describe("the evaluator over boxes", () => {
  it("agrees with the literal reading of the rules, to the stage that decides", () => {
    const counts = { allowed: 0, denied: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const model = randomModel(random, { ipv6: random.chance(0.5), enis: random.between(1, 8) });
        const compiled = compileNetwork(model);
        for (let count = 0; count < 40; count++) {
          const packet = randomPacket(random, model);
          const verdict = evaluate(compiled, packet);
          expect({ packet, ...(summary(verdict) as object) }).toEqual({
            packet,
            ...literalVerdict(model, packet),
          });
          counts[verdict.allowed ? "allowed" : "denied"]++;
        }
      }),
      { numRuns: 250 },
    );
    // Both outcomes must be common, or the agreement says little.
    expect(Math.min(counts.allowed, counts.denied)).toBeGreaterThan(1000);
  }, 20_000);

  it("decides alike with and without an explanation, and is never denied without a hop", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const model = randomModel(random);
        const compiled = compileNetwork(model);
        const packet = randomPacket(random, model);
        const { hops, denied, ...decision } = evaluate(compiled, packet);
        expect(decide(compiled, packet)).toEqual(decision);
        expect(denied).toBe(decision.allowed ? undefined : hops.find((hop) => !hop.passed));
        expect(decision.delivered || denied === hops.at(-1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("adding a deny entry to a network ACL never lets more through", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const model = randomModel(random);
        const extra = {
          ruleNumber: 950,
          egress: random.chance(0.5),
          action: "deny" as const,
          protocol: 6,
          cidr: "10.0.0.0/16",
        };
        const stricter = {
          ...model,
          networkAcls: model.networkAcls.map((acl) => ({ ...acl, entries: [...acl.entries, extra] })),
        };
        const [before, after] = [compileNetwork(model), compileNetwork(stricter)];
        for (let count = 0; count < 10; count++) {
          const packet = randomPacket(random, model);
          const widened = decide(after, packet).allowed && !decide(before, packet).allowed;
          expect({ packet, widened }).toEqual({ packet, widened: false });
        }
      }),
      { numRuns: 100 },
    );
  });

  it("reach says the same as evaluate where no middlebox and no detour is met", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const model = randomModel(random, { middleboxes: false });
        const compiled = compileNetwork(model);
        const packet = randomPacket(random, model, { spoofed: false });
        if (
          packet.from === "internet" ||
          compiled.model.enis.some((eni) =>
            eni.publicIps?.some(({ publicIp }) => publicIp === packet.destination),
          )
        )
          return;
        const followed = reach(compiled, { from: packet.source, to: packet.destination }, packet);
        expect(summary(followed)).toEqual(summary(evaluate(compiled, packet)));
      }),
      { numRuns: 200 },
    );
  });
});
