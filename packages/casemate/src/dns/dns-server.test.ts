import { createSocket } from "node:dgram";
import type { Socket as UdpSocket } from "node:dgram";
import { promises as dns } from "node:dns";
import { EventEmitter, once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveDns, serveDnsOverTcp } from "./dns-server.ts";
import type { Resolve } from "./handle-dns.ts";

const many = Array.from({ length: 60 }, (_, index) => ({ type: "A" as const, address: `10.0.0.${index}` }));
const resolve: Resolve = (name, type) => {
  if (name === "sts.amazonaws.com")
    return type === "A" ? { ttlSeconds: 60, records: [{ type: "A", address: "198.51.100.1" }] } : "nodata";
  if (name === "many.test") return { ttlSeconds: 1, records: many };
  if (name === "5.1.0.10.in-addr.arpa")
    return { ttlSeconds: 1, records: [{ type: "PTR", name: "ip-10-0-1-5.ec2.internal" }] };
  if (name === "broken.test") throw new Error("broken");
  return "nxdomain";
};

let server: Server;
let udp: UdpSocket;
let port: number;
let closeTcp: () => Promise<void>;
const causes: unknown[] = [];
const resolver = new dns.Resolver({ timeout: 2000, tries: 1 });

beforeAll(async () => {
  const options = { resolve, failed: (cause: unknown) => causes.push(cause) };
  // The resolver under test asks the same port over UDP and TCP; another process may hold one of the two.
  for (;;) {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
    udp = createSocket("udp4");
    udp.bind(port, "127.0.0.1");
    const bound = await once(udp, "listening").then(
      () => true,
      () => false,
    );
    if (bound) break;
    server.close();
  }
  closeTcp = serveDnsOverTcp(server, options);
  serveDns(udp, options);
  resolver.setServers([`127.0.0.1:${port}`]);
});

afterAll(async () => {
  udp.close();
  await closeTcp();
});

describe("a stub resolver against the DNS server", () => {
  it("gets addresses with their time to live, and names of addresses", async () => {
    expect(await resolver.resolve4("sts.amazonaws.com", { ttl: true })).toEqual([
      { address: "198.51.100.1", ttl: 60 },
    ]);
    expect(await resolver.reverse("10.0.1.5")).toEqual(["ip-10-0-1-5.ec2.internal"]);
  });

  it("learns at once what does not exist", async () => {
    await expect(resolver.resolve4("does-not-exist.example.com")).rejects.toMatchObject({
      code: "ENOTFOUND",
    });
    await expect(resolver.resolve6("sts.amazonaws.com")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("broken.test")).rejects.toMatchObject({ code: "ESERVFAIL" });
    expect(causes).toEqual([new Error("broken")]);
  });

  it("gets the answer that does not fit over TCP", async () => {
    expect(await resolver.resolve4("many.test")).toHaveLength(60);
  });

  it("is served after garbage on both transports", async () => {
    const garbage = createSocket("udp4");
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(2000, 0xff), Buffer.alloc(12)])
      await new Promise((done) => {
        garbage.send(bytes, port, "127.0.0.1", done);
      });
    garbage.close();
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    socket.write(Buffer.alloc(3000, 0xff));
    await once(socket, "close");
    expect(await resolver.resolve4("sts.amazonaws.com")).toEqual(["198.51.100.1"]);
  });
});

describe("a packet from port 0, to which nothing can be sent", () => {
  it("gets no reply and harms nobody", () => {
    const socket = new EventEmitter();
    const sent: number[] = [];
    const send = (_reply: Uint8Array, to: number): void => void sent.push(to);
    serveDns(Object.assign(socket, { send }) as unknown as UdpSocket, { resolve, failed: () => undefined });
    for (const from of [0, 53]) socket.emit("message", Buffer.alloc(12), { port: from, address: "10.0.1.5" });
    expect(sent).toEqual([53]);
  });
});
