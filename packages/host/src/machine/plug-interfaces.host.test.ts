import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineDriver, MachineId, MachineInterface } from "@casemate/cloud";
import type { EniModel, VpcModel } from "@casemate/net-engine";
import { networkGate, temporaryDriver } from "../network/testing/network-world.ts";
import { admit, smallAddress, smallVpc } from "../network/testing/small-world.ts";
import { createSandboxDriver } from "./sandbox-driver.ts";
import { guestDirectory, makeDirectory, skipReason } from "./testing/sandbox-world.ts";
import { waitFor } from "./wait-for.ts";

const gate = await networkGate();
const skipped = (await skipReason()) ?? (gate.available ? undefined : "needs a host that carries networks");
const title = skipped === undefined ? "" : ` (${skipped})`;

const ids: readonly [MachineId, MachineId] = ["i-0ccccccccccccccc0", "i-0ccccccccccccccc1"];
const vpc = 8;

/** Connects from an address and says how that ended. */
const dial = `
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET); s.settimeout(float(sys.argv[4]))
# An IPv6 address that is the guest's by its prefix alone is bound to freely; an IPv4 one needs no word.
if "5::" in sys.argv[1]: s.setsockopt(socket.IPPROTO_IPV6, 78, 1)
try:
  s.bind((sys.argv[1], 0))
  s.connect((sys.argv[2], int(sys.argv[3]))); print("open")
except ConnectionRefusedError: print("refused")
except TimeoutError: print("no answer")
except OSError as error: print(error)
`;

