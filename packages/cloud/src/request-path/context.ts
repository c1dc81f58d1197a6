/**
 * The condition context of a decision: global keys of the call, then the keys of the need. Absence is
 * meaning: a key that does not apply is left out, never given as false or empty. Keys are gathered when a
 * policy first asks for one; most policies never do.
 */
import type { ConditionContext } from "@casemate/iam-engine";
import type {
  Call,
  ConditionKeys,
  KeyValue,
  Need,
  OrganizationPlace,
  Principal,
  Tags,
} from "../kit/index.ts";
import { principalArn } from "../kit/index.ts";

/** Values by lower-case key. */
type Values = Map<string, readonly string[]>;

const principalTypes = {
  root: "Account",
  user: "User",
  "role-session": "AssumedRole",
  "federated-user": "FederatedUser",
} as const;

/** The global keys of a call, shared by all its needs. */
export class GlobalKeys {
  readonly #call: Call;
  readonly #principalTags: () => Tags;
  #values: Values | undefined;

  constructor(call: Call, principalTags: () => Tags) {
    this.#call = call;
    this.#principalTags = principalTags;
  }

  /** The place of an account in its organization. */
  organizationOf(accountId: string): OrganizationPlace | undefined {
    return this.#call.guardrails.organizationOf(this.#call.tx, accountId);
  }

  get values(): ReadonlyMap<string, readonly string[]> {
    return (this.#values ??= globalValues(this.#call, this.#principalTags()));
  }
}

function globalValues(call: Call, principalTags: Tags): Values {
  const { principal, origin } = call;
  const { vpcEndpoint } = origin;
  const values: Values = new Map();
  addKeys(values, {
    "aws:CurrentTime": isoSeconds(call.now),
    "aws:EpochTime": Math.floor(call.now / 1000),
    // By a VPC endpoint there is no public address: only the keys of the VPC tell where a call is from.
    "aws:SourceIp": vpcEndpoint === undefined ? origin.sourceIp : undefined,
    "aws:VpcSourceIp": vpcEndpoint && origin.sourceIp,
    "aws:SourceVpce": vpcEndpoint?.id,
    "aws:SourceVpc": vpcEndpoint?.vpcId,
    "aws:VpceAccount": vpcEndpoint?.accountId,
    "aws:SecureTransport": origin.tls !== undefined,
    "aws:UserAgent": origin.userAgent === "" ? undefined : origin.userAgent,
    "aws:Referer": origin.referer,
    "aws:RequestedRegion": call.region,
    "aws:PrincipalIsAWSService": false,
    "aws:ViaAWSService": false,
  });
  addPrincipalKeys(values, principal);
  addOrganizationKeys(values, call);
  for (const [key, value] of Object.entries(principalTags)) addKey(values, `aws:principaltag/${key}`, value);
  addSessionKeys(values, principal, call.now);
  return values;
}

/** Whom a provider vouches for is no principal of AWS yet and has none of these. */
function addPrincipalKeys(values: Values, principal: Principal): void {
  if (principal.type === "web-identity" || principal.type === "saml") return;
  addKeys(values, {
    "aws:PrincipalArn": principalArn(principal),
    "aws:PrincipalAccount": principal.accountId,
    "aws:PrincipalType": principalTypes[principal.type],
    "aws:userid": principal.id,
    "aws:username": principal.type === "user" ? principal.userName : undefined,
  });
}

function addOrganizationKeys(values: Values, call: Call): void {
  const { principal, origin, guardrails, tx } = call;
  const door = origin.vpcEndpoint && guardrails.organizationOf(tx, origin.vpcEndpoint.accountId);
  addKeys(values, {
    "aws:VpceOrgID": door?.id,
    "aws:VpceOrgPaths": door && [door.path],
  });
  if (principal.type === "web-identity" || principal.type === "saml") return;
  const place = guardrails.organizationOf(tx, principal.accountId);
  addKeys(values, {
    "aws:PrincipalOrgID": place?.id,
    "aws:PrincipalOrgPaths": place && [place.path],
    "aws:PrincipalOrgMasterAccountId": place?.managementAccountId,
  });
}

function addSessionKeys(values: Values, principal: Principal, now: number): void {
  const { session } = principal;
  // A long-lived key has no session: the MFA and issue-time keys are then absent, not false.
  if (session === undefined) return;
  addKeys(values, {
    "aws:MultiFactorAuthPresent": session.mfaAt !== undefined,
    "aws:MultiFactorAuthAge":
      session.mfaAt === undefined ? undefined : Math.floor((now - session.mfaAt) / 1000),
    "aws:TokenIssueTime": isoSeconds(session.issuedAt),
    "aws:SourceIdentity": session.sourceIdentity,
  });
  if (session.assumedRoot === true) addKey(values, "aws:assumedroot", true);
  if (session.federation !== undefined) {
    addKeys(values, { "aws:FederatedProvider": session.federation.provider, ...session.federation.keys });
  }
  if (session.instance === undefined) return;
  addKeys(values, {
    "aws:Ec2InstanceSourceVpc": session.instance.vpcId,
    "aws:Ec2InstanceSourcePrivateIPv4": session.instance.privateIp,
    "ec2:SourceInstanceARN": session.instance.instanceArn,
    "ec2:RoleDelivery": session.instance.roleDelivery,
  });
}

/** The context of one need. Its own keys go before the global ones. */
export class NeedContext implements ConditionContext {
  readonly #globals: GlobalKeys;
  readonly #need: Need;
  #own: Values | undefined;

  constructor(globals: GlobalKeys, need: Need) {
    this.#globals = globals;
    this.#need = need;
  }

  get(key: string): readonly string[] | undefined {
    return this.#ownValues().get(key) ?? this.#globals.values.get(key);
  }

  /** Every key with its values, for explanations and encoded messages. */
  entries(): [string, readonly string[]][] {
    return [...new Map([...this.#globals.values, ...this.#ownValues()])];
  }

  #ownValues(): Values {
    if (this.#own !== undefined) return this.#own;
    const own: Values = (this.#own = new Map());
    addKey(own, "aws:resourceaccount", this.#need.target.accountId);
    const place = this.#globals.organizationOf(this.#need.target.accountId);
    addKeys(own, { "aws:ResourceOrgID": place?.id, "aws:ResourceOrgPaths": place && [place.path] });
    addKeys(own, this.#need.target.keys);
    addKeys(own, this.#need.keys);
    return own;
  }
}

function addKeys(values: Values, keys: ConditionKeys): void {
  for (const key in keys) addKey(values, key, keys[key]);
}

function addKey(values: Values, key: string, value: KeyValue): void {
  if (value === undefined) return;
  const lower = key.toLowerCase();
  const list = typeof value === "object" ? value : [String(value)];
  const before = values.get(lower);
  // Keys are compared without case, so two tags that differ only in case give one key with both values.
  values.set(
    lower,
    before === undefined ? list : [...before, ...list.filter((each) => !before.includes(each))],
  );
}

/** Time as condition keys and trail records have it: UTC, to the second. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
