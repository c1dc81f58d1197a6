import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fromInstanceMetadata } from "@smithy/credential-provider-imds";
import { afterEach, describe, expect, it } from "vitest";
import type { InstanceMetadata, MetadataPort } from "@casemate/cloud";
import { credentials, instance, nowMs, portOf, vpcId } from "./metadata-fixture.ts";
import { serveMetadata } from "./metadata-server.ts";
import type { MetadataServer, MetadataServerOptions } from "./metadata-server.ts";
import { createMetadataTokens } from "./tokens.ts";

const tokens = createMetadataTokens(Buffer.alloc(32, 3), (count) => new Uint8Array(count));
const running: MetadataServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(
  metadata: InstanceMetadata,
  more: Partial<MetadataServerOptions> & { now?: () => number } = {},
): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port: MetadataPort = portOf({ [`${vpcId}/127.0.0.1`]: metadata });
  running.push(serveMetadata({ vpcId, server, port, tokens, now: () => nowMs, ...more }));
  return (server.address() as AddressInfo).port;
}

/** Everything that the server says on one connection, and whether it was the server that ended it. */
async function raw(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  const said: Buffer[] = [];
  socket.on("data", (chunk) => said.push(chunk));
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(said).toString("latin1");
}

const put =
  "PUT /latest/api/token HTTP/1.1\r\nHost: 169.254.169.254\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n";

describe("the metadata server", () => {
  it("writes the token's life at byte 17 of its reply, where the data plane looks for it", async () => {
    const port = await start(instance());
    for (const request of [
      `${put}\r\n`,
      `${put}Content-Length: 0\r\n\r\n`,
      `${put}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n`,
      `${put.replace("HTTP/1.1", "HTTP/1.0")}\r\n`,
      `${put}Connection: keep-alive\r\n\r\n`,
    ]) {
      const reply = await raw(port, request);
      expect(reply.slice(0, 17)).toBe("HTTP/1.1 200 OK\r\n");
      expect(reply.slice(17)).toMatch(/^X-aws-ec2-metadata-token-ttl-seconds: 60\r\n/);
      expect(reply).toContain("\r\nConnection: close\r\n");
    }
  });

  it("answers one request per connection, so that no reply can hide a token reply behind it", async () => {
    const port = await start(instance());
    const get = "GET /latest/meta-data/ami-id HTTP/1.1\r\nHost: a\r\n\r\n";
    const reply = await raw(port, `${get}${put}\r\n`);
    expect(reply.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(reply).toMatch(/\r\n\r\nami-0abcdef1234567890$/);
  });

  it("writes the headers that AWS writes, in its order", async () => {
    const port = await start(instance());
    const reply = await raw(port, "GET /latest/meta-data/ami-id HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(reply.split("\r\n")).toEqual([
      "HTTP/1.1 200 OK",
      "Content-Type: text/plain",
      "Accept-Ranges: none",
      "Last-Modified: Thu, 15 Jan 2026 12:00:00 GMT",
      "Content-Length: 21",
      "Date: Thu, 15 Jan 2026 12:00:00 GMT",
      "Server: EC2ws",
      "Connection: close",
      "",
      "ami-0abcdef1234567890",
    ]);
  });

  it("answers HEAD with the length and no body", async () => {
    const port = await start(instance());
    const reply = await raw(port, "HEAD /latest/meta-data/ami-id HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(reply).toContain("Content-Length: 21\r\n");
    expect(reply).toMatch(/\r\n\r\n$/);
  });

  it("never takes the caller's word for who it is", async () => {
    const port = await start(instance());
    const reply = await raw(
      port,
      "GET http://10.0.9.9/latest/meta-data/instance-id HTTP/1.1\r\nHost: 10.0.9.9\r\n" +
        "X-Forwarded-For: 10.0.9.9\r\n\r\n",
    );
    expect(reply).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each([
    ["not HTTP", "\x16\x03\x01\x02\x00garbage\r\n\r\n", "400"],
    ["a head past its bound", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(9000)}\r\n\r\n`, "431"],
    ["more headers than its bound", `GET / HTTP/1.1\r\nHost: a\r\n${"a: b\r\n".repeat(70)}\r\n`, "431"],
    ["a length and chunks", `${put}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, "400"],
    ["a repeated token life", `${put}X-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n`, "400"],
  ])("refuses %s and goes on", async (_name, bytes, status) => {
    const port = await start(instance());
    expect(await raw(port, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await raw(port, `${put}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it("survives random bytes", async () => {
    const port = await start(instance());
    let state = 12_345;
    for (let round = 0; round < 50; round++) {
      const bytes = Buffer.from(
        Array.from({ length: 200 }, () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16),
      );
      await raw(port, Buffer.concat([bytes, Buffer.from("\r\n\r\n")]));
    }
    expect(await raw(port, `${put}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it("cuts a connection that does not finish its head", async () => {
    const port = await start(instance(), { bounds: { headersTimeoutMs: 100, requestTimeoutMs: 200 } });
    expect(await raw(port, "GET / HTTP/1.1\r\nHost:")).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("holds a bounded number of connections for one source", async () => {
    const port = await start(instance(), { bounds: { connectionsPerSourceMax: 1 } });
    const first = connect({ port, host: "127.0.0.1" });
    await once(first, "connect");
    expect(await raw(port, `${put}\r\n`)).toBe("");
    first.destroy();
    await expect.poll(() => raw(port, `${put}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe("the AWS SDK's credential provider against the metadata server", () => {
  it("gets role credentials by a token session", async () => {
    const port = await start(instance({ httpTokens: "required" }), {
      now: Date.now,
      port: portOf({ [`${vpcId}/127.0.0.1`]: instance({ httpTokens: "required" }) }, (delivery) => ({
        ...credentials(delivery),
        expirationMs: Date.now() + 6 * 3_600_000,
      })),
    });
    const before = process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = `http://127.0.0.1:${port}`;
    try {
      const found = await fromInstanceMetadata({ timeout: 2000, maxRetries: 0 })();
      expect(found).toMatchObject({ accessKeyId: "ASIA20EXAMPLE", secretAccessKey: "secret/+" });
    } finally {
      if (before === undefined) delete process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
      else process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = before;
    }
  });
});
