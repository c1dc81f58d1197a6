/** The daemon: the composition root that makes a cloud out of a store, keys, services, an edge and a machine to run on. */
import { randomBytes, randomUUID } from "node:crypto";
import {
  createIdentity,
  createRequestPath,
  Fault,
  storedCollections,
  storedTables,
  type CloudEnvironment,
} from "@casemate/cloud";
import { memoryLog, openStore, sqliteLog, type Store } from "@casemate/store";
import { defaultPermittedNames, issueLeaf, trustBundle } from "../certificates/authority.ts";
import { createServerContexts, type ServerContexts } from "../certificates/server-contexts.ts";
import { createEdge, type Edge } from "../edge/edge.ts";
import { loadAuthority } from "./authority-file.ts";
import { loadEndpoints } from "./endpoints.ts";
import { ensureFirstAccount, type AdministratorCredentials } from "./first-start.ts";
import { createKeyring } from "./keyring.ts";
import { localPaths } from "./local-paths.ts";
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
  });
  const first = await ensureFirstAccount(store, environment, directory);
  const tls = certificates(environment, directory);
  const edge = makeEdge({ store, environment, tls: () => tls().then(({ contexts }) => contexts), log });
  const host = options.host ?? "127.0.0.1";
  const { port } = await edge.listen({ host, port: options.port ?? defaultPort });
  return {
    endpoint: `http://${host}:${port}`,
    credentials: first.credentials,
    firstStart: first.made,
    trustAnchor: () => tls().then(({ anchor }) => anchor),
    async stop() {
      await edge.close(drainMs);
      await store.close();
    },
  };
}

function environmentOf(options: StartOptions, directory: StateDirectory | undefined): CloudEnvironment {
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  const root = loadRootKey({ text: options.rootKey, file: directory?.rootKey });
  return {
    clock: () => Date.now(),
    random,
    keyring: createKeyring(root, random),
    settings: {
      accountId: options.accountId ?? defaultAccountId,
      regions: options.regions ?? defaultRegions,
      publicIpPool: options.publicIpPool ?? defaultPublicIpPool,
    },
  };
}

interface Certificates {
  readonly contexts: ServerContexts;
  readonly anchor: string;
}

/** Certificates are made on first use: a daemon that only speaks plain HTTP on loopback does not wait for them. */
function certificates(
  environment: CloudEnvironment,
  directory: StateDirectory | undefined,
): () => Promise<Certificates> {
  let made: Promise<Certificates> | undefined;
  const make = async (): Promise<Certificates> => {
    const { clock, keyring } = environment;
    const authority = await loadAuthority(keyring, directory, {
      commonName: "Casemate root",
      permitted: defaultPermittedNames,
      nowMs: clock(),
    });
    const names = ["localhost", "127.0.0.1", "::1", "amazonaws.com", "*.amazonaws.com"];
    const leaf = await issueLeaf({ authority, names, nowMs: clock() });
    return {
      contexts: createServerContexts({ authority, leaf, now: clock }),
      anchor: trustBundle([authority.certificatePem]),
    };
  };
  return () => (made ??= make());
}

function makeEdge(parts: {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly tls: () => Promise<ServerContexts>;
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
    onDefect,
  });
  return createEdge({
    handle: (request) => path.handle(request),
    refuse: (head, refusal) =>
      path.refuse(
        head ?? { method: "", rawPath: "/", rawQuery: "", headers: [], sourceIp: "", host: "" },
        new Fault(refusal.code, refusal.status, refusal.message),
      ),
    local: localPaths(store),
    tls: parts.tls,
    now: environment.clock,
    newRequestId: () => randomUUID(),
    failed: onDefect,
  });
}

function describe(defect: unknown): string {
  return defect instanceof Error ? (defect.stack ?? defect.message) : String(defect);
}
