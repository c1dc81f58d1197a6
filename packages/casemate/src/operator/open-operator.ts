/** Opens the operator's channel of a daemon in its state directory, over what the daemon is made of. */
import { join } from "node:path";
import type {
  CloudEnvironment,
  MachineDriver,
  MachineId,
  MetadataPort,
  NetworkDriver,
  ReconcilerStatus,
} from "@casemate/cloud";
import type { Store } from "@casemate/store";
import { writePrivate, type StateDirectory } from "../daemon/state-directory.ts";
import { version } from "../daemon/version.ts";
import { handleMetadata } from "../metadata/handle-metadata.ts";
import { createMetadataTokens } from "../metadata/tokens.ts";
import type { MachinesStatus, NetworkStatus } from "./operator-calls.ts";
import { operatorHandlers, type OperatedCloud } from "./operator-handlers.ts";
import { serveOperator, type OperatorServer } from "./serve-operator.ts";

/** The side of the daemon that runs instances, as the operator asks about it. */
export interface OperatedInstances {
  readonly machinery: {
    readonly machines: MachineDriver;
    readonly network: Pick<NetworkDriver, "mode">;
    /** Why instances are only recorded; empty when they really run. */
    readonly reasons: readonly string[];
  };
  readonly metadata: MetadataPort;
  status(): readonly ReconcilerStatus[];
}

/** The parts of a daemon. */
export interface OperatorParts {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly endpoint: string;
  readonly trustAnchor: () => Promise<string>;
  /** The instance side, once it is up. */
  readonly instances: Promise<OperatedInstances>;
  readonly failed: (defect: unknown) => void;
}

/** Opens the channel; it answers until it is closed. */
export function openOperator(directory: StateDirectory, parts: OperatorParts): Promise<OperatorServer> {
  const { store, environment, failed } = parts;
  const handlers = operatorHandlers({
    store,
    environment,
    version,
    endpoint: () => parts.endpoint,
    startedAt: environment.clock(),
    pid: process.pid,
    ...instanceCalls(parts),
    trustAnchor: parts.trustAnchor,
    keepCredentials(made) {
      const path = accountCredentialsPath(directory.path, made.accountId);
      writePrivate(path, `${JSON.stringify(made, null, 2)}\n`);
    },
  });
  return serveOperator({ path: directory.operator, handlers, failed });
}

/** Where the credentials of an account's administrator are kept, when the operator made the account. */
export function accountCredentialsPath(stateDirectory: string, accountId: string): string {
  return join(stateDirectory, `credentials-${accountId}.json`);
}

type InstanceCalls = Pick<OperatedCloud, "reconcilers" | "machines" | "network" | "console" | "metadata">;

function instanceCalls({ environment, instances, failed }: OperatorParts): InstanceCalls {
  let side: OperatedInstances | undefined;
  let failure: string | undefined;
  instances.then(
    (up) => (side = up),
    (cause: unknown) => (failure = cause instanceof Error ? cause.message : String(cause)),
  );
  // Sessions of programs of the host: they end with this daemon, so their key does too.
  const tokens = createMetadataTokens(environment.random(32), environment.random);
  return {
    reconcilers: () => side?.status() ?? [],
    machines: () => machinesOf(side, failure),
    network: () => networkOf(side, failure),
    // The handler has checked the form of the id.
    console: async (id) => (await instances).machinery.machines.console(id as MachineId),
    async metadata(request) {
      const { metadata } = await instances;
      return handleMetadata(request, { port: metadata, tokens, nowMs: environment.clock(), failed });
    },
  };
}

async function machinesOf(
  side: OperatedInstances | undefined,
  failure: string | undefined,
): Promise<MachinesStatus> {
  if (side === undefined) return notUp(failure);
  const { machines, reasons } = side.machinery;
  const capabilities = await machines.probe();
  if (machines.kind === "sandbox") return { state: "sandbox", capabilities };
  return { state: "recorded", reason: reasons.join("; "), capabilities };
}

function networkOf(side: OperatedInstances | undefined, failure: string | undefined): NetworkStatus {
  if (side === undefined) return notUp(failure);
  const { network, reasons } = side.machinery;
  if (network.mode === "kernel") return { state: "kernel" };
  return { state: "recorded", reason: reasons.join("; ") };
}

function notUp(failure: string | undefined): { state: "starting" } | { state: "failed"; reason: string } {
  return failure === undefined ? { state: "starting" } : { state: "failed", reason: failure };
}
