// The life of an account, call by call, by the aws command line, the SDK for JavaScript and boto3 in turn:
// who may what changes with users, MFA, groups, boundaries, role chains, federation and an organization's
// policies, and every refusal says which of them it was.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { startOidcIssuer } from "./oidc-issuer.ts";
import type { OidcIssuer } from "./oidc-issuer.ts";
import { samlIdp } from "./saml-idp.ts";
import { threeClients } from "./three-clients.ts";
import type { CallerKeys, ClientCall, ThreeClients } from "./three-clients.ts";
import { until } from "./until.ts";

let daemon: Daemon;
let clients: ThreeClients;
let account: string;
let issuer: OidcIssuer;
/** Everybody who has credentials, by name. */
const callers = new Map<string, CallerKeys>();

type Service = ClientCall["service"];
/** An answer; what is in it is looked up by path. */
type Output = Record<string, unknown>;

/** What stands at a path of an answer. */
function part(output: unknown, ...path: (string | number)[]): Output {
  let found = output;
  for (const name of path) found = (found as Output | undefined)?.[name];
  return found as Output;
}

/** The text at a path of an answer. @throws where there is none */
function text(output: unknown, ...path: (string | number)[]): string {
  const found: unknown = part(output, ...path);
  if (typeof found !== "string") throw new Error(`there is no text at ${path.join(".")}`);
  return found;
}

beforeAll(async () => {
  issuer = await startOidcIssuer();
  daemon = await startDaemon(["--oidc-hosts", issuer.host, "--oidc-ca-file", issuer.caFile]);
  clients = threeClients(daemon);
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } =
    daemon.environment;
  callers.set("admin", { accessKeyId, secretAccessKey });
  account = text(await expectAllowed("admin", "sts", "GetCallerIdentity"), "Account");
});
afterAll(async () => {
  clients?.stop();
  await daemon?.stop();
  issuer?.stop();
});

function keysOf(name: string): CallerKeys {
  const keys = callers.get(name);
  if (keys === undefined) throw new Error(`${name} has no credentials`);
  return keys;
}

/** Keeps the credentials of an answer under a name. */
function become(name: string, made: Output): void {
  const { AccessKeyId, SecretAccessKey, SessionToken } = made as Record<string, string>;
  callers.set(name, {
    accessKeyId: AccessKeyId ?? "",
    secretAccessKey: SecretAccessKey ?? "",
    sessionToken: SessionToken,
  });
}

/** A call that must succeed; answers its output. By nobody, it goes unsigned. */
async function expectAllowed(
  who: string,
  service: Service,
  operation: string,
  parameters: object = {},
): Promise<Output> {
  const credentials = who === "nobody" ? undefined : keysOf(who);
  const answer = await clients.call({ service, operation, parameters, credentials });
  if (answer.output === undefined) {
    throw new Error(`${operation} by ${who} over ${answer.client}: ${answer.code}: ${answer.message}`);
  }
  return answer.output;
}

