// A running copy of the probe world: a driver with its own state directory and prefix, a prober in every
// guest and one on the internet, and a metadata and name service of the tests' own. For tests only.

import { mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:dgram";
import { createServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { VpcModel } from "@casemate/net-engine";

import { namespacePath, runInNamespace } from "../namespaces.ts";
import { createNetworkDriver } from "../network-driver.ts";
import type { NetworkDriver } from "../network-driver.ts";
import { probeHost } from "../probe-host.ts";
import { GuestProber } from "./guest-prober.ts";
import { vpcA, vpcB, worldAddresses, worldEnis } from "./probe-world.ts";

/** Whether tests with real packets can run, and the suffix of a suite's title that says why not. */
export async function networkGate(): Promise<{ available: boolean; title: string }> {
  const { available, reasons } = await probeHost();
  return {
    available,
    title: available ? "" : ` (needs a host that carries networks: ${reasons.join("; ")})`,
  };
}

export async function temporaryDriver(): Promise<{
  driver: NetworkDriver;
  stateDirectory: string;
  end: () => Promise<void>;
}> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "casemate-network-"));
  const driver = createNetworkDriver({ stateDirectory });
  return {
    driver,
    stateDirectory,
    end: async () => {
      await createNetworkDriver({ stateDirectory }).destroyAll();
      await rm(stateDirectory, { recursive: true, force: true });
    },
  };
}

export type GuestName = keyof typeof worldEnis;

export class NetworkWorld {
  readonly driver: NetworkDriver;
  readonly guests: Record<GuestName, GuestProber>;
  readonly internet: GuestProber;
  private readonly finish: () => Promise<void>;

  private constructor(parts: {
    driver: NetworkDriver;
    guests: Record<GuestName, GuestProber>;
    internet: GuestProber;
    finish: () => Promise<void>;
  }) {
    this.driver = parts.driver;
    this.guests = parts.guests;
    this.internet = parts.internet;
    this.finish = parts.finish;
  }

  static async create(): Promise<NetworkWorld> {
    const { driver, end } = await temporaryDriver();
    const services: Services[] = [];
    try {
      await driver.apply(vpcA);
      await driver.apply(vpcB);
      const { allowed, office, other } = worldAddresses;
      for (const address of [allowed, office, "198.51.100.150", other, "192.0.2.130"]) {
        await driver.addInternetAddress(address);
      }
      services.push(await startServices(driver, vpcA), await startServices(driver, vpcB));
      const internet = new GuestProber(namespacePath(driver.internetNetns));
      const guests = Object.fromEntries(
        Object.entries(worldEnis).map(([name, { number }]) => [
          name,
          new GuestProber(namespacePath(driver.netnsOf(number))),
        ]),
      ) as Record<GuestName, GuestProber>;
      await openPorts(guests, internet);
      await startMiddleboxes(driver);
      const finish = async (): Promise<void> => {
        await Promise.all([...Object.values(guests), internet].map((prober) => prober.end()));
        for (const service of services) service.close();
        await end();
      };
      return new NetworkWorld({ driver, guests, internet, finish });
    } catch (error) {
      for (const service of services) service.close();
      await end();
      throw error;
    }
  }

  /** Puts both VPCs back to how the world starts. */
  async reset(): Promise<void> {
    await this.driver.apply(vpcA);
    await this.driver.apply(vpcB);
  }

  end(): Promise<void> {
    return this.finish();
  }
}

async function openPorts(guests: Record<GuestName, GuestProber>, internet: GuestProber): Promise<void> {
  const { web, app, strict, db, endpoint, gateway, bOne, bTwo } = guests;
  const tcp: [GuestProber, number[]][] = [
    [web, [80, 22, 6000, 8050, 9000]],
    [app, [8050, 8443, 80]],
    [strict, [9999]],
    [db, [3306, 5432, 6000, 7000, 7001]],
    [bOne, [80]],
    [bTwo, [80]],
    [endpoint, [8443]],
    [gateway, [443]],
    [internet, [443, 80]],
  ];
  for (const [prober, ports] of tcp) {
    for (const port of ports) await prober.listenTcp(port);
  }
  await db.listenUdp(5000);
  await db.listenUdp(7002, { reply: false });
  await app.listenUdp(7001);
  await app.listenUdp(9);
  await internet.listenUdp(5300);
}

