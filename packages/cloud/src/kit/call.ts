/**
 * The call: everything a handler may know about the request it serves. It is made by the request path after
 * authentication and is immutable; state is reached through the transaction only.
 */
import type { ReadTx } from "@casemate/store";
import { formatArn } from "./arn.ts";
import type { CloudEnvironment } from "./environment.ts";
import { drawId, type IdPrefix, type ResourceId } from "./ids.ts";
import type { GuardrailsPort } from "./guardrails-port.ts";
import type { ConditionKeys, Need, Target } from "./need.ts";
import type { Principal } from "./principal.ts";
import type { VpcEndpointDoor } from "./vpc-endpoints-port.ts";

/** Where the request came from and how. */
export interface Origin {
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Present when the request came over TLS. */
  readonly tls?: { readonly version: string; readonly cipher: string } | undefined;
  /** The Host header as sent. */
  readonly host: string;
  readonly referer?: string | undefined;
  /** The VPC endpoint that the request came in by; `sourceIp` is then an address of its VPC. */
  readonly vpcEndpoint?: VpcEndpointDoor | undefined;
}

/** The facts a call is made from. */
export interface CallFacts {
  readonly requestId: string;
  readonly service: string;
  /** The IAM prefix of the service's actions. */
  readonly iamPrefix: string;
  /** The service's own key for the request's region, where it has one. */
  readonly regionKey?: string | undefined;
  readonly operation: string;
  readonly region: string;
  readonly principal: Principal;
  readonly origin: Origin;
  /** The moment of the request, epoch milliseconds. */
  readonly now: number;
  readonly environment: CloudEnvironment;
  /** State as the transaction of this call sees it. */
  readonly tx: ReadTx;
  readonly guardrails: GuardrailsPort;
}

/** A call whose caller is yet to be told from its input. */
export type UnsignedCall = Omit<CallFacts, "principal">;

/** One request, as handlers see it. */
export class Call {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly principal: Principal;
  /** The account of the caller; every read and write is scoped to it. */
  readonly accountId: string;
  readonly origin: Origin;
  readonly now: number;
  readonly environment: CloudEnvironment;
  readonly tx: ReadTx;
  /** The caller's organization and its policies. */
  readonly guardrails: GuardrailsPort;
  private readonly iamPrefix: string;
  private readonly regionKeys: ConditionKeys;

  constructor(facts: CallFacts) {
    this.requestId = facts.requestId;
    this.service = facts.service;
    this.operation = facts.operation;
    this.region = facts.region;
    this.principal = facts.principal;
    this.accountId = facts.principal.accountId;
    this.origin = facts.origin;
    this.now = facts.now;
    this.environment = facts.environment;
    this.tx = facts.tx;
    this.guardrails = facts.guardrails;
    this.iamPrefix = facts.iamPrefix;
    this.regionKeys = facts.regionKey === undefined ? {} : { [facts.regionKey]: facts.region };
  }

  /** Draws a new id of a registered kind. */
  newId<Prefix extends IdPrefix>(prefix: Prefix): ResourceId<Prefix> {
    return drawId(prefix, this.environment.random);
  }

  /** An ARN in the caller's account and region. */
  arn(service: string, resource: string): string {
    return formatArn({ service, region: this.region, accountId: this.accountId, resource });
  }

  /** Any resource: the target of actions that have none of their own. */
  get anything(): Target {
    return { arn: "*", accountId: this.accountId, keys: {} };
  }

  /** The permission this operation itself names, on a target. */
  need(target: Target = this.anything, keys: ConditionKeys = {}): Need {
    return this.needAction(`${this.iamPrefix}:${this.operation}`, target, keys);
  }

  /** A permission under another action name, such as `iam:PassRole` or `ec2:CreateTags`. */
  needAction(action: string, target: Target, keys: ConditionKeys = {}): Need {
    return { action, target, keys: { ...this.regionKeys, ...keys } };
  }
}
