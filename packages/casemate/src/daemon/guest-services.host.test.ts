import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createNetworkDriver, namespacePath } from "@casemate/host";
import type { NetworkDriver } from "@casemate/host";
import type { VpcModel } from "@casemate/net-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lease } from "../dhcp/answer-lease.ts";
import { serveLeases } from "../dhcp/lease-server.ts";
import { serveTime } from "../time/time-server.ts";

const client = fileURLToPath(new URL("testing/lease-client.py", import.meta.url));
const run = promisify(execFile);
const gate = await createNetworkDriver({ stateDirectory: tmpdir() }).probe();
const title = gate.available ? "" : ` (needs a host that carries networks: ${gate.reasons.join("; ")})`;

const eni = (number: number, privateIp: string) => ({
  id: `eni-${number}`,
  number,
  mac: `02:0a:00:00:00:${number}`,
  subnetId: "subnet-one",
  privateIps: [privateIp],
  securityGroupIds: ["sg-closed"],
  sourceDestCheck: true,
});

/** Groups that let nothing out: time and leases are not theirs to judge. */
const model: VpcModel = {
  vpcId: "vpc-lease",
  number: 1,
  cidrs: ["10.0.0.0/16"],
  subnets: [
    { id: "subnet-one", number: 1, cidr: "10.0.1.0/24", routeTableId: "rtb", networkAclId: "acl-closed" },
  ],
  routeTables: [{ id: "rtb", number: 1, routes: [] }],
  networkAcls: [{ id: "acl-closed", entries: [] }],
  securityGroups: [{ id: "sg-closed", ingress: [], egress: [] }],
  prefixLists: [],
  enis: [eni(10, "10.0.1.10"), eni(11, "10.0.1.11")],
};

const leases: Readonly<Record<string, Lease>> = Object.fromEntries(
  model.enis.map(({ mac, privateIps: [address = ""] }) => [
    address,
    {
      mac,
      address,
      prefixLength: 24,
      gateway: "10.0.1.1",
      hostName: `ip-${address.replaceAll(".", "-")}`,
      domainName: "ec2.internal",
      nameServers: ["10.0.0.2"],
      timeServers: [],
      netbiosNameServers: [],
      netbiosNodeType: undefined,
    },
  ]),
);

describe.skipIf(!gate.available)(`probe 38: leases from the router, and the time${title}`, () => {
  let stateDirectory: string;
  let driver: NetworkDriver;
  const faults: unknown[] = [];
  const sockets: { close(): void }[] = [];
  const failed = (cause: unknown) => void faults.push(cause);

  beforeAll(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), "casemate-leases-"));
    driver = createNetworkDriver({ stateDirectory });
    await driver.apply(model);
    const lease = await driver.listen({ vpc: 1, kind: "udp", address: "0.0.0.0", port: 67 });
    const time = await driver.listen({ vpc: 1, kind: "udp", address: "169.254.169.123", port: 123 });
    serveLeases(lease, { leaseOf: (address) => leases[address], failed });
    serveTime(time, { now: () => Date.now(), failed });
    sockets.push(lease, time);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await driver?.destroyAll();
    await rm(stateDirectory, { recursive: true, force: true });
  });

  test.each([
    [10, "10.0.1.10"],
    [11, "10.0.1.11"],
  ])(
    "interface %i without an address leases %s, takes it, keeps it and is told the time",
    async (number, own) => {
      const netns = `--net=${namespacePath(driver.netnsOf(number))}`;
      const { stdout } = await run("nsenter", [netns, "/usr/bin/python3", client]);
      const said = JSON.parse(stdout) as {
        readonly time: { readonly seconds: number };
        readonly [step: string]: unknown;
      };
      const options = {
        1: "ffffff00",
        3: "0a000101",
        6: "0a000002",
        26: "2329",
        51: "00000e10",
        54: "0a000101",
      };
      expect(said).toMatchObject({
        offer: { kind: 2, yours: own, options },
        taken: { kind: 5, yours: own, options },
        other: { kind: 6, yours: "0.0.0.0" },
        kept: { kind: 5, yours: own },
        time: { first: 0x24, source: "169.254.169.123", echo: "casemate" },
      });
      expect(Math.abs(said.time.seconds - Date.now() / 1000)).toBeLessThan(3);
      expect(faults).toEqual([]);
    },
  );
});
