/** Test support: a whole cloud in memory behind the request path, and signed requests to it. */
import { readFileSync } from "node:fs";
import {
  generateKeyPairMaterialSync,
  openToken,
  rootKeyFromBytes,
  sealer,
  sealToken,
} from "@casemate/key-engine";
import { memoryLog, openStore, type CommitLog, type Store } from "@casemate/store";
import { loadModel, signRequest, type Credentials, type RawRequest, type ServiceModel } from "@casemate/wire";
import { restRequest } from "@casemate/wire/testing";
import {
  noOpenIdKeys,
  trailEntries,
  type CloudEnvironment,
  type GuardrailsPort,
  type Keyring,
  type OpenIdKeysPort,
  type Service,
  type TrailEntry,
  type VpcEndpointsPort,
} from "../kit/index.ts";
import { createIdentity, makeAccount } from "../services/iam/index.ts";
import { createGuardrails } from "../services/organizations/index.ts";
import { services, storedCollections, storedTables } from "../services/index.ts";
import { createRequestPath, type RequestPath } from "./request-path.ts";
import type { HttpReply, HttpRequest } from "./http-message.ts";

/** The moment the tests begin at. */
export const testNow = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A cloud for tests. */
export interface TestCloud {
  readonly path: RequestPath;
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly admin: Credentials;
  readonly stranger: Credentials;
  readonly defects: unknown[];
  advance(ms: number): void;
  /** Sends a signed request in the service's protocol; without credentials it goes unsigned. */
  send(asked: Asked): Promise<Answer>;
  trail(): Promise<readonly TrailEntry[]>;
}

/** What to send. */
export interface Asked {
  readonly service: string;
  readonly action: string;
  /** Of a service that is spoken to in forms, its parameters by their names there; of another, its input. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly credentials?: Credentials | undefined;
  readonly region?: string;
  /** Changes the request before it is signed. */
  readonly shape?: (request: RawRequest) => RawRequest;
  /** How long after now it says it was signed. */
  readonly signedAfterMs?: number;
  /** Signs in the query, for so many seconds. */
  readonly presignedSeconds?: number;
  /** Changes the signed request before it is sent. */
  readonly tamper?: (request: HttpRequest) => HttpRequest;
}

/** A reply with its text. */
export interface Answer extends HttpReply {
  readonly text: string;
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** The body of an answer in JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The text of the first element of a name. */
  element(name: string): string | undefined;
}

/** How a test's cloud differs from the real one. */
export interface TestCloudOptions {
  readonly log?: CommitLog;
  /** Of the randomness; a cloud that takes over the rows of another must not draw its ids again. */
  readonly seed?: number;
  /** Changes a service before it is served. */
  readonly adapt?: (service: Service) => Service;
  /** Stand in for the organizations service. */
  readonly guardrails?: GuardrailsPort;
  readonly vpcEndpoints?: VpcEndpointsPort;
  /** The keys of issuers; none when left out. */
  readonly openIdKeys?: OpenIdKeysPort;
  /** Services served beside the real ones; one of the same name takes the real one's place. */
  readonly beside?: readonly Service[];
}

/** Opens a cloud with two accounts, 111122223333 and the stranger's 444455556666. */
export async function openCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const { log = memoryLog(), adapt = (service: Service) => service, beside = [] } = options;
  const served = [...services.filter((real) => beside.every(({ name }) => name !== real.name)), ...beside];
  const names = new Set(served.map(({ name }) => name));
  const store = await openStore({
    collections: storedCollections,
    tables: storedTables,
    log,
    freeze: true,
  });
  const time = { now: testNow };
  const environment = testEnvironment(time, options);
  const make = (accountId: string): Credentials => {
    const made = store.transaction((tx) =>
      makeAccount(tx, environment, { accountId, name: accountId }),
    ).value;
    if (made === undefined) throw new Error("The account exists.");
    return made;
  };
  const admin = make("111122223333");
  const stranger = make("444455556666");
  const defects: unknown[] = [];
  const path = createRequestPath({
    store,
    endpoints: served.map((service) => ({ service: adapt(service), model: modelOf(service.name) })),
    identity: createIdentity(environment),
    environment,
    guardrails: options.guardrails ?? createGuardrails(),
    vpcEndpoints: options.vpcEndpoints,
    onDefect: (defect) => defects.push(defect),
  });
  return {
    path,
    store,
    environment,
    admin,
    stranger,
    defects,
    advance: (ms) => {
      time.now += ms;
    },
    send: async (asked) => answerOf(await path.handle(signed(asked, time.now, names))),
    trail: () => store.query(trailEntries, { limit: 1000 }),
  };
}