describe.skipIf(skipped !== undefined)(`interfaces of a running machine${title}`, () => {
  let network: Awaited<ReturnType<typeof temporaryDriver>>;
  let home: Awaited<ReturnType<typeof makeDirectory>>;
  let machines: MachineDriver;
  const base = smallVpc(vpc, [8_080], 3);
  const [, , third] = base.enis;

  /** The VPC with a third interface in a group of its own, or without it. */
  function model(change?: Partial<EniModel>): VpcModel {
    const extra = change && third && { ...third, securityGroupIds: ["sg-other"], publicIps: [], ...change };
    return {
      ...base,
      securityGroups: [
        ...base.securityGroups,
        { id: "sg-other", ingress: [admit(9_090)], egress: base.securityGroups[0]?.egress ?? [] },
      ],
      enis: [...base.enis.slice(0, 2), ...(extra ? [extra] : [])],
    };
  }

  const wanted = (index: number, change: Partial<MachineInterface> = {}): MachineInterface => ({
    eniId: `eni-${index}`,
    netns: network.driver.netnsOf(vpc * 100 + index),
    mac: base.enis[index]!.mac,
    ipv4: smallAddress(index),
    deviceIndex: 0,
    addresses: [{ address: smallAddress(index), length: 24, gateway: "10.0.1.1" }],
    ...change,
  });
  const second = (...addresses: readonly string[]): MachineInterface =>
    wanted(2, {
      deviceIndex: 1,
      addresses: addresses.map((address) => ({ address, length: 24, gateway: "10.0.1.1" })),
    });

  beforeAll(async () => {
    network = await temporaryDriver();
    home = await makeDirectory();
    await network.driver.apply(model());
    const metadata = createServer((request, response) => {
      const index = request.socket.remoteAddress === smallAddress(0) ? 0 : 1;
      if (request.method === "PUT") return void response.end("token");
      if (request.url === "/latest/meta-data/instance-id") return void response.end(ids[index]);
      return void response.writeHead(404).end();
    });
    const listener = await network.driver.listen({ vpc, address: "169.254.169.254", port: 80, kind: "tcp" });
    listener.on("connection", (socket) => metadata.emit("connection", socket));
    machines = createSandboxDriver({ directory: home.path, guestDirectory });
    await Promise.all([start(0), start(1)]);
  });
  afterAll(async () => {
    for (const id of ids) await machines.terminate(id);
    await network.end();
    await home.remove();
  });

  async function start(index: 0 | 1): Promise<void> {
    await machines.start({
      instanceId: ids[index],
      imageId: "ami-1",
      image: { kind: "host" },
      vcpus: 1,
      memoryMib: 256,
      enis: [wanted(index)],
      tenancy: "default",
      userDataPresent: false,
      hostname: `h${index}`,
      trustAnchorsPem: "",
    });
    const done = async (): Promise<boolean> =>
      Buffer.from(await machines.console(ids[index])).includes("set-up finished");
    expect(await waitFor(done, 30_000)).toBe(true);
  }

  async function dialed(by: 0 | 1, way: { from: string; to: string; port: number }): Promise<string> {
    const words = ["/usr/bin/python3", "-c", dial, way.from, way.to, String(way.port), "1.5"];
    return Buffer.from((await machines.exec(ids[by], words)).stdout)
      .toString()
      .trim();
  }
  const has = async (index: 0 | 1): Promise<readonly string[] | undefined> =>
    (await machines.observe()).find(({ instanceId }) => instanceId === ids[index])?.addresses;

  test("a machine has what its start said, and is seen to", async () => {
    expect(await has(1)).toEqual([smallAddress(1)]);
    expect(await dialed(0, { from: smallAddress(0), to: smallAddress(1), port: 8_080 })).toBe("refused");
  });

  test("an interface is not plugged in before its network stands", async () => {
    await expect(machines.plugInterfaces!(ids[1], [wanted(1), second(smallAddress(2))])).rejects.toThrow(
      "the network has no eni-2 yet",
    );
    expect(await has(1)).toEqual([smallAddress(1)]);
  });

  test("one that is plugged in carries traffic by its own groups, both ways, and once", async () => {
    await network.driver.apply(model({}));
    for (let time = 0; time < 2; time += 1) {
      await machines.plugInterfaces!(ids[1], [wanted(1), second(smallAddress(2))]);
      expect(await has(1)).toEqual([smallAddress(1), smallAddress(2)]);
    }
    const from = smallAddress(0);
    expect(await dialed(0, { from, to: smallAddress(2), port: 9_090 })).toBe("refused");
    expect(await dialed(0, { from, to: smallAddress(2), port: 8_080 })).toBe("no answer");
    expect(await dialed(0, { from, to: smallAddress(1), port: 9_090 })).toBe("no answer");
    // What leaves by the second address leaves by the second interface, or it would be dropped as spoofed.
    expect(await dialed(1, { from: smallAddress(2), to: from, port: 8_080 })).toBe("refused");
    expect(await dialed(1, { from: smallAddress(1), to: from, port: 8_080 })).toBe("refused");
  });

  test("further addresses come and go on it", async () => {
    const more = "10.0.1.77";
    await network.driver.apply(model({ privateIps: [smallAddress(2), more] }));
    await machines.plugInterfaces!(ids[1], [wanted(1), second(smallAddress(2), more)]);
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2), more]);
    expect(await dialed(0, { from: smallAddress(0), to: more, port: 9_090 })).toBe("refused");
    expect(await dialed(1, { from: more, to: smallAddress(0), port: 8_080 })).toBe("refused");
    await machines.plugInterfaces!(ids[1], [wanted(1), second(smallAddress(2))]);
    await network.driver.apply(model({}));
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2)]);
    expect(await dialed(1, { from: more, to: smallAddress(0), port: 8_080 })).toContain("Cannot assign");
    expect(await dialed(0, { from: smallAddress(0), to: more, port: 9_090 })).toBe("no answer");
  });

  test("every address of a prefix is the guest's", async () => {
    await network.driver.apply(model({ prefixes: ["10.0.1.96/28"] }));
    const eni = { ...second(smallAddress(2)), prefixes: ["10.0.1.96/28"] };
    await machines.plugInterfaces!(ids[1], [wanted(1), eni]);
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2), "10.0.1.96/28"]);
    for (const address of ["10.0.1.96", "10.0.1.111"]) {
      expect(await dialed(0, { from: smallAddress(0), to: address, port: 9_090 })).toBe("refused");
      expect(await dialed(1, { from: address, to: smallAddress(0), port: 8_080 })).toBe("refused");
    }
    await machines.plugInterfaces!(ids[1], [wanted(1), second(smallAddress(2))]);
    await network.driver.apply(model({}));
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2)]);
  });

  test("IPv6 addresses and prefixes come and go on both interfaces", async () => {
    const [one, two, three] = ["2001:db8:0:1::10", "2001:db8:0:1::11", "2001:db8:0:1::12"] as const;
    const prefix = "2001:db8:0:1:5::/80";
    const v6 = (address: string): object => ({ address, length: 128, gateway: "fe80::1" });
    const dual = (eni: MachineInterface, address: string, change: object = {}): MachineInterface =>
      ({ ...eni, addresses: [...(eni.addresses ?? []), v6(address)], ...change }) as MachineInterface;
    const small = model({ ipv6s: [three], prefixes: [prefix] });
    await network.driver.apply({
      ...small,
      ipv6Cidrs: ["2001:db8::/56"],
      subnets: small.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: "2001:db8:0:1::/64" })),
      securityGroups: small.securityGroups.map((group) => ({
        ...group,
        ingress: [...group.ingress, { id: "sgr-6", protocol: -1, source: { cidr: "2001:db8::/56" } }],
        egress: [...group.egress, { id: "sgr-6e", protocol: -1, source: { cidr: "::/0" } }],
      })),
      enis: small.enis.map((eni, index) => ({ ...eni, ipv6s: [[one, two, three][index]!] })),
    });
    await machines.plugInterfaces!(ids[0], [dual(wanted(0), one)]);
    await machines.plugInterfaces!(ids[1], [
      dual(wanted(1), two),
      dual(second(smallAddress(2)), three, { prefixes: [prefix] }),
    ]);
    expect(await has(0)).toEqual([smallAddress(0), one]);
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2), two, three, prefix].toSorted());
    for (const [from, to] of [
      [one, two],
      [one, three],
      [one, "2001:db8:0:1:5::77"],
    ] as const) {
      expect(await dialed(0, { from, to, port: 9_999 })).toBe("refused");
      expect(await dialed(1, { from: to, to: from, port: 9_999 })).toBe("refused");
    }
    await machines.plugInterfaces!(ids[0], [wanted(0)]);
    await machines.plugInterfaces!(ids[1], [wanted(1), second(smallAddress(2))]);
    await network.driver.apply(model({}));
    expect(await has(0)).toEqual([smallAddress(0)]);
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2)]);
  });

  test("one that is plugged in stays over a reboot", async () => {
    await machines.reboot(ids[1]);
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2)]);
    expect(await dialed(0, { from: smallAddress(0), to: smallAddress(2), port: 9_090 })).toBe("refused");
  });

  test("one whose network goes is gone from the guest, and leaves no rule behind at the next change", async () => {
    await network.driver.apply(model());
    expect(await has(1)).toEqual([smallAddress(1)]);
    expect(await dialed(0, { from: smallAddress(0), to: smallAddress(2), port: 9_090 })).toBe("no answer");
    await machines.plugInterfaces!(ids[1], [wanted(1)]);
    const rules = await machines.exec(ids[1], ["ip", "rule", "show"]);
    expect(Buffer.from(rules.stdout).toString()).not.toContain("1000");
    expect(await dialed(0, { from: smallAddress(0), to: smallAddress(1), port: 8_080 })).toBe("refused");
  });

  test("a machine that starts with two interfaces has both from its first moment", async () => {
    await machines.stop(ids[1], { force: true, timeoutMs: 1_000 });
    await network.driver.apply(model({}));
    await machines.start({
      instanceId: ids[1],
      imageId: "ami-1",
      image: { kind: "host" },
      vcpus: 1,
      memoryMib: 256,
      enis: [wanted(1), second(smallAddress(2))],
      tenancy: "default",
      userDataPresent: false,
      hostname: "h1",
      trustAnchorsPem: "",
    });
    expect(await has(1)).toEqual([smallAddress(1), smallAddress(2)]);
    expect(await dialed(0, { from: smallAddress(0), to: smallAddress(2), port: 9_090 })).toBe("refused");
  });
});
