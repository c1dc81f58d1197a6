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
import {
  trailEntries,
  type CloudEnvironment,
  type Keyring,
  type Service,
  type TrailEntry,
} from "../kit/index.ts";
import { createIdentity, makeAccount } from "../services/iam/index.ts";
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
  /** Sends a signed form; without credentials it goes unsigned. */
  send(asked: Asked): Promise<Answer>;
  trail(): Promise<readonly TrailEntry[]>;
}

/** What to send. */
export interface Asked {
  readonly service: string;
  readonly action: string;
  readonly parameters?: Readonly<Record<string, string>>;
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
  /** The text of the first element of a name. */
  element(name: string): string | undefined;
}

const versions: Readonly<Record<string, string>> = {
  ec2: "2016-11-15",
  iam: "2010-05-08",
  sts: "2011-06-15",
};

/** How a test's cloud differs from the real one. */
export interface TestCloudOptions {
  readonly log?: CommitLog;
  /** Of the randomness; a cloud that takes over the rows of another must not draw its ids again. */
  readonly seed?: number;
  /** Changes a service before it is served. */
  readonly adapt?: (service: Service) => Service;
}

/** Opens a cloud with two accounts, 111122223333 and the stranger's 444455556666. */
export async function openCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const { log = memoryLog(), adapt = (service: Service) => service } = options;
  const store = await openStore({
    collections: storedCollections,
    tables: storedTables,
    log,
    freeze: true,
  });
  const time = { now: testNow };
  const environment = testEnvironment(time, options.seed ?? 7);
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
    endpoints: services.map((service) => ({ service: adapt(service), model: modelOf(service.name) })),
    identity: createIdentity(environment),
    environment,
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
    send: async (asked) => answerOf(await path.handle(signed(asked, time.now))),
    trail: () => store.query(trailEntries, { limit: 1000 }),
  };
}

function testEnvironment(time: { readonly now: number }, seed: number): CloudEnvironment {
  const random = seededRandom(seed);
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
  return { ...reply, text, code: element("Code"), message: element("Message"), element };
}

function signed(asked: Asked, now: number): HttpRequest {
  const { service, action, parameters = {}, region = "us-east-1" } = asked;
  const form = new URLSearchParams({ Action: action, Version: versions[service] ?? "", ...parameters });
  const host = `${service}.${region}.amazonaws.com`;
  const plain: RawRequest = {
    method: "POST",
    rawPath: "/",
    rawQuery: "",
    headers: [
      ["host", host],
      ["content-type", "application/x-www-form-urlencoded"],
      ["user-agent", "test"],
    ],
    body: new TextEncoder().encode(form.toString()),
  };
  const request = asked.shape?.(plain) ?? plain;
  const time = new Date(now + (asked.signedAfterMs ?? 0));
  const signing = { region, service, time, expiresSeconds: asked.presignedSeconds };
  const ready = asked.credentials === undefined ? request : signRequest(request, asked.credentials, signing);
  const sent: HttpRequest = { ...ready, sourceIp: "127.0.0.1", host };
  return asked.tamper?.(sent) ?? sent;
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
