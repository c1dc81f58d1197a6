import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryAws } from "./aws-command.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { hasProgram } from "./programs.ts";
import { randomNumbers } from "./random-numbers.ts";
import { converse } from "./raw-connection.ts";
import { trail } from "./trail.ts";

const seed = Number(process.env["CASEMATE_SEED"] ?? Date.now() % 1_000_000);
/** An address of this machine that is not loopback, where it has one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === "IPv4" && !each.internal)?.address;

let daemon: Daemon;
let port: number;

beforeAll(async () => {
  daemon = await startDaemon([
    "--machines",
    "recorded",
    ...(outside === undefined ? [] : ["--host", "0.0.0.0"]),
  ]);
  port = Number(new URL(daemon.endpoint).port);
});
afterAll(async () => {
  await daemon?.stop();
});

const loopback = () => `http://127.0.0.1:${port}`;

function message(head: string[], body = ""): string {
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** A request with a head of these lines, its length told. */
function post(lines: string[], body: string): string {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  return message(
    ["POST / HTTP/1.1", "host: ec2.us-east-1.amazonaws.com", length, ...lines, "connection: close"],
    body,
  );
}

const signature = `Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/ec2/aws4_request`;
const form = "content-type: application/x-www-form-urlencoded; charset=utf-8";
const json = "content-type: application/x-amz-json-1.1";
const bodies: [string, string, number][] = [
  ["no signature", post([form], "Action=DescribeVpcs&Version=2016-11-15"), 400],
  ["no body and no action", post([], ""), 400],
  [
    "a signature of another scheme",
    post([form, "authorization: AWS key:signature"], "Action=DescribeVpcs"),
    400,
  ],
  [
    "a signature without its parts",
    post([form, `authorization: AWS4-HMAC-SHA256 ${signature}`], "Action=DescribeVpcs"),
    400,
  ],
  ["an action of no service", post([form], "Action=MakeCoffee&Version=2016-11-15"), 400],
  ["a body that is no form", post([form], "%%%=%ff\u0000&&&=Action"), 400],
  ["deep JSON", post([json, "x-amz-target: TrentService.Encrypt"], "[".repeat(100_000)), 400],
  ["a path that climbs", message(["GET /../../etc/passwd HTTP/1.1", "host: x", "connection: close"]), 400],
];

test.each(bodies)("%s is refused in an AWS error and recorded once", async (_name, raw, leastStatus) => {
  const before = (await trail(daemon, "--limit", "1000")).length;
  const { answer, status } = await converse(loopback(), raw);
  expect(status).toBeGreaterThanOrEqual(leastStatus);
  expect(status).toBeLessThan(500);
  expect(answer).not.toMatch(/\bat .*\.[cm]?[jt]s:\d+|Error:/);
  expect(answer).toMatch(/request-?id/i);
  expect((await trail(daemon, "--limit", "1000")).length).toBe(before + 1);
});

test("a body over the bound is refused with 413 before it is sent, and while it streams", async () => {
  const huge = message([
    "POST / HTTP/1.1",
    "host: ec2.us-east-1.amazonaws.com",
    form,
    "content-length: 99999999999",
    "expect: 100-continue",
  ]);
  const told = await converse(loopback(), huge);
  expect(told.status).toBe(413);
  const streamed = await converse(loopback(), (socket) => {
    socket.write(
      message(["POST / HTTP/1.1", "host: ec2.us-east-1.amazonaws.com", form, "transfer-encoding: chunked"]),
    );
    const chunk = `100000\r\n${"a".repeat(0x100000)}\r\n`;
    const pour = () => {
      while (!socket.destroyed && socket.write(chunk)) continue;
      if (!socket.destroyed) socket.once("drain", pour);
    };
    pour();
  });
  expect(streamed.status).toBe(413);
  const refused = await trail(daemon, "--errors", "--limit", "5");
  expect(refused.filter(({ errorCode }) => errorCode?.endsWith("RequestEntityTooLarge"))).toHaveLength(2);
});

const notHttp: [string, string, number | undefined][] = [
  ["noise", "\u0000\u0001\u0002\u0003 nothing\r\n\r\n", 400],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", 400],
  ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a head without end", `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(200_000)}`, 431],
  [
    "a thousand headers",
    message(["GET / HTTP/1.1", ...Array.from({ length: 1000 }, (_, at) => `h${at}: v`)]),
    431,
  ],
  [
    "two lengths",
    message(["POST / HTTP/1.1", "host: x", "content-length: 1", "content-length: 2"], "ab"),
    400,
  ],
  [
    "a length and chunks, which is how requests are smuggled",
    message(
      ["POST / HTTP/1.1", "host: x", "content-length: 5", "transfer-encoding: chunked"],
      "0\r\n\r\nGET /",
    ),
    400,
  ],
  ["a TLS record that is none", "\u0016\u0003\u0001\u0000\u0005hello", undefined],
];

test.each(notHttp)("%s is refused and the connection closed", async (_name, raw, status) => {
  expect((await converse(loopback(), raw)).status).toBe(status);
});

