// Every operation of every table goes through the real SDK client, in process: random input is written and signed by the
// SDK, verified and decoded here, random output is encoded here and read by the SDK. CASEMATE_WIRE_ROUNDS sets how often
// each operation goes round (2 by default), CASEMATE_WIRE_SEED replays a run.
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import {
  decodeForm,
  encodeResult,
  loadModel,
  parseForm,
  parseSignature,
  resolveOperation,
  SigningKeyCache,
  verifySignature,
  type RawRequest,
  type ServiceModel,
} from "./index.ts";
import { randomInput, randomOutput, seededRandom } from "./testing/index.ts";

const rounds = Number(process.env["CASEMATE_WIRE_ROUNDS"] ?? "2");
const seed = Number(process.env["CASEMATE_WIRE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+key", sessionToken: "token+/=" };
/** The SDK does not sign these: the caller has no credentials yet. */
const unsigned = new Set(["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]);

interface SentRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}
interface Client {
  send(command: object): Promise<Record<string, unknown>>;
}
type Sdk = Record<string, new (argument: object) => Client>;

const clients: readonly [id: string, client: string, sdk: unknown][] = [
  ["ec2", "EC2Client", ec2],
  ["iam", "IAMClient", iam],
  ["sts", "STSClient", sts],
];

/** The table alone: constraints would refuse the hostile texts. */
function model(id: string): ServiceModel {
  return loadModel(readFileSync(new URL(`../generated/${id}.json`, import.meta.url), "utf8"));
}

function rawRequest(request: SentRequest): RawRequest {
  const headers = Object.entries(request.headers);
  return {
    method: request.method,
    rawPath: request.path,
    rawQuery: "",
    headers,
    body: Buffer.from(request.body),
  };
}

/** What the SDK adds on its own: the fields of a presigned copy. */
function comparable(input: Record<string, unknown>, sent: Record<string, unknown>): Record<string, unknown> {
  const added = new Set(["PresignedUrl", "DestinationRegion"]);
  return Object.fromEntries(
    Object.entries(input).filter(([key]) => !added.has(key) || sent[key] === input[key]),
  );
}

function withoutMetadata(output: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(output).filter(([key]) => key !== "$metadata"));
}

describe.each(clients)("%s through the SDK's own client", (id, clientName, namespace) => {
  const sdk = namespace as Sdk;
  const service = model(id);

  it(`round-trips every operation, seed ${seed}`, { timeout: 60_000 * rounds }, async () => {
    const random = seededRandom(seed);
    const keys = new SigningKeyCache();
    const seen: { input?: unknown } = {};
    let compared = 0;
    // The matcher is slow on big values, so it only tells the first difference.
    let difference: [what: string, received: unknown, expected: unknown] | undefined;
    let output: Record<string, unknown> = {};
    const handle = (request: SentRequest) => {
      const raw = rawRequest(request);
      const tree = parseForm(raw.body);
      const operation = resolveOperation(service, tree);
      const parsed = parseSignature(raw);
      if (parsed !== "anonymous") {
        verifySignature(parsed, raw, { secret: credentials.secretAccessKey, now: new Date(), keys });
      } else if (!unsigned.has(operation)) throw new Error(`The SDK did not sign ${operation}`);
      seen.input = decodeForm(service, operation, tree);
      const reply = encodeResult(service, operation, { output, requestId: "request-1" });
      const headers = { "content-type": reply.contentType, ...reply.headers };
      return Promise.resolve({
        response: { statusCode: reply.status, headers, body: Buffer.from(reply.body) },
      });
    };
    const construct = sdk[clientName]!;
    const client = new construct({
      region: "us-east-1",
      endpoint: "http://localhost",
      credentials,
      maxAttempts: 1,
      requestHandler: { handle, metadata: { handlerProtocol: "http/1.1" } },
    });
    for (const operation of service.operationNames) {
      for (let round = 0; round < rounds; round += 1) {
        const input = randomInput(service, operation, random);
        output = randomOutput(service, operation, random);
        const command = sdk[`${operation}Command`]!;
        const result = await client.send(new command(input));
        const received = comparable(seen.input as Record<string, unknown>, input);
        const returned = withoutMetadata(result);
        if (!isDeepStrictEqual(received, input)) difference ??= [`input of ${operation}`, received, input];
        if (!isDeepStrictEqual(returned, output)) difference ??= [`output of ${operation}`, returned, output];
        compared += 1;
      }
    }
    expect(difference?.[1], `${difference?.[0]}, seed ${seed}`).toStrictEqual(difference?.[2]);
    expect(compared).toBe(service.operationNames.length * rounds);
  });
});
