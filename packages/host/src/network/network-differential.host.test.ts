import { performance } from "node:perf_hooks";

import { compileNetwork, decide } from "@casemate/net-engine";
import type { Packet, VpcModel } from "@casemate/net-engine";
import {
  interestingPorts,
  outsideAddresses,
  randomModel,
  randomPacket,
  seededRandom,
} from "@casemate/net-engine/testing";
import { describe, expect, it } from "vitest";

import { namespacePath } from "./namespaces.ts";
import type { NetworkDriver } from "./network-driver.ts";
import { GuestProber } from "./testing/guest-prober.ts";
import { networkGate, temporaryDriver } from "./testing/network-world.ts";

const gate = await networkGate();
const budgetMs = 20_000;
const seed = Number(process.env["CASEMATE_SEED"] ?? Math.floor(Math.random() * 1e9));
const ports = interestingPorts;
const packetsPerModel = 60;
const variantsPerModel = 4;

describe.skipIf(!gate.available)(`real packets against the evaluator${gate.title}`, () => {
  it(`agree on random models (CASEMATE_SEED=${seed})`, async () => {
    const { driver, end } = await temporaryDriver();
    const random = seededRandom(seed);
    const deadline = performance.now() + budgetMs;
    const tally = { passes: 0, stops: 0, models: 0 };
    // Every packet has a source port of its own, so that no flow is known from before.
    let sourcePort = 20_000;
    let probers = new Map<string, GuestProber>();
    try {
      for (const address of outsideAddresses) await driver.addInternetAddress(address);
      const internet = await listening(driver.internetNetns, outsideAddresses);
      probers.set("internet", internet);
      while (performance.now() < deadline) {
        const firstEniNumber = 200 + 10 * (tally.models % 2);
        const base = randomModel(random, { enis: 5, firstEniNumber, middleboxes: false });
        for (let variant = 0; variant < variantsPerModel && performance.now() < deadline; variant++) {
          // The interfaces stay and all else becomes another, which is applied as a difference.
          const model =
            variant === 0 ? base : mix(base, randomModel(random, { enis: 5, middleboxes: false }));
          await driver.apply(model);
          if (variant === 0) probers = await replaceProbers(probers, model, driver);
          const compiled = compileNetwork(model);
          const packets = Array.from({ length: packetsPerModel }, () =>
            randomPacket(random, model, { protocols: [6, 6, 17], spoofed: false }),
          )
            .filter((packet) => isComparable(packet, model))
            .map((packet) => ({ ...packet, sourcePort: sourcePort++ }));
          const results = await Promise.all(packets.map((packet) => send(probers, packet)));
          for (const [index, packet] of packets.entries()) {
            const decision = decide(compiled, packet);
            const wanted = decision.allowed ? "passes" : "stops";
            const told = { seed, models: tally.models, variant, packet, decision };
            expect({ ...told, real: results[index] }).toEqual({ ...told, real: wanted });
            tally[wanted]++;
          }
        }
        tally.models++;
      }
      console.log(`real packets agreed: ${JSON.stringify({ seed, ...tally })}`);
      expect(tally.passes).toBeGreaterThan(20);
      expect(tally.stops).toBeGreaterThan(20);
    } finally {
      await Promise.all([...probers.values()].map((prober) => prober.end()));
      await end();
    }
  });
});

function mix(base: VpcModel, other: VpcModel): VpcModel {
  const enis = base.enis.map((eni, index) => ({
    ...eni,
    securityGroupIds: other.enis[index]?.securityGroupIds ?? eni.securityGroupIds,
  }));
  const { securityGroups, networkAcls, routeTables, prefixLists } = other;
  const subnets = base.subnets.map((subnet, index) => ({
    ...subnet,
    networkAclId: other.subnets[index]?.networkAclId ?? subnet.networkAclId,
    routeTableId: other.subnets[index]?.routeTableId ?? subnet.routeTableId,
  }));
  return { ...base, enis, subnets, securityGroups, networkAcls, routeTables, prefixLists };
}

async function replaceProbers(
  old: ReadonlyMap<string, GuestProber>,
  model: VpcModel,
  driver: NetworkDriver,
): Promise<Map<string, GuestProber>> {
  const next = new Map<string, GuestProber>();
  for (const [id, prober] of old) {
    if (id === "internet") next.set(id, prober);
    else await prober.end();
  }
  for (const { id, number, privateIps } of model.enis) {
    next.set(id, await listening(driver.netnsOf(number), privateIps));
  }
  return next;
}

/** A prober that answers on every port and from each of the addresses. */
async function listening(netns: string, addresses: readonly string[]): Promise<GuestProber> {
  const prober = new GuestProber(namespacePath(netns));
  await Promise.all(
    ports.flatMap((port) => [
      prober.listenTcp(port),
      ...addresses.map((host) => prober.listenUdp(port, { host })),
    ]),
  );
  return prober;
}

/** Packets that the guests' own kernels answer for, or never send, tell nothing about the network. */
function isComparable(packet: Packet, model: VpcModel): boolean {
  const own = model.enis.find(({ id }) => id === packet.from);
  if (own?.privateIps.includes(packet.destination) === true) return false;
  if (packet.from === "internet") {
    return (
      outsideAddresses.some((address) => address === packet.source) &&
      packet.destination.startsWith("203.0.113.") &&
      ports.some((port) => port === packet.destinationPort)
    );
  }
  // What goes to the internet and comes back is two packets to the evaluator.
  if (packet.destination.startsWith("203.0.113.")) return false;
  if (/^(224\.|169\.254\.)|\.255$|\.1$|^10\.0\.0\.2$/.test(packet.destination)) return false;
  return ports.some((port) => port === packet.destinationPort);
}

async function send(probers: ReadonlyMap<string, GuestProber>, packet: Packet): Promise<string> {
  const prober = probers.get(packet.from);
  if (prober === undefined) throw new Error(`no prober ${packet.from}`);
  const { source, sourcePort } = packet;
  const options = { source, timeout: 0.5, ...(sourcePort === undefined ? {} : { sourcePort }) };
  const port = packet.destinationPort ?? 0;
  const result =
    packet.protocol === 6
      ? await prober.connect(packet.destination, port, options)
      : await prober.udp(packet.destination, port, options);
  if (result.startsWith("ok")) return "passes";
  // A black hole of the sender's own namespace says so at once.
  return result === "timeout" || result === "Invalid argument" ? "stops" : result;
}
