import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { VpcModel } from "@casemate/net-engine";

import type { FlowCount } from "./flow-counters.ts";
import { namespacePath } from "./namespaces.ts";
import type { NetworkDriver } from "./network-driver.ts";
import { GuestProber } from "./testing/guest-prober.ts";
import { networkGate, temporaryDriver } from "./testing/network-world.ts";
import { smallAddress, smallVpc } from "./testing/small-world.ts";

const gate = await networkGate();

describe.skipIf(!gate.available)(`flow counters${gate.title}`, () => {
  let driver: NetworkDriver;
  let end: () => Promise<void>;
  let client: GuestProber;
  let server: GuestProber;
  const model = smallVpc(1, [80]);

  beforeAll(async () => {
    ({ driver, end } = await temporaryDriver());
    await driver.apply(model);
    client = new GuestProber(namespacePath(driver.netnsOf(100)));
    server = new GuestProber(namespacePath(driver.netnsOf(101)));
    await server.listenTcp(80);
    await server.listenTcp(81);
  });
  afterAll(async () => {
    await Promise.all([client?.end(), server?.end()]);
    await end?.();
  });

  async function flowsTo(port: number, where: Partial<FlowCount>): Promise<FlowCount[]> {
    const flows = await driver.readFlows(1);
    return flows.filter(
      (flow) =>
        (flow.destinationPort === port || flow.sourcePort === port) &&
        Object.entries(where).every(([key, value]) => flow[key as keyof FlowCount] === value),
    );
  }

  it("tell of an accepted flow at both interfaces and in both directions", async () => {
    expect(await client.connect(smallAddress(1), 80)).toMatch(/^ok/);
    const flows = await flowsTo(80, { action: "ACCEPT" });
    const told = flows.map(({ eniNumber, direction, source }) => `${eniNumber} ${direction} ${source}`);
    expect(told.toSorted((x, y) => x.localeCompare(y))).toEqual([
      `100 egress ${smallAddress(0)}`,
      `100 ingress ${smallAddress(1)}`,
      `101 egress ${smallAddress(1)}`,
      `101 ingress ${smallAddress(0)}`,
    ]);
    expect(flows.every(({ packets, bytes }) => packets >= 3 && bytes > 120)).toBe(true);
  });

  it("tell of a rejected flow at the interface whose group rejects it, each packet counted", async () => {
    expect(await client.connect(smallAddress(1), 81, { timeout: 0.3 })).toBe("timeout");
    const [rejected, ...more] = await flowsTo(81, { action: "REJECT" });
    expect(more).toEqual([]);
    expect(rejected).toMatchObject({
      eniNumber: 101,
      direction: "ingress",
      reason: "security-group",
      source: smallAddress(0),
      destination: smallAddress(1),
      protocol: 6,
      destinationPort: 81,
      packets: 1,
    });
    // The sender's side let it out.
    expect(await flowsTo(81, { action: "ACCEPT", eniNumber: 100, direction: "egress" })).toHaveLength(1);
    expect(await client.udp(smallAddress(1), 81, { timeout: 0.1 })).toBe("timeout");
    expect(await flowsTo(81, { action: "REJECT", protocol: 17 })).toHaveLength(1);
    expect(await client.ping(smallAddress(1), { timeout: 0.1 })).toBe("timeout");
    const flows = await driver.readFlows(1);
    const pings = flows.filter(({ action, protocol }) => action === "REJECT" && protocol === 1);
    expect(pings.map(({ sourcePort }) => sourcePort)).toEqual([8 * 256]);
  });

  it("tell what an outbound rule, a network ACL and Block Public Access reject", async () => {
    const [group] = model.securityGroups;
    const closed: VpcModel = {
      ...model,
      securityGroups: group === undefined ? [] : [{ ...group, egress: [] }],
    };
    await driver.apply(closed);
    expect(await client.connect(smallAddress(1), 82, { timeout: 0.2 })).toBe("timeout");
    expect(await flowsTo(82, { reason: "security-group", direction: "egress", eniNumber: 100 })).toHaveLength(
      1,
    );
    await driver.apply({ ...model, networkAcls: [{ id: "acl-default", entries: [] }] });
    expect(await client.connect("198.51.100.9", 83, { timeout: 0.2 })).toBe("timeout");
    expect(await flowsTo(83, { reason: "network-acl", direction: "egress", eniNumber: 100 })).toHaveLength(1);
    await driver.apply({ ...model, publicAccess: { mode: "block-bidirectional", exclusions: [] } });
    expect(await client.connect("198.51.100.9", 84, { timeout: 0.2 })).toBe("timeout");
    expect(await flowsTo(84, { reason: "BPA", direction: "egress", eniNumber: 100 })).toHaveLength(1);
  });

  it("lets rules change while rejected packets are counted", async () => {
    await client.ask("flood", { key: "f", host: smallAddress(1), port: 85, timeout: 0.01 });
    for (let change = 0; change < 10; change++)
      await driver.apply(smallVpc(1, change % 2 === 0 ? [80, 90] : [80]));
    const tally = (await client.ask("floodEnd", { key: "f" })) as Record<string, number>;
    expect(Object.keys(tally)).toEqual(["timeout"]);
  });
});
