/** The calls of the operator's channel: what each takes and answers. Types only. */
import type {
  AccountPlace,
  DecisionRecord,
  MachineCapabilities,
  ReconcilerStatus,
  TrailRecord,
} from "@casemate/cloud";
import type { RecordedDecision } from "@casemate/iam-engine/analysis";
import type { Verdict } from "@casemate/net-engine";
import type { AdministratorCredentials } from "../daemon/first-start.ts";

/** Whether instances are real on this host, and if not, why. */
export interface MachinesStatus {
  readonly state: "starting" | "failed" | "sandbox" | "recorded";
  /** Why machines are not real; absent where they are. */
  readonly reason?: string | undefined;
  /** What the driver found when it probed the host. */
  readonly capabilities?: MachineCapabilities | undefined;
}

/** Whether packets are filtered on this host, and if not, why. */
export interface NetworkStatus {
  readonly state: "starting" | "failed" | "kernel" | "recorded";
  readonly reason?: string | undefined;
}

/** How the cloud is doing. */
export interface OperatorStatus {
  readonly version: string;
  readonly endpoint: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly ready: boolean;
  readonly store: "open" | "failed" | "closed";
  readonly accounts: number;
  /** How many instances are in each state. */
  readonly instances: Readonly<Record<string, number>>;
  readonly reconcilers: readonly ReconcilerStatus[];
  readonly machines: MachinesStatus;
  readonly network: NetworkStatus;
}

/** What of the trail is wanted; every part narrows. */
export interface TrailQuery {
  readonly requestId?: string | undefined;
  readonly eventName?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly account?: string | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly errorsOnly?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly decisions?: boolean | undefined;
}

/** An entry of the trail; the decisions are there when they were asked for. */
export interface TrailAnswer {
  readonly record: TrailRecord;
  readonly decisions?: readonly DecisionRecord[] | undefined;
}

/** Newest first. */
export interface TrailPage {
  readonly entries: readonly TrailAnswer[];
  /** True when the search ended at its bound before the trail did. */
  readonly more: boolean;
}

/** A question of reachability; an end is an interface, an instance or an address. */
export interface ReachQuestion {
  readonly from: string;
  readonly to: string;
  /** `tcp`, `udp`, `icmp` or a number; TCP when not given. */
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
}

/** Whether the packet arrives and its answer comes back, with the rule that decided every hop. */
export interface ReachAnswer {
  readonly allowed: boolean;
  readonly text: string;
  /** Every hop names its VPC, its component and its rule. */
  readonly verdict: Verdict;
}

/** Whose recorded decisions a policy is made from. */
export interface LeastPrivilegeQuestion {
  /** The ARN of a role or user. */
  readonly principalArn: string;
  /** How far back, 90 when not given. */
  readonly days?: number | undefined;
}

/** The policies, and what deciding everything again with them alone came to. */
export interface LeastPrivilege {
  readonly principalArn: string;
  readonly days: number;
  readonly calls: number;
  /** How many different decisions were allowed, and how many refused. */
  readonly decisions: number;
  readonly refused: number;
  /** Policy documents; more than one where one would pass the size of a managed policy. */
  readonly policies: readonly unknown[];
  /** Was allowed and is not by these policies; none in a sound answer. */
  readonly missing: readonly RecordedDecision[];
  /** Was refused and would be allowed. */
  readonly widened: readonly RecordedDecision[];
}

/** An account as the operator sees it. */
export interface AccountView {
  readonly accountId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly state: "active" | "closed";
  /** The organization that it belongs to, and where in it; absent where it belongs to none. */
  readonly place?: AccountPlace | undefined;
}

/** An instance whose metadata service a command of the host is about to use. */
export interface OpenedInstance {
  readonly instanceId: string;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string;
  readonly privateIp: string;
}

/** One request to the metadata service of an opened instance; header names are in lower case. */
export interface RelayedMetadataRequest {
  readonly instanceId: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Its answer; the body in base64. */
export interface RelayedMetadataResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** What a root user is to sign in with; the e-mail address may be left out where the account has one. */
export interface RootPasswordInput {
  readonly accountId?: string | undefined;
  readonly email?: string | undefined;
  readonly password: string;
  /** Takes its MFA devices away too, for one that has lost them. */
  readonly removeMfa?: boolean | undefined;
}

/** What it signs in with now; the password is not told. */
export interface RootPasswordOutput {
  readonly accountId: string;
  readonly email: string;
  /** Serial numbers of the devices that were taken away. */
  readonly removedMfaDevices: readonly string[];
}

/** Who a credential stands for, and what its session knows. */
export interface CallerView {
  readonly account: string;
  readonly accountName: string;
  readonly accountAlias?: string | undefined;
  readonly arn: string;
  readonly userId: string;
  /** What it is: a long-lived key, or the session of a user, a role, a federated user, or the console. */
  readonly credential:
    "access key" | "console session" | "user session" | "role session" | "federated user session";
  /** Whether MFA was given; absent for what has no session. */
  readonly mfa?: boolean | undefined;
  readonly issuedAt?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly organization?:
    { readonly id: string; readonly managementAccountId: string; readonly path: string } | undefined;
}

/** Every call: its input and its output. */
export interface OperatorCalls {
  status: { input: Record<string, never>; output: OperatorStatus };
  trail: { input: TrailQuery; output: TrailPage };
  why: { input: { readonly requestId: string }; output: TrailAnswer };
  "accounts-list": { input: Record<string, never>; output: readonly AccountView[] };
  "accounts-create": {
    input: {
      readonly accountId?: string | undefined;
      readonly name?: string | undefined;
      /** Of the root user. */
      readonly email?: string | undefined;
    };
    output: AdministratorCredentials;
  };
  "accounts-import-mfa": {
    input: {
      readonly accountId?: string | undefined;
      readonly devices: readonly { readonly serial: string; readonly seed: string }[];
    };
    output: { readonly accountId: string; readonly serialNumbers: readonly string[] };
  };
  "accounts-set-root-password": { input: RootPasswordInput; output: RootPasswordOutput };
  whoami: {
    input: { readonly accessKeyId: string; readonly sessionToken?: string | undefined };
    output: CallerView;
  };
  "least-privilege": { input: LeastPrivilegeQuestion; output: LeastPrivilege };
  reach: { input: ReachQuestion; output: ReachAnswer };
  console: { input: { readonly instanceId: string }; output: { readonly base64: string } };
  machines: { input: Record<string, never>; output: MachinesStatus & { readonly network: NetworkStatus } };
  "trust-anchor": { input: Record<string, never>; output: { readonly pem: string } };
  "instance-open": { input: { readonly instanceId: string }; output: OpenedInstance };
  "instance-metadata": { input: RelayedMetadataRequest; output: RelayedMetadataResponse };
}

/** The name of a call. */
export type OperatorCall = keyof OperatorCalls;
/** What a call takes. */
export type OperatorInput<Name extends OperatorCall> = OperatorCalls[Name]["input"];
/** What a call answers. */
export type OperatorOutput<Name extends OperatorCall> = OperatorCalls[Name]["output"];

/** One handler for each call. @throws OperatorFault */
export type OperatorHandlers = {
  readonly [Name in OperatorCall]: (
    input: OperatorInput<Name>,
  ) => OperatorOutput<Name> | Promise<OperatorOutput<Name>>;
};
