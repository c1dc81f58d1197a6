/** Instances: the row, its states and faults, and its keys as a target. */
import type { ReadTx, Tx } from "@casemate/store";
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { rootDevice } from "../image/images.ts";
import { liveAssociation } from "../instance-profile-association/association.ts";
import { malformedId } from "../malformed-id.ts";
import { zoneIdOf } from "../zone/zones.ts";

/** The states of an instance; what is observed, never what is wished. */
export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

/** The metadata options of an instance. */
export interface MetadataOptionsRow {
  readonly httpTokens: "optional" | "required";
  readonly httpEndpoint: "enabled" | "disabled";
  readonly hopLimit: number;
  readonly instanceTags: "enabled" | "disabled";
}

/** Why an instance is in its state. */
export interface StateReasonRow {
  readonly code: string;
  readonly message: string;
}

/** How an instance is named, as its subnet said when it was launched. */
export interface InstanceNaming {
  readonly hostnameType: "ip-name" | "resource-name";
  /** Whether the resolver answers for the name of its id, in each family. */
  readonly resourceNameDnsA: boolean;
  readonly resourceNameDnsAaaa: boolean;
}

/** An instance. */
export interface InstanceRow extends OwnedRow {
  readonly id: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly imageId: string;
  readonly instanceType: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  /** Absent: by its address, and its id is no name. */
  readonly naming?: InstanceNaming | undefined;
  readonly tenancy: "default";
  readonly state: InstanceState;
  readonly stateReason?: StateReasonRow | undefined;
  /** `User initiated (2026-01-15 12:00:00 GMT)`, or empty. */
  readonly stateTransitionReason: string;
  /** When it last entered pending, epoch milliseconds. */
  readonly launchedAt: number;
  readonly terminatedAt?: number | undefined;
  /** Counts starts: a machine of an earlier start is not this instance's any more. */
  readonly starts: number;
  /** Counts reboots that were asked for and, below, done. */
  readonly rebootsAsked: number;
  readonly rebootsDone: number;
  /** Set while a stop or a termination is to happen without asking the guest. */
  readonly forced: boolean;
  readonly keyName?: string | undefined;
  /** A line of authorized_keys, as it was at launch. */
  readonly publicKey?: string | undefined;
  /** The base64 text as given, sealed: user data may hold secrets. */
  readonly sealedUserData?: string | undefined;
  readonly metadataOptions: MetadataOptionsRow;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly shutdownBehavior: "stop" | "terminate";
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly clientToken?: string | undefined;
}

export const instanceNotFound = fault({
  code: "InvalidInstanceID.NotFound",
  message: (id: string) => `The instance ID '${id}' does not exist`,
});
export const instanceMalformed = malformedId("InvalidInstanceID.Malformed", "i");
export const instanceInWrongState = fault({
  code: "IncorrectInstanceState",
  message: (id: string, reason: string) => `The instance '${id}' ${reason}`,
});

export const instances = resource<InstanceRow, "reservation" | "vpc">({
  service: "ec2",
  type: "instance",
  prefix: "i",
  indexes: { reservation: (row) => row.reservationId, vpc: (row) => row.vpcId },
  notFound: instanceNotFound,
  malformed: instanceMalformed,
  keys: (row, tx) => ({
    "ec2:AvailabilityZone": row.zone,
    "ec2:AvailabilityZoneId": zoneIdOf(row.region, row.zone),
    "ec2:EbsOptimized": row.ebsOptimized,
    "ec2:InstanceID": row.id,
    "ec2:InstanceMarketType": "on-demand",
    "ec2:InstanceMetadataTags": row.metadataOptions.instanceTags,
    "ec2:InstanceProfile": profileArnOf(tx, row.id),
    "ec2:InstanceType": row.instanceType,
    "ec2:MetadataHttpEndpoint": row.metadataOptions.httpEndpoint,
    "ec2:MetadataHttpPutResponseHopLimit": row.metadataOptions.hopLimit,
    "ec2:MetadataHttpTokens": row.metadataOptions.httpTokens,
    "ec2:RootDeviceType": rootDevice.type,
    "ec2:Tenancy": row.tenancy,
  }),
});

/** Wakes the instance reconciler. */
export const instanceTopic = "ec2/instance";

/** Changes an instance and wakes its reconciler. */
export function changeInstance(tx: Tx, row: InstanceRow, changes: Partial<InstanceRow>): InstanceRow {
  tx.wish(instanceTopic);
  return instances.change(tx, row, changes);
}

/** The time in a state transition reason. */
export function transitionReason(who: string, now: number): string {
  const [date = "", time = ""] = new Date(now).toISOString().split(/[T.]/);
  return `${who} (${date} ${time} GMT)`;
}

function profileArnOf(tx: ReadTx, instanceId: string): string | undefined {
  return liveAssociation(tx, instanceId)?.profileArn;
}