/** A call that must be refused, with this code and with these words in its text. */
async function expectRefused(
  who: string,
  [service, operation, parameters = {}]: readonly [Service, string, object?],
  [code, words]: readonly [code: string, words: string],
): Promise<void> {
  const credentials = who === "nobody" ? undefined : keysOf(who);
  const answer = await clients.call({ service, operation, parameters, credentials });
  const what = `${operation} by ${who} over ${answer.client}`;
  expect(answer.code, `${what}: ${answer.message ?? "allowed"}`).toBe(code);
  expect(answer.message, `${what}`).toContain(words);
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
const allow = (Action: string | string[], Resource: string | string[] = "*", more: object = {}): object => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const trust = (AWS: string, more: object = {}): string =>
  policy({ Effect: "Allow", Principal: { AWS }, Action: ["sts:AssumeRole", "sts:TagSession"], ...more });

const denied = "AccessDenied";
const noIdentity = "because no identity-based policy allows";
const iamArn = (resource: string): string => `arn:aws:iam::${account}:${resource}`;

async function createUser(UserName: string): Promise<void> {
  await expectAllowed("admin", "iam", "CreateUser", { UserName, Tags: [{ Key: "team", Value: "web" }] });
  become(UserName, part(await expectAllowed("admin", "iam", "CreateAccessKey", { UserName }), "AccessKey"));
}

test("users do what their groups may, and nothing else", async () => {
  await expectAllowed("admin", "iam", "CreateAccountAlias", { AccountAlias: "life-of-an-account" });
  await expectAllowed("admin", "iam", "UpdateAccountPasswordPolicy", {
    MinimumPasswordLength: 14,
    RequireNumbers: true,
  });
  await createUser("ana");
  await expectRefused("ana", ["iam", "ListUsers"], [denied, noIdentity]);
  await expectAllowed("admin", "iam", "CreateGroup", { GroupName: "engineers" });
  const PolicyDocument = policy(allow(["iam:ListUsers", "iam:GetUser", "ec2:Describe*"]));
  await expectAllowed("admin", "iam", "PutGroupPolicy", {
    GroupName: "engineers",
    PolicyName: "read",
    PolicyDocument,
  });
  await expectAllowed("admin", "iam", "AddUserToGroup", { GroupName: "engineers", UserName: "ana" });
  expect(part(await expectAllowed("ana", "iam", "ListUsers"), "Users")).toHaveLength(2);
  await expectRefused("ana", ["iam", "CreateUser", { UserName: "eve" }], [denied, "iam:CreateUser"]);
  await expectRefused(
    "ana",
    ["ec2", "DeleteSecurityGroup", { GroupId: "sg-0123456789abcdef0" }],
    ["UnauthorizedOperation", "Encoded authorization failure message"],
  );
  const weak = { UserName: "ana", Password: "short" };
  await expectRefused(
    "admin",
    ["iam", "CreateLoginProfile", weak],
    ["PasswordPolicyViolation", "account password policy"],
  );
  await expectAllowed("admin", "iam", "CreateLoginProfile", {
    UserName: "ana",
    Password: "a-long-Enough-pass-1",
  });
});

/** The code of a seed in Base32, so many steps of 30 seconds from now. */
function totp(base32: string, steps = 0): string {
  const bits = Array.from(base32.replaceAll("=", ""))
    .map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0"))
    .join("");
  const seed = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", seed).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** The command line shows the seed as the base64 that it is sent as, the others as bytes. */
function seedText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  const text = String(value).replace(/^b'(.*)'$/, "$1");
  return /^[A-Z2-7]+=*$/.test(text) ? text : Buffer.from(text, "base64").toString();
}

test("what wants MFA is refused without a code and allowed with one", async () => {
  const withMfa = { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } };
  const PolicyDocument = policy(allow("iam:ListRoles", "*", withMfa), allow("iam:ListMFADevices"));
  await expectAllowed("admin", "iam", "PutUserPolicy", {
    UserName: "ana",
    PolicyName: "mfa",
    PolicyDocument,
  });
  const VirtualMFADeviceName = "ana-phone";
  const { VirtualMFADevice } = await expectAllowed("admin", "iam", "CreateVirtualMFADevice", {
    VirtualMFADeviceName,
  });
  const SerialNumber = text(VirtualMFADevice, "SerialNumber");
  const seed = seedText(part(VirtualMFADevice, "Base32StringSeed"));
  const enabling = { UserName: "ana", SerialNumber };
  const wrong = { ...enabling, AuthenticationCode1: "000000", AuthenticationCode2: "000001" };
  await expectRefused("admin", ["iam", "EnableMFADevice", wrong], ["InvalidAuthenticationCode", ""]);
  const codes = { AuthenticationCode1: totp(seed, -2), AuthenticationCode2: totp(seed, -1) };
  await expectAllowed("admin", "iam", "EnableMFADevice", { ...enabling, ...codes });
  expect(part(await expectAllowed("ana", "iam", "ListMFADevices"), "MFADevices")).toHaveLength(1);
  await expectRefused("ana", ["iam", "ListRoles"], [denied, noIdentity]);
  const asked = { SerialNumber, TokenCode: totp(seed), DurationSeconds: 900 };
  become("ana with MFA", part(await expectAllowed("ana", "sts", "GetSessionToken", asked), "Credentials"));
  await expectAllowed("ana with MFA", "iam", "ListRoles");
  await expectRefused("ana", ["sts", "GetSessionToken", asked], [denied, "MultiFactorAuthentication failed"]);
});

