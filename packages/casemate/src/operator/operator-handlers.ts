/**
 * The operator's calls, carried out on a running cloud. What changes something leaves a record in the
 * trail.
 */
import {
  accounts,
  findAccountPlace,
  isAccountOpen,
  countInstances,
  findInstancePlace,
  type CloudEnvironment,
  type MadeAccount,
  type ReconcilerStatus,
} from "@casemate/cloud";
import type { Store } from "@casemate/store";
import type { MetadataRequest, MetadataResponse } from "../metadata/handle-metadata.ts";
import { OperatorFault } from "./operator-fault.ts";
import { requiredText } from "./operator-input.ts";
import type {
  MachinesStatus,
  NetworkStatus,
  OpenedInstance,
  OperatorHandlers,
  OperatorStatus,
  RelayedMetadataRequest,
  RelayedMetadataResponse,
} from "./operator-calls.ts";
import { createAccount, setRootPassword } from "./account-calls.ts";
import { describeCaller } from "./describe-caller.ts";
import { importDevices } from "./import-mfa-devices.ts";
import { leastPrivilege } from "./least-privilege.ts";
import { reachVerdict } from "./reach-verdict.ts";
import { findEntry, readTrail } from "./read-trail.ts";
import { recordOperator } from "./record-operator.ts";

/** What the calls are carried out on. */
export interface OperatedCloud {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly version: string;
  readonly endpoint: () => string;
  readonly startedAt: number;
  readonly pid: number;
  readonly reconcilers: () => readonly ReconcilerStatus[];
  readonly network: () => NetworkStatus | Promise<NetworkStatus>;
  readonly machines: () => MachinesStatus | Promise<MachinesStatus>;
  /** What a machine wrote to its console; the id has the form of one. */
  readonly console: (instanceId: string) => Promise<Uint8Array>;
  /** Answers a request to the metadata service. */
  readonly metadata: (request: MetadataRequest) => Promise<MetadataResponse>;
  readonly trustAnchor: () => Promise<string>;
  /** Keeps the credentials of a new account's administrator, before the account is durable. */
  readonly keepCredentials: (made: MadeAccount) => void;
}

const instanceId = /^i-[0-9a-f]{8,17}$/;

/** The handlers over a cloud. */
export function operatorHandlers(cloud: OperatedCloud): OperatorHandlers {
  const { store } = cloud;
  return {
    status: async () => statusOf(cloud, { machines: await cloud.machines(), network: await cloud.network() }),
    trail: (input) => readTrail(store, input),
    why: (input) => findEntry(store, input),
    "accounts-list": () =>
      store.read((tx) =>
        [...tx.scan(accounts)].map(({ id, name, createdAt }) => ({
          accountId: id,
          name,
          createdAt,
          state: isAccountOpen(tx, id) ? ("active" as const) : ("closed" as const),
          place: findAccountPlace(tx, id),
        })),
      ),
    "accounts-create": (input) => createAccount(cloud, input),
    "accounts-import-mfa": (input) => importDevices(cloud, input),
    "accounts-set-root-password": (input) => setRootPassword(cloud, input),
    whoami: (input) => describeCaller(store, cloud.environment, input),
    "least-privilege": (input) => leastPrivilege(store, cloud.environment.clock(), input),
    reach: (input) => store.read((tx) => reachVerdict(tx, input)),
    async console(input) {
      const { instanceId: id } = placeOf(cloud, input);
      return { base64: Buffer.from(await cloud.console(id)).toString("base64") };
    },
    machines: async () => ({ ...(await cloud.machines()), network: await cloud.network() }),
    "trust-anchor": async () => ({ pem: await cloud.trustAnchor() }),
    "instance-open": (input) => openInstance(cloud, input),
    "instance-metadata": (input) => relayMetadata(cloud, input),
  };
}

function statusOf(
  cloud: OperatedCloud,
  host: { readonly machines: MachinesStatus; readonly network: NetworkStatus },
): OperatorStatus {
  const { state } = cloud.store.health();
  const common = {
    version: cloud.version,
    endpoint: cloud.endpoint(),
    pid: cloud.pid,
    startedAt: cloud.startedAt,
    ready: state === "open",
    store: state,
    reconcilers: cloud.reconcilers(),
    ...host,
  };
  // A store that has stopped tells nothing of its rows.
  if (state !== "open") return { ...common, accounts: 0, instances: {} };
  return cloud.store.read((tx) => ({
    ...common,
    accounts: tx.count(accounts),
    instances: countInstances(tx),
  }));
}

function placeOf(
  { store }: OperatedCloud,
  input: object,
): Omit<OpenedInstance, "privateIp"> & {
  readonly privateIp: string | undefined;
} {
  const id = requiredText(input, "instanceId", instanceId);
  const place = store.read((tx) => findInstancePlace(tx, id));
  if (place === undefined) throw new OperatorFault("NotFound", `There is no instance ${id}.`);
  return place;
}

/** Whoever uses an instance's metadata service acts as its role: that it was opened is told in the trail. */
async function openInstance(
  cloud: OperatedCloud,
  input: { readonly instanceId: string },
): Promise<OpenedInstance> {
  const { instanceId: id, accountId: owner, region, vpcId, privateIp } = placeOf(cloud, input);
  if (privateIp === undefined) {
    throw new OperatorFault("Conflict", `${id} has no network interface, so it has no metadata service.`);
  }
  const { store, environment } = cloud;
  const { seq } = store.transaction((tx) =>
    recordOperator(tx, environment, {
      eventName: "RunAsInstance",
      accountId: owner,
      region,
      requestParameters: { instanceId: id },
      responseElements: null,
    }),
  );
  await store.settled(seq);
  return { instanceId: id, accountId: owner, region, vpcId, privateIp };
}

async function relayMetadata(
  cloud: OperatedCloud,
  input: RelayedMetadataRequest,
): Promise<RelayedMetadataResponse> {
  const { vpcId, privateIp } = placeOf(cloud, input);
  if (privateIp === undefined) {
    throw new OperatorFault("Conflict", "The instance has no network interface any more.");
  }
  const { status, reason, headers, body } = await cloud.metadata({
    vpcId,
    sourceIp: privateIp,
    method: requiredText(input, "method"),
    target: requiredText(input, "target", /^[^]{1,4096}$/),
    headers: textHeaders(input.headers),
  });
  return { status, reason, headers, body: Buffer.from(body).toString("base64") };
}

function textHeaders(value: unknown): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(Object(value))) {
    if (typeof text === "string") headers[name.toLowerCase()] = text;
  }
  return headers;
}
