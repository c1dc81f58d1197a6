// The world of the gateway probes on this host: its four VPCs, a prober in every guest and one on the
// internet, and servers behind the endpoints and the router's services. For tests only.

import type { Socket } from "node:dgram";
import type { Server } from "node:net";

import type { VpcModel } from "@casemate/net-engine";
import { gatewayWorld } from "@casemate/net-engine/testing";
import type { GatewayProbe } from "@casemate/net-engine/testing";

import { runIpBatch } from "../ip-batch.ts";
import { namespacePath, runInNamespace } from "../namespaces.ts";
import type { NetworkDriver } from "../network-driver.ts";
import { GuestProber } from "./guest-prober.ts";
import { temporaryDriver } from "./network-world.ts";

const outside = ["192.0.2.1", "198.51.100.1", "198.51.100.100", "198.51.100.200", "2001:db8:ffff::1"];
const tcpPorts = [22, 80, 443, 5432, 8080];
/** Addresses of delegated prefixes, which the guest takes for its own. */
const delegated = ["10.0.2.35/32", "10.0.2.40/32", "10.0.2.47/32", "2001:db8:a:2:1::77/128"];

export class GatewayWorldOnHost {
  readonly driver: NetworkDriver;
  private readonly probers = new Map<string, GuestProber>();
  private readonly sockets: (Server | Socket)[] = [];
  private standing = new Map<number, VpcModel>();
  private readonly finish: () => Promise<void>;

  private constructor(driver: NetworkDriver, finish: () => Promise<void>) {
    this.driver = driver;
    this.finish = finish;
  }

  static async create(): Promise<GatewayWorldOnHost> {
    const { driver, end } = await temporaryDriver();
    const world = new GatewayWorldOnHost(driver, end);
    try {
      const { a, b, c, p } = gatewayWorld;
      await world.apply([a, b, c, p]);
      for (const address of outside) await driver.addInternetAddress(address);
      await world.startProbers([a, b, c, p]);
      await world.startServers();
      return world;
    } catch (error) {
      await world.end();
      throw error;
    }
  }

  /** Applies the models that are not those that stand. */
  async apply(models: readonly VpcModel[]): Promise<void> {
    for (const model of models) {
      if (this.standing.get(model.number) === model) continue;
      await this.driver.apply(model);
      this.standing.set(model.number, model);
    }
  }

  /** Sends what a probe says and returns what came of it, `ok` with the source that the receiver saw. */
  async send({ from, source, to, protocol, port, seen }: GatewayProbe): Promise<string> {
    const isOutside = outside.includes(from);
    const prober = this.probers.get(isOutside ? "internet" : from);
    if (prober === undefined) throw new Error(`no prober ${from}`);
    const address = isOutside ? from : source;
    const options = { timeout: 0.6, ...(address === undefined ? {} : { source: address }) };
    if (protocol === 6) return prober.connect(to, port, options);
    if (protocol === 17) return prober.udp(to, port, options);
    const answer = await prober.ping(to, { timeout: 0.6 });
    return answer.startsWith("ok") ? `ok ${seen}` : answer;
  }

  /** What the router's lease socket hears of a request that a guest without an address broadcasts. */
  async heardLeaseRequest(from: string, device: string): Promise<{ address: string; port: number }> {
    const eni = gatewayWorld.a.enis.find(({ id }) => id === `eni-${from}`);
    const prober = this.probers.get(from);
    if (eni === undefined || prober === undefined) throw new Error(`no guest ${from}`);
    const socket = await this.driver.listen({ vpc: 1, kind: "udp", address: "0.0.0.0", port: 67 });
    this.sockets.push(socket);
    const heard = new Promise<{ address: string; port: number }>((resolve) =>
      socket.once("message", (_, { address, port }) => resolve({ address, port })),
    );
    await prober.ask("frame", { device, hex: leaseFrame(eni.mac) });
    return heard;
  }

  /** The time to live with which a datagram arrives. */
  async timeToLive(from: string, to: string, ttl: number): Promise<number | undefined> {
    const [sender, receiver] = [this.probers.get(from), this.probers.get("db")];
    await sender?.udp(to, 5353, { ttl });
    const all = (await receiver?.ask("received", { port: 5353 })) as { ttl: number }[];
    return all.at(-1)?.ttl;
  }

  async end(): Promise<void> {
    await Promise.all([...this.probers.values()].map((prober) => prober.end()));
    for (const socket of this.sockets) socket.close();
    await this.finish();
  }

  private async startProbers(models: readonly VpcModel[]): Promise<void> {
    const internet = new GuestProber(namespacePath(this.driver.internetNetns));
    this.probers.set("internet", internet);
    await internet.listenTcp(80);
    await internet.listenUdp(5353);
    for (const eni of models.flatMap(({ enis }) => enis)) {
      if (eni.metadata === undefined) continue;
      const netns = this.driver.netnsOf(eni.number);
      const prober = new GuestProber(namespacePath(netns));
      this.probers.set(eni.id.replace("eni-", ""), prober);
      if ((eni.prefixes ?? []).length > 0) {
        await runIpBatch(
          netns,
          delegated.map((address) => `addr add ${address} dev lo`),
        );
      }
      if (!eni.sourceDestCheck) {
        const settings = ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0"];
        const own = ["net.ipv4.conf.eth0.send_redirects=0", "net.ipv4.conf.all.rp_filter=0"];
        await runInNamespace(netns, ["sysctl", "-q", "-w", ...settings, ...own]);
      }
      for (const port of tcpPorts) await prober.listenTcp(port);
      await prober.listenUdp(5353);
    }
  }

  private async startServers(): Promise<void> {
    const { driver } = this;
    this.answer(await driver.listenEni({ eni: 18, kind: "tcp", address: "10.0.2.50", port: 443 }));
    this.answer(await driver.listenEni({ eni: 90, kind: "tcp", address: "192.0.0.8", port: 443 }));
    this.answer(await driver.listen({ vpc: 1, kind: "tcp", address: "fd00:ec2::254", port: 80 }));
    for (const [vpc, address, port] of [
      [1, "169.254.169.123", 123],
      [1, "10.0.0.2", 53],
      [2, "10.1.0.2", 53],
    ] as const) {
      const socket = await driver.listen({ vpc, kind: "udp", address, port });
      socket.on("message", (_, peer) => socket.send(`ok ${peer.address}`, peer.port, peer.address));
      this.sockets.push(socket);
    }
  }

  private answer(server: Server): void {
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.end(`ok ${socket.remoteAddress?.replace("::ffff:", "")}\n`);
    });
    this.sockets.push(server);
  }
}

/** A broadcast from 0.0.0.0:68 to port 67, as a frame. */
function leaseFrame(mac: string): string {
  const payload = "00".repeat(8);
  const udp = `0044004300100000${payload}`;
  const head = "4500002400000000401100000000" + "0000ffffffff";
  const words = head.match(/.{4}/g)?.map((word) => Number.parseInt(word, 16)) ?? [];
  const sum = words.reduce((total, word) => total + word, 0);
  const checksum = (~((sum & 0xffff) + (sum >> 16)) & 0xffff).toString(16).padStart(4, "0");
  const ip = `${head.slice(0, 20)}${checksum}${head.slice(24)}`;
  return `ffffffffffff${mac.replaceAll(":", "")}0800${ip}${udp}`;
}