test("a boundary bounds an administrator, who cannot take it off", async () => {
  const edge = policy(allow(["ec2:*", "iam:Get*"]));
  const asked = { PolicyName: "edge", PolicyDocument: edge };
  const PermissionsBoundary = text(
    await expectAllowed("admin", "iam", "CreatePolicy", asked),
    "Policy",
    "Arn",
  );
  await expectAllowed("admin", "iam", "CreateUser", { UserName: "ben", PermissionsBoundary });
  become(
    "ben",
    part(await expectAllowed("admin", "iam", "CreateAccessKey", { UserName: "ben" }), "AccessKey"),
  );
  const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
  await expectAllowed("admin", "iam", "AttachUserPolicy", { UserName: "ben", PolicyArn });
  await expectAllowed("ben", "ec2", "DescribeVpcs");
  await expectAllowed("ben", "iam", "GetUser", { UserName: "ana" });
  await expectRefused("ben", ["iam", "ListUsers"], [denied, "because no permissions boundary allows"]);
  const off = ["iam", "DeleteUserPermissionsBoundary", { UserName: "ben" }] as const;
  await expectRefused("ben", off, [denied, "because no permissions boundary allows"]);
  const version = { PolicyArn: PermissionsBoundary, PolicyDocument: policy(allow("*")), SetAsDefault: true };
  await expectRefused("ben", ["iam", "CreatePolicyVersion", version], [denied, "iam:CreatePolicyVersion"]);
  await expectAllowed("admin", "iam", "CreatePolicyVersion", version);
  await expectAllowed("ben", "iam", "ListUsers");
});

test("roles are assumed on their conditions, with tags that pass on in a chain of an hour", async () => {
  const external = { Condition: { StringEquals: { "sts:ExternalId": "secret-42" } } };
  const first = { RoleName: "first", AssumeRolePolicyDocument: trust(iamArn("user/ana"), external) };
  await expectAllowed("admin", "iam", "CreateRole", first);
  const toSecond = policy(allow(["sts:AssumeRole", "sts:TagSession"], iamArn("role/second")));
  await expectAllowed("admin", "iam", "PutRolePolicy", {
    RoleName: "first",
    PolicyName: "chain",
    PolicyDocument: toSecond,
  });
  const second = { RoleName: "second", AssumeRolePolicyDocument: trust(iamArn("role/first")) };
  await expectAllowed("admin", "iam", "CreateRole", { ...second, MaxSessionDuration: 7200 });
  const tagged = { Condition: { StringEquals: { "aws:PrincipalTag/project": "apollo" } } };
  const ofProject = policy(allow("ec2:DescribeVpcs", "*", tagged));
  await expectAllowed("admin", "iam", "PutRolePolicy", {
    RoleName: "second",
    PolicyName: "project",
    PolicyDocument: ofProject,
  });

  const assume = { RoleArn: iamArn("role/first"), RoleSessionName: "ana" };
  await expectRefused("ana", ["sts", "AssumeRole", assume], [denied, "sts:AssumeRole"]);
  const right = { ...assume, ExternalId: "secret-42" };
  await expectRefused("ben", ["sts", "AssumeRole", right], [denied, ""]);
  const tags = { Tags: [{ Key: "project", Value: "apollo" }], TransitiveTagKeys: ["project"] };
  become(
    "first",
    part(await expectAllowed("ana", "sts", "AssumeRole", { ...right, ...tags }), "Credentials"),
  );
  const chain = { RoleArn: iamArn("role/second"), RoleSessionName: "chained" };
  const long = { ...chain, DurationSeconds: 7200 };
  await expectRefused("first", ["sts", "AssumeRole", long], ["ValidationError", "1 hour"]);
  become("second", part(await expectAllowed("first", "sts", "AssumeRole", chain), "Credentials"));
  await expectAllowed("second", "ec2", "DescribeVpcs");
  const { Credentials } = await expectAllowed("ana", "sts", "AssumeRole", right);
  become("first untagged", part({ Credentials }, "Credentials"));
  become(
    "second untagged",
    part(await expectAllowed("first untagged", "sts", "AssumeRole", chain), "Credentials"),
  );
  await expectRefused("second untagged", ["ec2", "DescribeVpcs"], ["UnauthorizedOperation", noIdentity]);
  const narrow = { ...right, Policy: policy(allow("iam:ListRoles")) };
  become("first narrowed", part(await expectAllowed("ana", "sts", "AssumeRole", narrow), "Credentials"));
  await expectRefused(
    "first narrowed",
    ["sts", "AssumeRole", chain],
    [denied, "because no session policy allows"],
  );
});

