/**
 * Test support of services: a store in memory, a fixed clock, seeded randomness, and operations run as the
 * request path does, without deciding their needs.
 */
import { generateKeyPairMaterialSync } from "@casemate/key-engine";
import { memoryLog, openStore, type AnyCollection, type Store, type Tx } from "@casemate/store";
import { Call, type CallFacts, type UnsignedCall } from "./call.ts";
import type { CloudEnvironment, ConsoleText, Keyring } from "./environment.ts";
import { Fault } from "./fault.ts";
import type { Need } from "./need.ts";
import { noOpenIdKeys, type OpenIdKeysPort } from "./open-id-keys-port.ts";
import { noGuardrails, type GuardrailsPort } from "./guardrails-port.ts";
import { unhonoured, type Operation } from "./operation.ts";
import type { Principal } from "./principal.ts";

/** The moment tests happen at. */
export const testNow = Date.UTC(2026, 0, 15, 12, 0, 0);
/** The account of the tests. */
export const testAccount = "111122223333";

/** A keyring that seals nothing: the text carries its context in the clear. */
export const openKeyring: Keyring = {
  seal: (plain, context) => JSON.stringify([plain, context]),
  open: (envelope) => String((JSON.parse(envelope) as unknown[])[0]),
  sealToken: (purpose, payload, context) =>
    Buffer.from(JSON.stringify([purpose, payload, context])).toString("base64url"),
  openToken(purpose, token, context) {
    try {
      const [was, payload, bound] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
      const same = was === purpose && JSON.stringify(bound) === JSON.stringify(context);
      return same ? String(payload) : undefined;
    } catch {
      return undefined;
    }
  },
};

/** A root principal of an account. */
export function rootOf(accountId: string): Principal {
  return {
    type: "root",
    accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    id: accountId,
    accessKeyId: "AKIATEST",
  };
}

/** Where an operation is run. */
export interface Caller {
  readonly principal?: Principal;
  readonly region?: string;
}

/** What a test cloud is opened with. */
export interface TestService {
  readonly collections: readonly AnyCollection[];
  /** The service's own key for the region, where it has one. */
  readonly regionKey?: string;
  /** The organization; none when left out. */
  readonly guardrails?: GuardrailsPort;
  /** The keys of issuers; none when left out. */
  readonly openIdKeys?: OpenIdKeysPort;
  /** Runs before the needs of each call, as the service's own does. */
  readonly prepare?: (tx: Tx, call: Call) => void;
}

/** A service in memory. */
export interface TestCloud {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  /** What instances have written to their consoles, by instance id. */
  readonly consoles: Map<string, ConsoleText>;
  /** Moves the clock on. */
  advance(ms: number): void;
  /** Runs an operation: its needs are evaluated, its parameters checked, then it handles. @throws Fault */
  run<Output = never>(operation: Operation, input: object, caller?: Caller): Output;
  /** The needs an operation states. */
  needsOf(operation: Operation, input: object, caller?: Caller): readonly Need[];
  /** The code and message of the fault that an operation ends with. */
  faultOf(operation: Operation, input: object, caller?: Caller): { code: string; message: string };
}

const settings = {
  accountId: testAccount,
  regions: ["us-east-1", "eu-west-1"],
  publicIpPool: "203.0.113.0/24",
};

/** Opens a test cloud for a service. */
export async function openTestService(service: TestService): Promise<TestCloud> {
  const { collections, prepare } = service;
  const store = await openStore({ collections, tables: [], log: memoryLog(), freeze: true });
  let now = testNow;
  const consoles = new Map<string, ConsoleText>();
  const environment: CloudEnvironment = {
    clock: () => now,
    random: seededRandom(42),
    keyring: openKeyring,
    settings,
    consoleOf: (id) => consoles.get(id),
    openIdKeys: service.openIdKeys ?? noOpenIdKeys,
    newKeyPair: generateKeyPairMaterialSync,
  };
  function within<T>(
    { operation, input, caller }: { operation: Operation; input: object; caller: Caller },
    body: (call: Call, tx: Tx) => T,
  ): T {
    const ended = store.transaction((tx): { readonly value: T } | { readonly fault: Fault } => {
      try {
        return {
          value: tx.attempt(() => {
            const call = callOf(operation, service, { input, caller, now, environment, tx });
            prepare?.(tx, call);
            return body(call, tx);
          }),
        };
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown;
        thrown.aftermath?.(tx);
        return { fault: thrown };
      }
    }).value;
    if ("fault" in ended) throw ended.fault;
    return ended.value;
  }
  const run: TestCloud["run"] = (operation, input, caller = {}) =>
    within({ operation, input, caller }, (call, tx) => {
      operation.needs(input, call);
      const refused = unhonoured(operation, input);
      if (refused !== undefined) throw new Fault("UnsupportedOperation", 400, refused);
      return operation.handle(tx, input, call) as never;
    });
  return {
    store,
    environment,
    consoles,
    advance: (ms) => {
      now += ms;
    },
    run,
    needsOf: (operation, input, caller = {}) =>
      within({ operation, input, caller }, (call) => operation.needs(input, call)),
    faultOf: (operation, input, caller) =>
      faultIn(operation.name, () => {
        run(operation, input, caller);
      }),
  };
}

function faultIn(name: string, body: () => void): { code: string; message: string } {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof Fault) return { code: thrown.code, message: thrown.message };
    throw thrown;
  }
  throw new Error(`${name} was not refused.`);
}

function callOf(
  operation: Operation,
  service: TestService,
  facts: Pick<CallFacts, "now" | "environment" | "tx"> & { readonly input: object; readonly caller: Caller },
): Call {
  const { input, caller, ...rest } = facts;
  const unsigned: UnsignedCall = {
    requestId: "00000000-0000-4000-8000-000000000000",
    service: operation.service,
    iamPrefix: operation.service,
    regionKey: service.regionKey,
    operation: operation.name,
    region: caller.region ?? "us-east-1",
    origin: { sourceIp: "127.0.0.1", userAgent: "test", host: "localhost" },
    guardrails: service.guardrails ?? noGuardrails,
    ...rest,
  };
  const principal = caller.principal ?? operation.identify?.(input, unsigned) ?? rootOf(testAccount);
  return new Call({ ...unsigned, principal });
}

/** Deterministic bytes. */
export function seededRandom(seed: number): (bytes: number) => Uint8Array {
  let state = seed >>> 0;
  return (bytes) =>
    Uint8Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}
