/**
 * The daemon: the composition root that makes a cloud out of a store, keys, services, an edge and a machine
 * to run on.
 */
import { createKeyPairPool } from "./key-pair-pool.ts";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  createGuardrails,
  createIdentity,
  createRequestPath,
  createSignIn,
  createVpcEndpoints,
  Fault,
  storedCollections,
  storedTables,
  type CloudEnvironment,
} from "@casemate/cloud";
import { consoleOf } from "@casemate/host";
import { passwordHashAsync } from "@casemate/key-engine";
import { memoryLog, openStore, sqliteLog, type Store } from "@casemate/store";
import type { ServerContexts } from "../certificates/server-contexts.ts";
import { isLoopback } from "../edge/connection-gate.ts";
import { createEdge, type Edge } from "../edge/edge.ts";
import { createOpenIdKeys } from "../openid/open-id-keys.ts";
import { openOperator } from "../operator/open-operator.ts";
import { signInPaths } from "../sign-in/sign-in-paths.ts";
import { createCertificates } from "./certificates.ts";
import { loadEndpoints } from "./endpoints.ts";
import { ensureFirstAccount, type AdministratorCredentials } from "./first-start.ts";
import { describe, startInstanceSide, type InstanceSide } from "./instance-side.ts";
import { createKeyring } from "./keyring.ts";
import { localPaths } from "./local-paths.ts";
import { startServiceReconcilers } from "./service-reconcilers.ts";
import { createPooledRandom } from "./pooled-random.ts";
import { loadRootKey } from "./root-key.ts";
import {
  defaultAccountId,
  defaultPort,
  defaultPublicIpPool,
  defaultRegions,
  type LogLine,
  type StartOptions,
} from "./settings.ts";
import { openStateDirectory, type StateDirectory } from "./state-directory.ts";

/** A running cloud. */
export interface Casemate {
  /** Where clients point to, such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** The administrator of the first account; absent when its file has been taken away. */
  readonly credentials: AdministratorCredentials | undefined;
  /** Whether this start made the account. */
  readonly firstStart: boolean;
  /** The side that runs instances, once it is up. */
  readonly instances: Promise<InstanceSide>;
  /** The certificate that clients over TLS and instances trust, PEM. */
  trustAnchor(): Promise<string>;
  /** Stops accepting, lets requests finish, makes everything durable. Instances go on running. */
  stop(): Promise<void>;
}

/** How long requests in flight may take at the end. */
const drainMs = 10_000;

/** Starts a cloud. Resolves when it answers. */
export async function start(options: StartOptions = {}): Promise<Casemate> {
  const log = options.log ?? (() => undefined);
  const directory = options.dataDir === undefined ? undefined : openStateDirectory(options.dataDir);
  const environment = environmentOf(options, directory);
  const store = await openStore({
    collections: storedCollections,
    tables: storedTables,
    log: directory === undefined ? memoryLog() : sqliteLog(directory.database),
    onFailure: (cause) => {
      log({ level: "error", message: describe(cause) });
      reloading ??= reloadUntilOpen(store, log).finally(() => (reloading = undefined));
    },
  });
  let reloading: Promise<void> | undefined;
  const first = await ensureFirstAccount(store, environment, directory);
  const reconcilers = startServiceReconcilers({ store, environment, log });
  const tls = createCertificates(environment, directory);
  const trustAnchor = (): Promise<string> => tls().then(({ anchor }) => anchor);
  const contexts = (): Promise<ServerContexts> => tls().then((made) => made.contexts);
  const edge = makeEdge({ store, environment, tls: contexts, trustAnchor, log });
  const host = options.host ?? "127.0.0.1";
  const { port } = await edge.listen({ host, port: options.port ?? defaultPort });
  // Beyond loopback the edge speaks TLS alone.
  const endpoint = `${isLoopback(host) || host === "localhost" ? "http" : "https"}://${host}:${port}`;
  const failed = (defect: unknown): void => log({ level: "error", message: describe(defect) });
  const instances = startInstanceSide({
    store,
    environment,
    directory,
    kind: options.machines ?? "auto",
    hostAccess: options.hostAccess ?? "off",
    edge,
    trustAnchorsPem: trustAnchor,
    log,
  });
  // Whoever waits for the instance side hears of its failure; the API answers all the same.
  instances.catch(failed);
  const parts = { store, environment, endpoint, trustAnchor, instances, failed };
  const operator = directory && (await openOperator(directory, parts));
  return {
    endpoint,
    credentials: first.credentials,
    firstStart: first.made,
    instances,
    trustAnchor,
    async stop() {
      const running = await instances.catch(() => undefined);
      await running?.stop();
      await edge.close(drainMs);
      await reconcilers.stop();
      await operator?.close();
      await store.close();
    },
  };
}

/** A store whose log failed serves nothing until it has been read again; that is tried until it works. */
async function reloadUntilOpen(store: Store, log: (line: LogLine) => void): Promise<void> {
  for (let waitMs = 100; store.health().state === "failed"; waitMs = Math.min(waitMs * 2, 10_000)) {
    await delay(waitMs);
    await store.reload().catch((cause: unknown) => log({ level: "error", message: describe(cause) }));
  }
}

function environmentOf(options: StartOptions, directory: StateDirectory | undefined): CloudEnvironment {
  const random = createPooledRandom();
  const root = loadRootKey({
    credentialsDirectory: options.credentialsDirectory,
    text: options.rootKey,
    file: directory?.rootKey,
  });
  return {
    clock: () => Date.now(),
    random,
    keyring: createKeyring(root, random),
    newKeyPair: createKeyPairPool(),
    openIdKeys: createOpenIdKeys({
      hosts: options.oidcHosts ?? [],
      trustAnchorsPem: options.oidcTrustAnchorsPem,
      clock: () => Date.now(),
      onRefusal: (issuer, message) => options.log?.({ level: "warn", message, issuer }),
    }),
    consoleOf: (instanceId) => directory && consoleOf(directory.machines, instanceId),
    settings: {
      accountId: options.accountId ?? defaultAccountId,
      regions: options.regions ?? defaultRegions,
      publicIpPool: options.publicIpPool ?? defaultPublicIpPool,
    },
  };
}

function makeEdge(parts: {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly tls: () => Promise<ServerContexts>;
  readonly trustAnchor: () => Promise<string>;
  readonly log: (line: LogLine) => void;
}): Edge {
  const { store, environment, log } = parts;
  const onDefect = (defect: unknown, requestId: string | undefined): void =>
    log({ level: "error", message: describe(defect), requestId });
  const path = createRequestPath({
    store,
    endpoints: loadEndpoints(),
    identity: createIdentity(environment),
    environment,
    guardrails: createGuardrails(),
    vpcEndpoints: createVpcEndpoints(),
    onDefect,
  });
  const signIn = createSignIn({ store, environment, hashPassword: passwordHashAsync });
  return createEdge({
    handle: (request) => path.handle(request),
    refuse: (head, refusal) =>
      path.refuse(
        head ?? { method: "", rawPath: "/", rawQuery: "", headers: [], sourceIp: "", host: "" },
        new Fault(refusal.code, refusal.status, refusal.message),
      ),
    local: { ...localPaths(store, parts.trustAnchor), ...signInPaths(signIn) },
    tls: parts.tls,
    now: environment.clock,
    newRequestId: () => randomUUID(),
    failed: onDefect,
  });
}