/**
 * The guests that forward: a plain router, a NAT and a gateway that takes every address of a prefix for its
 * own.
 */
async function startMiddleboxes(driver: NetworkDriver): Promise<void> {
  const forward = ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0"];
  const also = ["net.ipv4.conf.eth0.send_redirects=0", "net.ipv4.conf.all.rp_filter=0"];
  for (const { number } of [worldEnis.fw, worldEnis.nat]) {
    await runInNamespace(driver.netnsOf(number), [...forward, ...also]);
  }
  const masquerade = [
    "table ip nat {",
    "chain post { type nat hook postrouting priority 100; ip saddr != 10.0.1.5 snat to 10.0.1.5",
    "}",
    "}",
    "",
  ].join("\n");
  await runInNamespace(driver.netnsOf(worldEnis.nat.number), ["nft", "-f", "-"], {
    stdin: masquerade,
  });
  const anyIp = ["ip", "route", "replace", "local", "198.18.5.0/24", "dev", "lo"];
  await runInNamespace(driver.netnsOf(worldEnis.gateway.number), anyIp);
}

interface Services {
  close(): void;
}

/**
 * A metadata service that knows a guest by its address alone, and a name service that answers with that
 * address.
 */
async function startServices(driver: NetworkDriver, model: VpcModel): Promise<Services> {
  const tokens = new Map<string, string>();
  const byAddress = new Map(
    model.enis.flatMap((eni) => [...eni.privateIps, ...(eni.ipv6s ?? [])].map((address) => [address, eni])),
  );
  const http = createServer((request, response) => {
    // The ruleset knows a token by the first bytes of a connection, so there is one reply on each.
    response.shouldKeepAlive = false;
    const from = request.socket.remoteAddress?.replace("::ffff:", "") ?? "";
    const caller = byAddress.get(from);
    if (caller === undefined) return void response.writeHead(403).end();
    if (request.method === "PUT" && request.url === "/latest/api/token") {
      const token = `${model.vpcId}-${caller.id}-token`;
      tokens.set(token, caller.id);
      // The ruleset knows the answer to a token request by its first header.
      const length = String(Buffer.byteLength(token));
      response.writeHead(200, ["X-aws-ec2-metadata-token-ttl-seconds", "21600", "Content-Length", length]);
      return void response.end(token);
    }
    const token = request.headers["x-aws-ec2-metadata-token"];
    if (tokens.get(String(token)) !== caller.id) return void response.writeHead(401).end();
    const identity = `${model.vpcId} ${caller.id}`;
    return void response.writeHead(200, { "Content-Length": identity.length }).end(identity);
  });
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const listen = async (address: string): Promise<void> => {
    const server = await driver.listen({ vpc: model.number, address, port: 80, kind: "tcp" });
    serve(server, http);
    servers.push(server);
  };
  await listen("169.254.169.254");
  if (model.ipv6Cidrs !== undefined) await listen("fd00:ec2::254");
  for (const address of ["169.254.169.253", "10.0.0.2"]) {
    const socket = await driver.listen({ vpc: model.number, address, port: 53, kind: "udp" });
    socket.on("message", (_message, peer) => {
      socket.send(`${model.vpcId} ${peer.address}`, peer.port, peer.address);
    });
    sockets.push(socket);
  }
  return {
    close: () => {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.close();
      http.closeAllConnections();
    },
  };
}

function serve(server: Server, http: HttpServer): void {
  server.on("connection", (socket) => http.emit("connection", socket));
}
