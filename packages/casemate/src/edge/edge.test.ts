import { once } from "node:events";
import { Agent, request as httpsRequest } from "node:https";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, defaultPermittedNames, issueLeaf } from "../certificates/authority.ts";
import type { PemPair } from "../certificates/authority.ts";
import { createServerContexts } from "../certificates/server-contexts.ts";
import { createEdge } from "./edge.ts";
import type { Edge, EdgeOptions } from "./edge.ts";
import type { RawHttpRequest, RawHttpResponse } from "./raw-http.ts";

const running: Edge[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((edge) => edge.close(0)));
});

interface Started {
  readonly edge: Edge;
  readonly port: number;
  readonly seen: RawHttpRequest[];
  readonly causes: unknown[];
}

const ok: RawHttpResponse = { status: 200, headers: [["content-type", "text/plain"]], body: "ok" };

async function start(options: Partial<EdgeOptions> = {}): Promise<Started> {
  const seen: RawHttpRequest[] = [];
  const causes: unknown[] = [];
  const edge = createEdge({
    handle: async (request) => {
      seen.push(request);
      return ok;
    },
    local: {},
    now: () => 1_700_000_000_000,
    newRequestId: () => "request-1",
    failed: (cause) => causes.push(cause),
    ...options,
  });
  running.push(edge);
  const { port } = await edge.listen({ host: "127.0.0.1", port: 0 });
  return { edge, port, seen, causes };
}

/** Writes on one connection and gives back everything that is said until `ended` or the connection's end. */
async function raw(port: number, bytes: string, ended?: RegExp): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  let said = "";
  socket.on("error", () => undefined);
  socket.write(bytes, "latin1");
  await new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1");
      if (ended?.test(said)) resolve();
    });
    socket.on("close", () => resolve());
  });
  socket.destroy();
  return said;
}

const close = "Host: a\r\nConnection: close\r\n";
const text = (body: Uint8Array): string => Buffer.from(body).toString("latin1");