test("a request with a thousand headers is recorded, because its head was read", async () => {
  const before = (await trail(daemon, "--limit", "1000")).length;
  const headers = Array.from({ length: 1000 }, (_, at) => `h${at}: v`);
  expect((await converse(loopback(), message(["GET / HTTP/1.1", "host: x", ...headers]))).status).toBe(431);
  expect((await trail(daemon, "--limit", "1000")).length).toBe(before + 1);
});

test("a client that sends its head drop by drop, or nothing at all, is cut", async () => {
  const drops = converse(loopback(), (socket) => {
    socket.write("GET / HTTP/1.1\r\n");
    const timer = setInterval(() => socket.write("x: y\r\n"), 500);
    socket.once("close", () => clearInterval(timer));
  });
  const [slow, silent] = await Promise.all([drops, converse(loopback(), "")]);
  expect(slow.status).toBe(408);
  expect(slow.lastedMs).toBeLessThan(20_000);
  expect(silent.status).toBeUndefined();
  expect(silent.lastedMs).toBeLessThan(20_000);
});

/** What a client that may speak these versions of TLS agrees on with the daemon. */
function handshake(
  versions: Pick<ConnectionOptions, "minVersion" | "maxVersion">,
  ca?: string,
): Promise<string> {
  // TLS 1.1 is offered only by a client that lets go of today's minimum strength.
  const ciphers = versions.maxVersion === "TLSv1.1" ? { ciphers: "DEFAULT@SECLEVEL=0" } : {};
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, servername: "ec2.us-east-1.amazonaws.com", ca };
    const socket = connect({ ...options, ...versions, ...ciphers }, () => {
      resolve(socket.getProtocol() ?? "");
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

test("TLS 1.2 and 1.3 are spoken to whoever trusts the daemon's authority, older ones to nobody", async () => {
  const ca = await (await fetch(`${loopback()}/_casemate/ca.pem`)).text();
  expect(await handshake({ minVersion: "TLSv1.3" }, ca)).toBe("TLSv1.3");
  expect(await handshake({ maxVersion: "TLSv1.2" }, ca)).toBe("TLSv1.2");
  await expect(handshake({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }, ca)).rejects.toThrow(
    /alert|protocol/,
  );
  await expect(handshake({ minVersion: "TLSv1.2" })).rejects.toThrow(/verify/);
});

test("the aws command line works over TLS, and the trail says so", async (context) => {
  context.skip(!hasProgram("aws"), "no aws command line on this machine");
  const file = join(daemon.dataDir, "ca.pem");
  writeFileSync(file, await (await fetch(`${loopback()}/_casemate/ca.pem`)).text());
  const secure = { ...daemon, endpoint: `https://localhost:${port}` };
  const outcome = await tryAws(secure, ["ec2", "describe-vpcs"], { AWS_CA_BUNDLE: file });
  expect(outcome.stderr).toBe("");
  const [record] = await trail(daemon, "--event", "DescribeVpcs", "--limit", "1");
  expect(record?.tlsDetails?.tlsVersion).toBe("TLSv1.3");
  const distrustful = await tryAws(secure, ["ec2", "describe-vpcs"]);
  expect(distrustful.stderr).toContain("CERTIFICATE_VERIFY_FAILED");
});

test("garbage over TLS is refused as it is without", async () => {
  const ca = await (await fetch(`${loopback()}/_casemate/ca.pem`)).text();
  const answer = await new Promise<string>((resolve, reject) => {
    let said = "";
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca }, () => {
      socket.write("\u0000\u0001 nothing\r\n\r\n");
    });
    socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
    socket.on("close", () => resolve(said));
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

test("plain HTTP is refused off loopback", async (context) => {
  context.skip(outside === undefined, "this machine has no address but loopback");
  const raw = post([form], "Action=DescribeVpcs&Version=2016-11-15");
  const { answer, status } = await converse(`http://${outside}:${port}`, raw);
  expect(status).toBe(400);
  expect(answer).toContain("HTTP request to an HTTPS server");
});

test("noise of every length neither stops the daemon nor is answered with a success", async () => {
  const random = randomNumbers(seed);
  const noise = () =>
    String.fromCharCode(...Array.from({ length: 1 + Math.floor(random() * 2000) }, () => random() * 256));
  const starts = ["", "GET ", "POST / HTTP/1.1\r\nhost: x\r\n", "\u0016\u0003\u0001"];
  const conversations = Array.from({ length: 200 }, (_, at) =>
    converse(loopback(), (socket) => socket.end(`${starts[at % starts.length]}${noise()}`, "latin1")),
  );
  for (const { status } of await Promise.all(conversations))
    expect(status ?? 400).toBeGreaterThanOrEqual(400);
  expect({ seed, exit: daemon.process.exitCode }).toEqual({ seed, exit: null });
  expect((await fetch(`${loopback()}/_casemate/ready`)).status).toBe(200);
});
