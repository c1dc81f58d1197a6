import { performance } from "node:perf_hooks";

import { compileNetwork, reachAcross } from "@casemate/net-engine";
import type { CompiledNetwork, Verdict, VpcModel } from "@casemate/net-engine";
import {
  outsideAddresses,
  outsideAddresses6,
  randomWorld,
  randomWorldPacket,
  seededRandom,
} from "@casemate/net-engine/testing";
import type { RandomWorld, SeededRandom, WorldPacket } from "@casemate/net-engine/testing";
import { describe, expect, it } from "vitest";

import { networkGate, temporaryDriver } from "./testing/network-world.ts";
import { RandomProbers } from "./testing/random-probers.ts";

const gate = await networkGate();
const seed = Number(process.env["CASEMATE_SEED"] ?? Math.floor(Math.random() * 1e9));
/** Topologies to try; without it, as many as fit into the time. */
const count = Number(process.env["CASEMATE_TOPOLOGIES"] ?? 0);
const budgetMs = 25_000;
const packetsPerTopology = 60;
const variantsPerWorld = 6;

describe.skipIf(!gate.available)(`real packets against the way foretold${gate.title}`, () => {
  it(
    `agree on random topologies with every gateway (CASEMATE_SEED=${seed})`,
    async () => {
      const { driver, end } = await temporaryDriver();
      const random = seededRandom(seed);
      const deadline = performance.now() + budgetMs;
      const goesOn = (): boolean => (count > 0 ? tally.topologies < count : performance.now() < deadline);
      const tally = { passes: 0, stops: 0, topologies: 0 };
      const met = new Map<string, number>();
      const probers = new RandomProbers(driver);
      try {
        await probers.openInternet();
        for (let world = 0; goesOn(); world++) {
          const options = {
            firstVpcNumber: 1 + 2 * (world % 2),
            firstEniNumber: 100 + 30 * (world % 2),
            middleboxes: random.chance(0.4),
          };
          const base = randomWorld(random, options);
          for (let variant = 0; variant < variantsPerWorld && goesOn(); variant++) {
            const next = variant === 0 ? base : graft(base, randomWorld(random, options));
            await driver.apply(next.a);
            await driver.apply(next.b);
            if (variant === 0) await probers.open([next.a, next.b]);
            const networks = [compileNetwork(next.a), compileNetwork(next.b)];
            const packets = draw(random, next);
            const results = await Promise.all(packets.map((packet) => probers.send(packet)));
            for (const [index, packet] of packets.entries()) {
              const verdict = foretell(networks, packet);
              const wanted = verdict.allowed && answersOutside(verdict, packet) ? "passes" : "stops";
              const said = verdict.hops.map(({ text }) => text);
              const told = { seed, topology: tally.topologies, packet, said };
              if (results[index] !== wanted) console.log(JSON.stringify({ ...told, world: next }));
              expect({ ...told, real: results[index] }).toEqual({ ...told, real: wanted });
              tally[wanted]++;
              for (const { stage, passed } of verdict.hops) {
                const key = `${stage} ${passed ? "passed" : "denied"}`;
                met.set(key, (met.get(key) ?? 0) + 1);
              }
            }
            tally.topologies++;
          }
          for (const { vpcId } of [base.a, base.b]) await driver.remove({ vpcId });
        }
        console.log(`real packets agreed: ${JSON.stringify({ seed, ...tally })}`);
        console.log(JSON.stringify(Object.fromEntries(met)));
        expect(Math.min(tally.passes, tally.stops)).toBeGreaterThan(50);
        for (const stage of ["vpc-peering", "nat-gateway", "endpoint", "gateway-endpoint"]) {
          expect({ stage, met: met.has(`${stage} passed`) }).toEqual({ stage, met: true });
        }
      } finally {
        await probers.end();
        await end();
      }
    },
    count > 0 ? 3_600_000 : 120_000,
  );
});

/** Another world's rules and routes around the same interfaces. */
function graft(base: RandomWorld, other: RandomWorld): RandomWorld {
  const mix = (own: VpcModel, theirs: VpcModel): VpcModel => ({
    ...theirs,
    subnets: own.subnets.map((subnet, index) => ({
      ...subnet,
      networkAclId: theirs.subnets[index]?.networkAclId ?? subnet.networkAclId,
      routeTableId: theirs.subnets[index]?.routeTableId ?? subnet.routeTableId,
    })),
    enis: own.enis.map((eni, index) => ({
      ...eni,
      securityGroupIds: theirs.enis[index]?.securityGroupIds ?? eni.securityGroupIds,
    })),
    endpointServices: (theirs.endpointServices ?? []).map((service) => ({
      ...service,
      listeners: service.listeners.map((listener) => ({
        ...listener,
        targets: listener.targets.map((target) => ({
          ...target,
          address: own.enis[0]?.privateIps[0] ?? target.address,
        })),
      })),
    })),
  });
  const [a, b] = [mix(base.a, other.a), mix(base.b, other.b)];
  const known = (model: VpcModel, peer: VpcModel): VpcModel => ({
    ...model,
    peerings: (model.peerings ?? []).map((peering) => ({ ...peering, peerEnis: peer.enis })),
  });
  return { a: known(a, b), b: known(b, a) };
}

/** In the internet of the test only its own addresses answer. */
function answersOutside({ arrival }: Verdict, { destination }: WorldPacket): boolean {
  const outside: readonly string[] = [...outsideAddresses, ...outsideAddresses6];
  return arrival?.kind !== "internet" || outside.includes(destination);
}

function draw(random: SeededRandom, world: RandomWorld): WorldPacket[] {
  return Array.from({ length: packetsPerTopology }, () => randomWorldPacket(random, world)).filter(
    // What a guest sends to itself tells nothing about the network.
    ({ from, destination }) => {
      const eni = [...world.a.enis, ...world.b.enis].find(({ id }) => id === from);
      const own = [...(eni?.privateIps ?? []), ...(eni?.ipv6s ?? [])];
      const delegated = (eni?.prefixes ?? []).some((prefix) =>
        destination.startsWith(prefix.replace(/\d+\/28$/, "")),
      );
      return !own.includes(destination) && !delegated;
    },
  );
}

function foretell(networks: readonly CompiledNetwork[], packet: WorldPacket): Verdict {
  const { from, source, destination, protocol, destinationPort } = packet;
  const traffic = { protocol, destinationPort, sourcePort: 40_000 };
  const inside = from !== "internet";
  return reachAcross(networks, { from: inside ? from : source, source, to: destination }, traffic);
}