function testEnvironment(time: { readonly now: number }, options: TestCloudOptions): CloudEnvironment {
  const random = seededRandom(options.seed ?? 7);
  return {
    clock: () => time.now,
    random,
    keyring: testKeyring(random),
    settings: {
      accountId: "111122223333",
      regions: ["us-east-1", "eu-west-1"],
      publicIpPool: "203.0.113.0/24",
    },
    consoleOf: () => undefined,
    openIdKeys: options.openIdKeys ?? noOpenIdKeys,
    newKeyPair: generateKeyPairMaterialSync,
  };
}

function answerOf(reply: HttpReply): Answer {
  const text = typeof reply.body === "string" ? reply.body : new TextDecoder().decode(reply.body);
  const element = (name: string): string | undefined => {
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
    return found
      ?.replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  };
  const json = parsed(reply, text);
  const named = reply.headers.find(([name]) => name === "x-amzn-errortype")?.[1];
  const code = element("Code") ?? named ?? textOf(json["__type"]);
  const message = element("Message") ?? textOf(json["message"]);
  return { ...reply, text, code, message, json, element };
}

function parsed({ headers }: HttpReply, text: string): Readonly<Record<string, unknown>> {
  const json = headers.some(([name, value]) => name === "content-type" && value.includes("json"));
  return json && text !== "" ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function signed(asked: Asked, now: number, served: ReadonlySet<string>): HttpRequest {
  const { service, region = "us-east-1" } = asked;
  const host = `${service}.${region}.amazonaws.com`;
  const spoken = plainRequest(asked, served.has(asked.service) ? modelOf(asked.service) : undefined);
  const plain = { ...spoken, headers: [["host", host] as const, ...spoken.headers] };
  const request = asked.shape?.(plain) ?? plain;
  const time = new Date(now + (asked.signedAfterMs ?? 0));
  const signing = { region, service, time, expiresSeconds: asked.presignedSeconds };
  const ready = asked.credentials === undefined ? request : signRequest(request, asked.credentials, signing);
  const sent: HttpRequest = { ...ready, sourceIp: "127.0.0.1", host };
  return asked.tamper?.(sent) ?? sent;
}

/** The request in the protocol of its service; of a service that is not here, as a form. */
function plainRequest({ action, parameters = {} }: Asked, model: ServiceModel | undefined): RawRequest {
  const request = (type: string, body: string, target?: string): RawRequest => ({
    method: "POST",
    rawPath: "/",
    rawQuery: "",
    headers: [
      ["content-type", type],
      ["user-agent", "test"],
      ...(target === undefined ? [] : [["x-amz-target", target] as const]),
    ],
    body: new TextEncoder().encode(body),
  });
  if (model?.protocol === "json1.0" || model?.protocol === "json1.1") {
    const type = `application/x-amz-json-${model.protocol.slice(4)}`;
    return request(type, JSON.stringify(parameters), `${model.target}.${action}`);
  }
  if (model?.protocol === "rest-json") return restRequest(model, action, parameters);
  const form = new URLSearchParams({ Action: action, Version: model?.apiVersion ?? "" });
  for (const [name, value] of Object.entries(parameters)) form.append(name, String(value));
  return request("application/x-www-form-urlencoded", form.toString());
}

const models = new Map<string, ServiceModel>();

/** The wire model of a service; loaded once for all tests. */
export function modelOf(service: string): ServiceModel {
  const known = models.get(service);
  if (known !== undefined) return known;
  const model = loadModel(table(`${service}.json`), table(`${service}.constraints.json`));
  models.set(service, model);
  return model;
}

function table(name: string): string {
  return readFileSync(new URL(`../../../wire/generated/${name}`, import.meta.url), "utf8");
}

function testKeyring(random: (bytes: number) => Uint8Array): Keyring {
  const seals = sealer(rootKeyFromBytes(Uint8Array.from({ length: 32 }, (_, index) => index)), random);
  return {
    seal: (plain, context) => seals.seal(plain, context),
    open: (envelope, context) => seals.openText(envelope, context),
    sealToken: (purpose, payload, context) => sealToken(seals, payload, { ...context, purpose }),
    openToken(purpose, token, context) {
      try {
        return String(openToken(seals, token, { ...context, purpose }));
      } catch {
        return undefined;
      }
    },
  };
}

function seededRandom(seed: number): (bytes: number) => Uint8Array {
  let state = seed >>> 0;
  return (bytes) =>
    Uint8Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}