async function federatedRole(RoleName: string, statement: object): Promise<string> {
  const AssumeRolePolicyDocument = policy({ Effect: "Allow", ...statement });
  const made = await expectAllowed("admin", "iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
  const own = { PolicyName: "own", PolicyDocument: policy(allow("iam:ListRoles")) };
  await expectAllowed("admin", "iam", "PutRolePolicy", { RoleName, ...own });
  return text(made, "Role", "Arn");
}

test("whoever brings a token of the company's issuer becomes what the role's trust says", async () => {
  const asked = { Url: issuer.url, ClientIDList: ["e2e"], ThumbprintList: [issuer.thumbprint] };
  const provider = await expectAllowed("admin", "iam", "CreateOpenIDConnectProvider", asked);
  const RoleArn = await federatedRole("builder", {
    Principal: { Federated: provider["OpenIDConnectProviderArn"] },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringEquals: { [`${issuer.name}:sub`]: "alice" } },
  });
  const bring = (claims: object) => ({
    RoleArn,
    RoleSessionName: "build",
    WebIdentityToken: issuer.token(claims),
  });
  const assume = "AssumeRoleWithWebIdentity";
  await expectRefused(
    "nobody",
    ["sts", assume, bring({ sub: "mallory" })],
    [denied, "Not authorized to perform"],
  );
  await expectRefused("nobody", ["sts", assume, bring({ aud: "other" })], ["InvalidIdentityToken", ""]);
  const past = Math.floor(Date.now() / 1000) - 3600;
  await expectRefused("nobody", ["sts", assume, bring({ exp: past })], ["ExpiredTokenException", ""]);
  become("builder", part(await expectAllowed("nobody", "sts", assume, bring({})), "Credentials"));
  await expectAllowed("builder", "iam", "ListRoles");
  await expectRefused("builder", ["iam", "ListUsers"], [denied, noIdentity]);
});

