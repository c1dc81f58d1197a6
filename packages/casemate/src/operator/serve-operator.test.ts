import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OperatorHandlers } from "./operator-calls.ts";
import { operatorClient } from "./operator-client.ts";
import { OperatorFault } from "./operator-fault.ts";
import { operatorBodyBytesMax, serveOperator, type OperatorServer } from "./serve-operator.ts";

let folder: string;
let path: string;
let server: OperatorServer | undefined;
const defects: unknown[] = [];

// Only the calls that a test makes are answered.
const handlers = {
  "trust-anchor": () => ({ pem: "the anchor" }),
  why: () => {
    throw new OperatorFault("NotFound", "There is no such request.");
  },
  status: () => {
    throw new Error("a defect");
  },
} as unknown as OperatorHandlers;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "casemate-operator-"));
  path = join(folder, "operator.sock");
  defects.length = 0;
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const serve = async () => {
  server = await serveOperator({ path, handlers, failed: (defect) => defects.push(defect) });
};

/** Sends what the client never would. */
const send = (options: { method?: string; path?: string; body?: string }) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = request(
      { socketPath: path, method: options.method ?? "POST", path: options.path ?? "/v1/trust-anchor" },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode, text }));
      },
    );
    sent.on("error", reject);
    sent.end(options.body);
  });

test("only the owner can open the socket", async () => {
  await serve();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a call gets its handler's answer", async () => {
  await serve();
  expect(await operatorClient(path).call("trust-anchor", {})).toEqual({ pem: "the anchor" });
});

test("a fault keeps its code on the way", async () => {
  await serve();
  await expect(operatorClient(path).call("why", { requestId: "x" })).rejects.toMatchObject({
    code: "NotFound",
    message: "There is no such request.",
  });
  expect(defects).toEqual([]);
});

test("a defect is told to the operator and to the log", async () => {
  await serve();
  await expect(operatorClient(path).call("status", {})).rejects.toMatchObject({
    code: "Failed",
    message: "a defect",
  });
  expect(defects).toHaveLength(1);
});

test.each([
  ["an unknown call", { path: "/v1/nothing", body: "{}" }],
  ["a member of every object", { path: "/v1/constructor", body: "{}" }],
  ["another method", { method: "GET" }],
  ["no JSON", { body: "status" }],
  ["a list", { body: "[]" }],
  ["no body", {}],
  ["too large a body", { body: `"${"a".repeat(operatorBodyBytesMax)}"` }],
])("%s is refused", async (_what, asked) => {
  await serve();
  const { status, text } = await send(asked);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ ok: false, error: { code: "InvalidInput" } });
});

test("a socket that a dead daemon left does not keep the next one from listening", async () => {
  writeFileSync(path, "");
  await serve();
  expect(await operatorClient(path).call("trust-anchor", {})).toEqual({ pem: "the anchor" });
});

test("without a daemon the client says that none is there", async () => {
  await expect(operatorClient(path).call("trust-anchor", {})).rejects.toMatchObject({ code: "Unreachable" });
});

test("after its end the channel is gone", async () => {
  await serve();
  await server?.close();
  await expect(operatorClient(path).call("trust-anchor", {})).rejects.toMatchObject({ code: "Unreachable" });
});

test("a path that no socket can have is refused by name", async () => {
  const long = join(folder, "a".repeat(100), "operator.sock");
  await expect(serveOperator({ path: long, handlers, failed: () => undefined })).rejects.toThrow(/too long/);
});