describe("the edge", () => {
  it("hands on a request as it was received", async () => {
    const { port, seen } = await start();
    await raw(
      port,
      "POST /a%2Fb/../c?X=%20+&Y HTTP/1.1\r\nHost: ec2.test:4566\r\nx-Dup: 1\r\nX-Dup: 2\r\n" +
        "Connection: close\r\nContent-Length: 3\r\n\r\n\0\xff+",
    );
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: "POST",
      rawPath: "/a%2Fb/../c",
      rawQuery: "X=%20+&Y",
      headers: [
        ["Host", "ec2.test:4566"],
        ["x-Dup", "1"],
        ["X-Dup", "2"],
        ["Connection", "close"],
        ["Content-Length", "3"],
      ],
      sourceIp: "127.0.0.1",
      host: "ec2.test:4566",
      tls: undefined,
      receivedAt: 1_700_000_000_000,
    });
    expect(text(seen[0]!.body)).toBe("\0\xff+");
  });

  it("takes an absolute target and the path in it, and refuses a target that is neither", async () => {
    const { port, seen } = await start();
    await raw(port, `GET http://other.test/path?x=1 HTTP/1.1\r\n${close}\r\n`);
    await raw(port, `GET http://other.test HTTP/1.1\r\n${close}\r\n`);
    await raw(port, `GET //evil.test/path HTTP/1.1\r\n${close}\r\n`);
    expect(seen.map(({ rawPath, rawQuery }) => [rawPath, rawQuery])).toEqual([
      ["/path", "x=1"],
      ["/", ""],
      ["//evil.test/path", ""],
    ]);
    expect(await raw(port, `OPTIONS * HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toHaveLength(3);
  });

  it("answers pipelined requests in order on a connection that stays open", async () => {
    const { port } = await start({
      handle: async ({ rawPath }) => ({ status: 200, headers: [], body: `<${rawPath}>` }),
    });
    const said = await raw(
      port,
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" +
        `GET /3 HTTP/1.1\r\n${close}\r\n`,
    );
    expect(said.match(/<\/\d>/g)).toEqual(["</1>", "</2>", "</3>"]);
  });

  it("writes header names in lower case, each once, and frames the body itself", async () => {
    const { port } = await start({
      handle: async () => ({
        status: 200,
        headers: [
          ["X-Amzn-RequestId", "abc"],
          ["x-amzn-requestid", "def"],
          ["Content-Length", "999"],
          ["Transfer-Encoding", "chunked"],
        ],
        body: "grüße",
      }),
    });
    const said = await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`);
    const [head, body] = said.split("\r\n\r\n");
    expect(head!.split("\r\n").filter((line) => !/^(Date|Connection):/.test(line))).toEqual([
      "HTTP/1.1 200 OK",
      "x-amzn-requestid: abc",
      "content-length: 7",
    ]);
    expect(Buffer.from(body!, "latin1").toString()).toBe("grüße");
  });

  it("sends no body in answer to HEAD, and none with 204", async () => {
    const { port } = await start();
    const head = await raw(port, `HEAD / HTTP/1.1\r\n${close}\r\n`);
    expect(head).toContain("content-length: 2\r\n");
    expect(head).toMatch(/\r\n\r\n$/);
    const other = await start({ handle: async () => ({ status: 204, headers: [], body: "" }) });
    expect(await raw(other.port, `GET / HTTP/1.1\r\n${close}\r\n`)).not.toMatch(/content-length/i);
  });

  it("serves its own paths by the table and lets no other below /_casemate through", async () => {
    const { port, seen } = await start({
      local: { "/_casemate/health": () => ({ status: 200, headers: [], body: '{"status":"ok"}' }) },
    });
    expect(await raw(port, `GET /_casemate/health?x HTTP/1.1\r\n${close}\r\n`)).toMatch(/"status":"ok"/);
    expect(await raw(port, `GET /_casemate/other HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
    expect(await raw(port, `GET /_casemate/__proto__ HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
    expect(seen).toEqual([]);
  });
});

describe("a defect in the request path", () => {
  it.each([
    ["a rejection", async () => Promise.reject(new Error("secret detail"))],
    [
      "a header that cannot be written",
      async () => ({ ...ok, headers: [["x", "a\r\nb: c"]] }) as RawHttpResponse,
    ],
    ["a status that does not exist", async () => ({ ...ok, status: 1234 })],
  ])("such as %s becomes a 500 that says nothing of its cause", async (_name, handle) => {
    const { port, causes } = await start({ handle });
    const said = await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`);
    expect(said).toMatch(/^HTTP\/1\.1 500 /);
    expect(said).toContain("<Code>InternalFailure</Code>");
    expect(said).toContain("x-amzn-requestid: request-1");
    expect(said).not.toMatch(/secret|\.ts|b: c/);
    expect(causes).toHaveLength(1);
    expect(await raw(port, `GET /_casemate/x HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 404/);
  });
});