test("whoever brings a response of the company's SAML provider becomes what both say", async () => {
  const idp = samlIdp("https://idp.example.com/life");
  const asked = { Name: "company", SAMLMetadataDocument: idp.metadata };
  const PrincipalArn = text(
    await expectAllowed("admin", "iam", "CreateSAMLProvider", asked),
    "SAMLProviderArn",
  );
  const roleFor = (name: string, subject: string): Promise<string> =>
    federatedRole(name, {
      Principal: { Federated: PrincipalArn },
      Action: "sts:AssumeRoleWithSAML",
      Condition: { StringEquals: { "saml:sub": subject } },
    });
  const clerk = await roleFor("clerk", "ana");
  const director = await roleFor("director", "eve");
  const bring = (RoleArn: string) => {
    const SAMLAssertion = idp.respond({ roleArn: RoleArn, providerArn: PrincipalArn, sessionName: "ana" });
    return { RoleArn, PrincipalArn, SAMLAssertion };
  };
  const assume = "AssumeRoleWithSAML";
  await expectRefused("nobody", ["sts", assume, bring(director)], [denied, "Not authorized to perform"]);
  await expectRefused(
    "nobody",
    ["sts", assume, { ...bring(clerk), RoleArn: director }],
    ["InvalidIdentityToken", "requested Role"],
  );
  const { SAMLAssertion, ...other } = bring(clerk);
  const forged = Buffer.from(SAMLAssertion, "base64").toString().replaceAll("role/clerk", "role/director");
  const presented = { ...other, RoleArn: director, SAMLAssertion: Buffer.from(forged).toString("base64") };
  await expectRefused("nobody", ["sts", assume, presented], ["InvalidIdentityToken", ""]);
  become("clerk", part(await expectAllowed("nobody", "sts", assume, bring(clerk)), "Credentials"));
  await expectAllowed("clerk", "iam", "ListRoles");
  await expectAllowed("admin", "iam", "DeleteSAMLProvider", { SAMLProviderArn: PrincipalArn });
  await expectRefused("nobody", ["sts", assume, bring(clerk)], ["InvalidIdentityToken", ""]);
});

