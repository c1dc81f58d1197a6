// Probers in every namespace of a random world that answers, kept while the world's interfaces stay. For
// tests only.

import type { VpcModel } from "@casemate/net-engine";
import {
  delegatedAddresses,
  interestingPorts,
  outsideAddresses,
  outsideAddresses6,
} from "@casemate/net-engine/testing";
import type { WorldPacket } from "@casemate/net-engine/testing";

import { runIpBatch } from "../ip-batch.ts";
import { namespacePath, runInNamespace } from "../namespaces.ts";
import type { NetworkDriver } from "../network-driver.ts";
import { GuestProber } from "./guest-prober.ts";

const forwarding = [
  "net.ipv4.ip_forward=1",
  "net.ipv6.conf.all.forwarding=1",
  "net.ipv4.conf.all.send_redirects=0",
  "net.ipv4.conf.eth0.send_redirects=0",
  "net.ipv4.conf.all.rp_filter=0",
];

export class RandomProbers {
  private readonly driver: NetworkDriver;
  private readonly guests = new Map<string, GuestProber>();
  private internet: GuestProber | undefined;
  // Every packet has a source port of its own, so that no flow is known from before.
  private sourcePort = 20_000;

  constructor(driver: NetworkDriver) {
    this.driver = driver;
  }

  async openInternet(): Promise<void> {
    const addresses = [...outsideAddresses, ...outsideAddresses6];
    for (const address of addresses) await this.driver.addInternetAddress(address);
    this.internet = await listening(this.driver.internetNetns, addresses);
  }

  /** Starts a prober in each guest and behind each endpoint of the VPCs; those of before end. */
  async open(models: readonly VpcModel[]): Promise<void> {
    await this.endGuests();
    for (const { enis, gatewayEndpoints, vpcId } of models) {
      for (const eni of enis) {
        const netns = this.driver.netnsOf(eni.number);
        const extra = delegatedAddresses(eni);
        await runIpBatch(
          netns,
          extra.map((address) => `addr add ${address}/32 dev lo`),
        );
        if (!eni.sourceDestCheck) await runInNamespace(netns, ["sysctl", "-q", "-w", ...forwarding]);
        // A NAT gateway, a link to a service and a service have nobody who answers.
        if (/nat|pl|svc/.test(eni.id)) continue;
        const addresses = [...eni.privateIps, ...(eni.ipv6s ?? []), ...extra];
        this.guests.set(eni.id, await listening(netns, addresses));
      }
      for (const { id, number } of gatewayEndpoints ?? []) {
        this.guests.set(`${vpcId} ${id}`, await listening(this.driver.netnsOf(number), ["192.0.0.8"]));
      }
    }
  }

  /** Sends a packet: `passes` when the answer came, `stops` when nothing did, else what happened. */
  async send({ from, source, destination, protocol, destinationPort = 0 }: WorldPacket): Promise<string> {
    const prober = from === "internet" ? this.internet : this.guests.get(from);
    if (prober === undefined) throw new Error(`no prober ${from}`);
    this.sourcePort = this.sourcePort > 60_000 ? 20_000 : this.sourcePort + 1;
    const options = { source, sourcePort: this.sourcePort, timeout: 0.5 };
    const result =
      protocol === 6
        ? await prober.connect(destination, destinationPort, options)
        : await prober.udp(destination, destinationPort, { ...options, connected: true });
    if (result.startsWith("ok")) return "passes";
    const silent = ["timeout", "Invalid argument", "Network is unreachable", "No route to host"];
    return silent.includes(result) ? "stops" : result;
  }

  async end(): Promise<void> {
    await this.endGuests();
    await this.internet?.end();
  }

  private async endGuests(): Promise<void> {
    await Promise.all([...this.guests.values()].map((prober) => prober.end()));
    this.guests.clear();
  }
}

/** A prober that answers on every port and from each of the addresses. */
async function listening(netns: string, addresses: readonly string[]): Promise<GuestProber> {
  const prober = new GuestProber(namespacePath(netns));
  await Promise.all(
    interestingPorts.flatMap((port) => [
      prober.listenTcp(port),
      ...addresses.map((host) => prober.listenUdp(port, { host })),
    ]),
  );
  return prober;
}
