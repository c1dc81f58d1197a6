/** Opens the operator's channel of a daemon in its state directory, over what the daemon is made of. */
import { join } from "node:path";
import type {
  CloudEnvironment,
  MachineDriver,
  MachineId,
  MetadataPort,
  NetworkDriver,
  RunningReconcilers,
} from "@casemate/cloud";
import type { Store } from "@casemate/store";
import { writePrivate, type StateDirectory } from "../daemon/state-directory.ts";
import { version } from "../daemon/version.ts";
import { handleMetadata } from "../metadata/handle-metadata.ts";
import type { MetadataTokens } from "../metadata/tokens.ts";
import { operatorHandlers, type OperatorMachines } from "./operator-handlers.ts";
import { serveOperator, type OperatorServer } from "./serve-operator.ts";

/** What runs instances on this host. */
export interface OperatedMachinery {
  readonly machines: MachineDriver;
  readonly network: Pick<NetworkDriver, "mode">;
  /** Why instances are only recorded; empty when they really run. */
  readonly reasons: readonly string[];
}

/** The parts of a daemon. */
export interface OperatorParts {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly endpoint: string;
  readonly trustAnchor: () => Promise<string>;
  readonly machinery?: OperatedMachinery | undefined;
  readonly reconcilers?: RunningReconcilers | undefined;
  readonly metadata?: { readonly port: MetadataPort; readonly tokens: MetadataTokens } | undefined;
  readonly failed: (defect: unknown) => void;
}

/** Opens the channel; it answers until it is closed. */
export function openOperator(directory: StateDirectory, parts: OperatorParts): Promise<OperatorServer> {
  const { store, environment, machinery, metadata, failed } = parts;
  const reason = machinery?.reasons.join("; ") ?? "this cloud has no machinery";
  const handlers = operatorHandlers({
    store,
    environment,
    version,
    endpoint: () => parts.endpoint,
    startedAt: environment.clock(),
    pid: process.pid,
    reconcilers: () => parts.reconcilers?.status() ?? [],
    network: () => (machinery?.network.mode === "kernel" ? { mode: "kernel" } : { mode: "recorded", reason }),
    machines: machinery && machinesOf(machinery, reason),
    metadata:
      metadata && ((request) => handleMetadata(request, { ...metadata, nowMs: environment.clock(), failed })),
    trustAnchor: parts.trustAnchor,
    keepCredentials(made) {
      writePrivate(
        accountCredentialsPath(directory.path, made.accountId),
        `${JSON.stringify(made, null, 2)}\n`,
      );
    },
  });
  return serveOperator({ path: directory.operator, handlers, failed });
}

/** Where the credentials of an account's administrator are kept, when the operator made the account. */
export function accountCredentialsPath(stateDirectory: string, accountId: string): string {
  return join(stateDirectory, `credentials-${accountId}.json`);
}

function machinesOf({ machines }: OperatedMachinery, reason: string): OperatorMachines {
  return {
    async status() {
      const capabilities = await machines.probe();
      return machines.kind === "sandbox"
        ? { kind: "sandbox", capabilities }
        : { kind: "recorded", reason, capabilities };
    },
    // The handler has checked the form of the id.
    console: (id) => machines.console(id as MachineId),
  };
}
