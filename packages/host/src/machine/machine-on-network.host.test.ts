import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineDriver, MachineId, MachineSpec } from "@casemate/cloud";
import { networkGate, temporaryDriver } from "../network/testing/network-world.ts";
import { smallAddress, smallVpc } from "../network/testing/small-world.ts";
import { createSandboxDriver } from "./sandbox-driver.ts";
import { guestDirectory, makeDirectory, skipReason } from "./testing/sandbox-world.ts";
import { waitFor } from "./wait-for.ts";

const gate = await networkGate();
const skipped = (await skipReason()) ?? (gate.available ? undefined : "needs a host that carries networks");
const title = skipped === undefined ? "" : ` (${skipped})`;

const ids: readonly [MachineId, MachineId] = ["i-0bbbbbbbbbbbbbbb0", "i-0bbbbbbbbbbbbbbb1"];
const vpc = 7;

/** Connects from a guest and says how that ended. */
const dial = `
import socket, sys
s = socket.socket(); s.settimeout(float(sys.argv[3]))
try:
  s.connect((sys.argv[1], int(sys.argv[2]))); print("open")
except ConnectionRefusedError: print("refused")
except TimeoutError: print("no answer")
`;

describe.skipIf(skipped !== undefined)(`machines in a VPC${title}`, () => {
  let network: Awaited<ReturnType<typeof temporaryDriver>>;
  let home: Awaited<ReturnType<typeof makeDirectory>>;
  let machines: MachineDriver;
  const askedBy = new Set<string>();

  beforeAll(async () => {
    network = await temporaryDriver();
    home = await makeDirectory();
    await network.driver.apply(smallVpc(vpc, [22, 8_080]));
    const metadata = createServer((request, response) => {
      const address = request.socket.remoteAddress ?? "";
      askedBy.add(address);
      const index = address === smallAddress(0) ? 0 : 1;
      if (request.method === "PUT") return void response.end("token");
      if (request.url === "/latest/meta-data/instance-id") return void response.end(ids[index]);
      if (request.url === "/latest/meta-data/local-hostname")
        return void response.end(`h${index}.ec2.internal`);
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
    const spec: MachineSpec = {
      instanceId: ids[index],
      imageId: "ami-1",
      image: { kind: "host" },
      vcpus: 1,
      memoryMib: 256,
      enis: [
        {
          eniId: `eni-${index}`,
          netns: network.driver.netnsOf(vpc * 100 + index),
          mac: "02:00:00:00:00:01",
          ipv4: smallAddress(index),
        },
      ],
      tenancy: "default",
      userDataPresent: false,
      hostname: `h${index}`,
      trustAnchorsPem: "",
    };
    await machines.start(spec);
    const done = async (): Promise<boolean> =>
      Buffer.from(await machines.console(ids[index])).includes("set-up finished");
    expect(await waitFor(done, 30_000)).toBe(true);
  }

  async function dialed(port: number, timeoutSeconds: number): Promise<string> {
    const words = ["/usr/bin/python3", "-c", dial, smallAddress(1), String(port), String(timeoutSeconds)];
    return Buffer.from((await machines.exec(ids[0], words)).stdout)
      .toString()
      .trim();
  }

  test("each has its interface and learns by its address alone who it is", async () => {
    for (const index of [0, 1] as const) {
      const text = Buffer.from(await machines.console(ids[index])).toString();
      expect(text).toContain(`instance ${ids[index]}, h${index}.ec2.internal`);
      const links = Buffer.from(
        (await machines.exec(ids[index], ["cat", "/proc/net/dev"])).stdout,
      ).toString();
      expect(links.match(/^\s*\w+:/gm)?.map((name) => name.trim())).toEqual(["lo:", "eth0:"]);
    }
    expect([...askedBy].toSorted()).toEqual([smallAddress(0), smallAddress(1)]);
  });

  test("they reach each other by what the security group admits and by nothing else", async () => {
    expect(await dialed(22, 5)).toBe("open");
    expect(await dialed(8_080, 5)).toBe("refused");
    expect(await dialed(8_081, 1)).toBe("no answer");
    expect((await machines.metrics(ids[1])).interfaces[0]).toMatchObject({ name: "eth0" });
    expect((await machines.metrics(ids[1])).interfaces[0]!.receivedPackets).toBeGreaterThan(3);
  });

  test("a guest's root changes neither its address nor its routes", async () => {
    for (const line of [
      "ip addr add 10.0.1.99/24 dev eth0",
      "ip link set eth0 down",
      "ip route flush table main",
    ]) {
      const result = await machines.exec(ids[0], ["sh", "-c", line]);
      expect(`${line}: ${result.exitCode}`).not.toBe(`${line}: 0`);
    }
    expect(await dialed(22, 5)).toBe("open");
  });
});
