/**
 * The side of the daemon that runs instances: the drivers of this host, the reconcilers that drive them, and
 * what instances reach: their metadata service, their resolver, and the API at its internet address. It
 * starts after the API answers, which does not wait for it.
 */
import { randomBytes } from "node:crypto";
import {
  createMetadataPort,
  instanceReconciler,
  metadataSetting,
  natGatewayReconciler,
  networkReconciler,
  startReconcilers,
  type CloudEnvironment,
  type MetadataPort,
  type ReconcilerStatus,
} from "@casemate/cloud";
import type { HostAccessMode, NetworkDriver } from "@casemate/host";
import type { Store } from "@casemate/store";
import type { Edge } from "../edge/edge.ts";
import { apiAddress, createGuestServices } from "./guest-services.ts";
import { serveEndpoints } from "./endpoint-listeners.ts";
import { openMachinery, type Machinery } from "./machinery.ts";
import { loadSealed } from "./sealed-file.ts";
import type { LogLine, StartOptions } from "./settings.ts";
import type { StateDirectory } from "./state-directory.ts";

/** What the instance side is made of. */
export interface InstanceSideOptions {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly directory: StateDirectory | undefined;
  readonly kind: NonNullable<StartOptions["machines"]>;
  readonly hostAccess: HostAccessMode;
  readonly edge: Edge;
  readonly trustAnchorsPem: () => Promise<string>;
  readonly log: (line: LogLine) => void;
}

/** The running instance side. */
export interface InstanceSide {
  readonly machinery: Machinery;
  readonly metadata: MetadataPort;
  status(): readonly ReconcilerStatus[];
  /** Resolves when nothing is to be done at the moment. */
  idle(): Promise<void>;
  /** Stops driving; instances go on running. */
  stop(): Promise<void>;
}

/** Starts it. */
export async function startInstanceSide(options: InstanceSideOptions): Promise<InstanceSide> {
  const { store, environment, directory, log } = options;
  const failed = (cause: unknown): void => log({ level: "error", message: describe(cause) });
  const metadata = createMetadataPort(store, environment);
  const tokenFile = { path: directory?.metadataKey, purpose: "metadata-tokens" };
  const tokenKey = await loadSealed(environment.keyring, tokenFile, () => randomBytes(32).toString("base64"));
  // The driver asks for the services of its routers, and they for sockets of the driver.
  const made: { kernel?: NetworkDriver | undefined } = {};
  const guests = createGuestServices({
    store,
    environment,
    metadata,
    tokenKey: Buffer.from(tokenKey, "base64"),
    network: () => {
      if (made.kernel === undefined) throw new Error("There is no network driver yet.");
      return made.kernel;
    },
    failed,
  });
  const machinery = await openMachinery({ kind: options.kind, directory, routers: guests });
  made.kernel = machinery.kernel;
  if (made.kernel !== undefined) {
    options.edge.attach(await made.kernel.listenInternet({ address: apiAddress, port: 443 }), "tls");
    await openHostAccess(made.kernel, options);
  }
  const endpoints = serveEndpoints({ network: machinery.network, kernel: made.kernel, edge: options.edge });
  const { network } = endpoints;
  const reconcilers = startReconcilers({
    store,
    environment,
    reconcilers: [
      networkReconciler(network, metadataSetting),
      natGatewayReconciler(network),
      instanceReconciler({
        machines: machinery.machines,
        network,
        trustAnchorsPem: options.trustAnchorsPem,
        onFailure: (failure, instanceId) => log({ level: "error", message: describe(failure), instanceId }),
      }),
    ],
    schedule: (callback, afterMs) => {
      const timer = setTimeout(callback, afterMs);
      return () => clearTimeout(timer);
    },
    onDefect: (defect, reconciler) => log({ level: "error", message: describe(defect), reconciler }),
  });
  return {
    machinery,
    metadata,
    status: () => reconcilers.status(),
    idle: () => reconcilers.idle(),
    async stop() {
      await reconcilers.stop();
      await Promise.all([guests.closeAll(), endpoints.closeAll()]);
      await machinery.kernel?.closeHostAccess();
      await machinery.close();
    },
  };
}

/** Instances run all the same where the host cannot be given its route, so that is only said. */
async function openHostAccess(
  kernel: NetworkDriver,
  { environment, hostAccess: mode, log }: InstanceSideOptions,
): Promise<void> {
  const pool = environment.settings.publicIpPool;
  try {
    const state = await kernel.openHostAccess({ pool, mode });
    if (state.open) {
      const { address } = state;
      log({ level: "info", message: `This host reaches ${pool} and is seen there as ${address}.`, address });
    } else if (mode !== "off") {
      log({ level: "warn", message: `This host does not reach ${pool}: ${state.reason}.` });
    }
  } catch (failure) {
    log({ level: "warn", message: `This host does not reach ${pool}: ${describe(failure)}` });
  }
}

/** A defect as the log has it. */
export function describe(defect: unknown): string {
  if (defect instanceof AggregateError) return defect.errors.map(describe).join("\n");
  return defect instanceof Error ? (defect.stack ?? defect.message) : String(defect);
}