test("an organization's policies bound its accounts, whatever these allow themselves", async () => {
  const made = await expectAllowed("admin", "organizations", "CreateOrganization", { FeatureSet: "ALL" });
  expect(text(made, "Organization", "MasterAccountId")).toBe(account);
  const root = text(await expectAllowed("admin", "organizations", "ListRoots"), "Roots", 0, "Id");
  // Service control policies are on from the start.
  const enabling = { RootId: root, PolicyType: "RESOURCE_CONTROL_POLICY" };
  await expectAllowed("admin", "organizations", "EnablePolicyType", enabling);
  const named = { Email: "member@example.com", AccountName: "member" };
  const request = part(
    await expectAllowed("admin", "organizations", "CreateAccount", named),
    "CreateAccountStatus",
  );
  const member = await until("the account is made", async () => {
    const asked = { CreateAccountRequestId: text(request, "Id") };
    const status = await expectAllowed("admin", "organizations", "DescribeCreateAccountStatus", asked);
    return part(status, "CreateAccountStatus", "AccountId") as unknown as string | undefined;
  });
  const unit = { ParentId: root, Name: "workloads" };
  const ou = text(
    await expectAllowed("admin", "organizations", "CreateOrganizationalUnit", unit),
    "OrganizationalUnit",
    "Id",
  );
  const moving = { AccountId: member, SourceParentId: root, DestinationParentId: ou };
  await expectAllowed("admin", "organizations", "MoveAccount", moving);
  const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`;
  const assume = { RoleArn, RoleSessionName: "admin" };
  become("member", part(await expectAllowed("admin", "sts", "AssumeRole", assume), "Credentials"));
  await expectAllowed("member", "ec2", "DescribeVpcs");
  await expectAllowed("member", "iam", "ListUsers");

  const scp = {
    Name: "no-iam",
    Description: "",
    Type: "SERVICE_CONTROL_POLICY",
    Content: policy({ Sid: "NoIam", Effect: "Deny", Action: "iam:*", Resource: "*" }),
  };
  const PolicyId = text(
    await expectAllowed("admin", "organizations", "CreatePolicy", scp),
    "Policy",
    "PolicySummary",
    "Id",
  );
  await expectAllowed("admin", "organizations", "AttachPolicy", { PolicyId, TargetId: ou });
  await expectRefused(
    "member",
    ["iam", "ListUsers"],
    [denied, "with an explicit deny in a service control policy"],
  );
  await expectAllowed("member", "ec2", "DescribeVpcs");
  await expectAllowed("admin", "iam", "ListUsers");
  await expectAllowed("admin", "organizations", "DetachPolicy", { PolicyId, TargetId: ou });
  await expectAllowed("member", "iam", "ListUsers");

  const within = text(
    await expectAllowed("admin", "organizations", "DescribeOrganization"),
    "Organization",
    "Id",
  );
  const rcp = {
    Name: "nobody",
    Description: "",
    Type: "RESOURCE_CONTROL_POLICY",
    Content: policy({ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole", Resource: "*" }),
  };
  const rcpId = text(
    await expectAllowed("admin", "organizations", "CreatePolicy", rcp),
    "Policy",
    "PolicySummary",
    "Id",
  );
  await expectAllowed("admin", "organizations", "AttachPolicy", { PolicyId: rcpId, TargetId: member });
  await expectRefused("admin", ["sts", "AssumeRole", assume], [denied, "resource control policy"]);
  await expectAllowed("admin", "organizations", "DetachPolicy", { PolicyId: rcpId, TargetId: member });
  await expectAllowed("admin", "sts", "AssumeRole", assume);

  const ofOrganization = { Condition: { StringEquals: { "aws:PrincipalOrgID": within } } };
  const open = { RoleName: "of-us", AssumeRolePolicyDocument: trust("*", ofOrganization) };
  await expectAllowed("admin", "iam", "CreateRole", open);
  const joined = { RoleArn: iamArn("role/of-us"), RoleSessionName: "member" };
  await expectAllowed("member", "sts", "AssumeRole", joined);
  await expectRefused(
    "member",
    ["organizations", "CreateOrganizationalUnit", unit],
    ["AccessDeniedException", ""],
  );
});

test("the simulator says what the path then does", async () => {
  const simulated = async (
    PolicySourceArn: string,
    ActionNames: string[],
  ): Promise<Record<string, string>> => {
    const asked = { PolicySourceArn, ActionNames };
    const { EvaluationResults } = await expectAllowed("admin", "iam", "SimulatePrincipalPolicy", asked);
    const results = EvaluationResults as { EvalActionName: string; EvalDecision: string }[];
    return Object.fromEntries(results.map((each) => [each.EvalActionName, each.EvalDecision]));
  };
  expect(await simulated(iamArn("user/ana"), ["iam:ListUsers", "iam:CreateUser"])).toEqual({
    "iam:ListUsers": "allowed",
    "iam:CreateUser": "implicitDeny",
  });
  await expectAllowed("ana", "iam", "ListUsers");
  await expectRefused("ana", ["iam", "CreateUser", { UserName: "eve" }], [denied, noIdentity]);
});

test("what is taken apart is refused while it is in use, and gone afterwards", async () => {
  await expectRefused("admin", ["iam", "DeleteUser", { UserName: "ana" }], ["DeleteConflict", ""]);
  await expectRefused("admin", ["iam", "DeleteRole", { RoleName: "first" }], ["DeleteConflict", ""]);
  await expectAllowed("admin", "iam", "DeleteRolePolicy", { RoleName: "first", PolicyName: "chain" });
  await expectAllowed("admin", "iam", "DeleteRole", { RoleName: "first" });
  const gone = await clients.call({
    service: "sts",
    operation: "GetCallerIdentity",
    credentials: keysOf("first"),
  });
  expect(gone.code).toBe("InvalidClientTokenId");
  const AccessKeyId = keysOf("ana").accessKeyId;
  await expectAllowed("admin", "iam", "UpdateAccessKey", {
    UserName: "ana",
    AccessKeyId,
    Status: "Inactive",
  });
  await expectRefused("ana", ["iam", "ListUsers"], ["InvalidClientTokenId", ""]);
  const lost = await clients.call({
    service: "iam",
    operation: "ListUsers",
    credentials: keysOf("ana with MFA"),
  });
  expect(lost.code).toBe("InvalidClientTokenId");
});

test("the life was long enough, and every client had its part of it", () => {
  const made = [...clients.made.values()];
  expect(made.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(60);
  expect(Math.min(...made)).toBeGreaterThan(10);
});