describe("bodies", () => {
  const small = { bodyBytesMax: 1000 };
  const big = (head: string): string => `POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n`;

  it("past the bound are refused with 413 before they are read, in the service's error form", async () => {
    const { port, seen } = await start({ bounds: small });
    const ec2 =
      "Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/ec2/aws4_request, Signature=x\r\n";
    const done = /<\/Response>|<\/ErrorResponse>|\}/;
    expect(await raw(port, big(`${ec2}Content-Length: 1001\r\n`), done)).toMatch(
      /^HTTP\/1\.1 413 [^]*<Response><Errors><Error><Code>RequestEntityTooLarge<[^]*<RequestID>request-1/,
    );
    const json = "X-Amz-Target: TrentService.Sign\r\nContent-Type: application/x-amz-json-1.1\r\n";
    expect(await raw(port, big(`${json}Content-Length: 9999999999\r\n`), done)).toMatch(
      /content-type: application\/x-amz-json-1\.1[^]*"__type":"RequestEntityTooLarge"/,
    );
    expect(await raw(port, big("Content-Length: 1001\r\n"), done)).toMatch(
      /connection: close\r\n[^]*<ErrorResponse>/i,
    );
    expect(seen).toEqual([]);
  });

  it("of unknown length are cut at the bound while they stream", async () => {
    const { port, seen } = await start({ bounds: small });
    const chunk = `1f4\r\n${"x".repeat(500)}\r\n`;
    expect(
      await raw(port, `${big("Transfer-Encoding: chunked\r\n")}${chunk}${chunk}0\r\n\r\n`, /ok$/),
    ).toMatch(/200/);
    const said = await raw(
      port,
      big("Transfer-Encoding: chunked\r\n") + chunk.repeat(3),
      /<\/ErrorResponse>/,
    );
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.body).toHaveLength(1000);
  });

  it("announced too large are not sent by a client that asks first", { timeout: 1500 }, async () => {
    const { port } = await start({ bounds: small });
    const asks = "Expect: 100-continue\r\n";
    expect(await raw(port, big(`${asks}Content-Length: 1001\r\n`))).toMatch(/^HTTP\/1\.1 413 /);
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write(big(`${asks}Connection: close\r\nContent-Length: 2\r\n`));
    const [first] = (await once(socket, "data")) as [Buffer];
    expect(first.toString()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.end("hi");
    await once(socket, "close");
  });

  it("that were refused while they streamed hold no room any more", async () => {
    const { port } = await start({ bounds: { bodyBytesMax: 1000, bodyBytesInFlightMax: 1500 } });
    const chunk = `1f4\r\n${"x".repeat(500)}\r\n`;
    for (let round = 0; round < 4; round++) {
      const said = await raw(
        port,
        big("Transfer-Encoding: chunked\r\n") + chunk.repeat(3),
        /<\/ErrorResponse>/,
      );
      expect(said).toMatch(/^HTTP\/1\.1 413 /);
    }
    expect(await raw(port, `${big("Content-Length: 1000\r\n")}${"x".repeat(1000)}`, /ok$/)).toMatch(/ 200 /);
  });

  it("sent byte by byte come together whole", async () => {
    const { port, seen } = await start({ bounds: { bodyBytesMax: 40_000 } });
    const bytes = Array.from({ length: 40_000 }, (_, index) => String.fromCharCode(97 + (index % 26)));
    await raw(
      port,
      `${big("Transfer-Encoding: chunked\r\n")}${bytes.map((byte) => `1\r\n${byte}\r\n`).join("")}0\r\n\r\n`,
      /ok$/,
    );
    expect(text(seen[0]!.body)).toBe(bytes.join(""));
  });

  it("in flight share one budget, which is given back", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { port } = await start({
      bounds: { bodyBytesMax: 1000, bodyBytesInFlightMax: 1500 },
      handle: async () => {
        await held;
        return ok;
      },
    });
    const post = `POST / HTTP/1.1\r\n${close}Content-Length: 1000\r\n\r\n${"x".repeat(1000)}`;
    const first = raw(port, post);
    await expect.poll(() => raw(port, post, /<\/ErrorResponse>/)).toMatch(/^HTTP\/1\.1 503 /);
    release();
    expect(await first).toMatch(/^HTTP\/1\.1 200 /);
    expect(await raw(port, post)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("bad and slow requests", () => {
  it.each([
    ["no HTTP", "hello\r\n\r\n", 400],
    [
      "both a length and chunks",
      `POST / HTTP/1.1\r\n${close}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
    ],
    ["two lengths", `POST / HTTP/1.1\r\n${close}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
    ["a head past its bound", `GET / HTTP/1.1\r\n${close}X: ${"x".repeat(40_000)}\r\n\r\n`, 431],
    ["too many headers", `GET / HTTP/1.1\r\n${close}${"a: b\r\n".repeat(200)}\r\n`, 431],
    ["a bare line feed in a header", `GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n`, 400],
    ["an unknown method", `BREW / HTTP/1.1\r\n${close}\r\n`, 400],
    ["a space before the colon", `GET / HTTP/1.1\r\nHost : a\r\n\r\n`, 400],
  ])("%s is refused with a request id", async (_name, bytes, status) => {
    const { port, seen } = await start();
    const said = await raw(port, bytes);
    expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*x-amzn-requestid: request-1\r\n`));
    expect(seen).toEqual([]);
  });

  it("a tunnel is not opened, and an upgrade is an ordinary request", async () => {
    const { port, seen } = await start();
    expect(await raw(port, "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n")).toBe("");
    expect(seen).toEqual([]);
    const upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n";
    expect(await raw(port, upgrade)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("random bytes harm nobody", async () => {
    const { port } = await start();
    let state = 4711;
    for (let round = 0; round < 100; round++) {
      const next = (): number => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16;
      const bytes = Buffer.from(Array.from({ length: next() % 300 }, next)).toString("latin1");
      await raw(
        port,
        `${["", "GET / ", "POST / HTTP/1.1\r\n", "\x16\x03\x01"][round % 4]}${bytes}\r\n\r\n`,
        /./,
      );
    }
    expect(await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("a head or a body that does not end is cut", async () => {
    const { port, seen } = await start({ bounds: { headersTimeoutMs: 100, requestTimeoutMs: 200 } });
    expect(await raw(port, "GET / HTTP/1.1\r\nHost:")).toMatch(/^HTTP\/1\.1 408 /);
    expect(await raw(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")).toMatch(
      /^HTTP\/1\.1 408 /,
    );
    expect(seen).toEqual([]);
  });

  it("a connection that never speaks is cut", async () => {
    const { port, edge } = await start({ bounds: { handshakeTimeoutMs: 100 } });
    expect(await raw(port, "")).toBe("");
    await expect.poll(() => edge.connections).toBe(0);
  });

  it("connections past the bound are not taken", async () => {
    const { port } = await start({ bounds: { connectionsMax: 1 } });
    const first = connect({ port, host: "127.0.0.1" });
    await once(first, "connect");
    expect(await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toBe("");
    first.destroy();
    await expect.poll(() => raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("a connection that has spoken outlives the wait for its first byte", async () => {
    const { port } = await start({ bounds: { handshakeTimeoutMs: 100 } });
    const spoken = connect({ port, host: "127.0.0.1" });
    spoken.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(spoken, "data");
    // The end of a silent connection that began later tells that the time has passed.
    expect(await raw(port, "")).toBe("");
    spoken.write(`GET / HTTP/1.1\r\n${close}\r\n`);
    const [reply] = (await once(spoken, "data")) as [Buffer];
    expect(reply.toString()).toMatch(/^HTTP\/1\.1 200 /);
    await once(spoken, "close");
  });

  it("a client that leaves harms nobody", async () => {
    const { port, causes } = await start();
    for (const bytes of [
      "P",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nab",
      "\x16\x03\x01",
    ]) {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      socket.write(bytes, "latin1", () => socket.resetAndDestroy());
      await once(socket, "close");
    }
    expect(await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(causes).toEqual([]);
  });
});

describe("TLS", () => {
  let authority: PemPair;
  let leaf: PemPair;
  beforeAll(async () => {
    const nowMs = Date.now();
    authority = await createAuthority({ commonName: "root", permitted: defaultPermittedNames, nowMs });
    leaf = await issueLeaf({ authority, names: ["localhost", "*.us-east-1.amazonaws.com"], nowMs });
  });
  const contexts = () => createServerContexts({ authority, leaf, now: Date.now });

  function get(
    port: number,
    servername = "localhost",
  ): Promise<{ status: number; body: string; serial: string }> {
    return new Promise((resolve, reject) => {
      const agent = new Agent({ ca: authority.certificatePem, servername });
      const request = httpsRequest({ host: "127.0.0.1", port, agent, path: "/" }, (response) => {
        const serial = String((response.socket as TLSSocket).getPeerCertificate().serialNumber);
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body, serial }));
      });
      request.on("error", reject).end();
    });
  }

  it("is spoken on the same port as plain HTTP, and told of in the request", async () => {
    const tls = contexts();
    const { port, seen } = await start({ tls: () => tls });
    expect(await get(port)).toMatchObject({ status: 200, body: "ok" });
    expect(await get(port, "sts.eu-west-3.amazonaws.com")).toMatchObject({ status: 200, body: "ok" });
    expect(await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen.map((request) => request.tls)).toEqual([
      { version: "TLSv1.3", cipher: expect.stringMatching(/^TLS_/) },
      { version: "TLSv1.3", cipher: expect.stringMatching(/^TLS_/) },
      undefined,
    ]);
    expect(seen[0]!.sourceIp).toBe("127.0.0.1");
  });

  it("takes a renewed certificate without a restart", async () => {
    const tls = contexts();
    const { port } = await start({ tls: () => tls });
    const before = await get(port);
    tls.replaceLeaf(await issueLeaf({ authority, names: ["localhost"], nowMs: Date.now() }));
    const after = await get(port);
    expect(after.status).toBe(200);
    expect(after.serial).not.toBe(before.serial);
    // The new leaf lacks a name that the old one had: it is now issued for itself.
    expect(await get(port, "ec2.us-east-1.amazonaws.com")).toMatchObject({ status: 200 });
  });

  it("is all that a listener made elsewhere for TLS speaks", async () => {
    const tls = contexts();
    const { edge, seen } = await start({ tls: () => tls });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    edge.attach(server, "tls");
    const { port } = server.address() as AddressInfo;
    expect(await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 [^]*HTTPS server\.\n$/,
    );
    expect(seen).toEqual([]);
    expect(await get(port)).toMatchObject({ status: 200 });
    await edge.close(0);
    expect(server.listening).toBe(false);
  });

  it("is all that a VPC endpoint speaks, which its listener alone tells of, and it leads to the API alone", async () => {
    const tls = contexts();
    const page = (): RawHttpResponse => ({ ...ok, body: "page" });
    const { edge, port, seen } = await start({ tls: () => tls, local: { "/": page } });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const leave = edge.attachEndpoint(server, "vpce-1");
    const inside = (server.address() as AddressInfo).port;
    expect(await get(port)).toMatchObject({ body: "page" });
    expect(await get(inside)).toMatchObject({ body: "ok" });
    expect(seen.map(({ vpcEndpointId }) => vpcEndpointId)).toEqual(["vpce-1"]);
    expect(await raw(inside, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(/HTTPS server\.\n$/);
    await raw(port, `GET /x HTTP/1.1\r\nvpc-endpoint-id: vpce-1\r\nX-Vpce: vpce-1\r\n${close}\r\n`);
    expect(seen.at(-1)).not.toHaveProperty("vpcEndpointId");
    const idle = connect({ port: inside, host: "127.0.0.1" }).on("error", () => undefined);
    await once(idle, "connect");
    const cut = once(idle, "close");
    await leave();
    await cut;
    expect([server.listening, edge.connections]).toEqual([false, 0]);
  });

  it("without certificates is cut, and the edge then listens on loopback alone", async () => {
    const { port, edge } = await start();
    await expect(get(port)).rejects.toThrow(/disconnected|reset|hang up/i);
    await expect(edge.listen({ host: "0.0.0.0", port: 0 })).rejects.toThrow(RangeError);
  });

  it("that cannot be set up is told to the operator and cut", async () => {
    const { port, causes } = await start({ tls: () => Promise.reject(new Error("no key")) });
    await expect(get(port)).rejects.toThrow(/disconnected|reset|hang up/i);
    expect(causes).toEqual([new Error("no key")]);
  });
});

describe("closing", () => {
  it("lets a request in flight finish and takes no other", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = false;
    const { port, edge } = await start({
      handle: async () => {
        begun = true;
        await held;
        return ok;
      },
    });
    const idle = connect({ port, host: "127.0.0.1" });
    await once(idle, "connect");
    const first = raw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await expect.poll(() => begun).toBe(true);
    const closed = edge.close(5000);
    expect(await raw(port, `GET / HTTP/1.1\r\n${close}\r\n`)).toBe("");
    release();
    expect(await first).toMatch(/^HTTP\/1\.1 200 [^]*connection: close\r\n[^]*ok$/i);
    await closed;
    expect(edge.connections).toBe(0);
  });

  it("cuts what is still in flight after the grace", async () => {
    const { port, edge } = await start({ handle: () => new Promise(() => undefined) });
    const first = raw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await expect.poll(() => edge.connections).toBe(1);
    await edge.close(50);
    expect(await first).toBe("");
  });
});
