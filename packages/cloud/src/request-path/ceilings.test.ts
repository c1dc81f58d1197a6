/**
 * What bounds a call from outside its own account's policies: the organization of the caller and of the
 * resource, the VPC endpoint it came by, and the policy of the resource itself.
 */
import { compileStored, type CompiledPolicy } from "@casemate/iam-engine";
import { describe, expect, it } from "vitest";
import type { IamOperations } from "@casemate/wire/iam";
import { operationsOf, type GuardrailsPort, type Target, type VpcEndpointDoor } from "../kit/index.ts";
import { openCloud, type Asked, type TestCloud } from "./testing.ts";

const statement = (Effect: string, Action: string, more: object = {}): object => ({
  Effect,
  Action,
  Resource: "*",
  ...more,
});
const policy = (kind: "scp" | "rcp" | "endpoint" | "resource", id: string, ...statements: object[]) =>
  compileStored(JSON.stringify({ Version: "2012-10-17", Statement: statements }), kind, {
    id,
    type: "resource",
  });
const everything = statement("Allow", "*");
const anyone = { Principal: "*" };

const organizationId = "o-a1b2c3d4e5";
const home = "111122223333";
const away = "444455556666";
const placeOf = (accountId: string) => ({
  id: organizationId,
  managementAccountId: "999999999999",
  path: `${organizationId}/r-ab12/ou-ab12-${accountId.slice(0, 8)}/`,
});

/** An organization of both accounts. */
function organization(bounds: Partial<GuardrailsPort> = {}): GuardrailsPort {
  return {
    organizationOf: (_tx, accountId) => placeOf(accountId),
    scpsOf: () => undefined,
    rcpsOf: () => undefined,
    declaredSettingOf: () => undefined,
    serviceStandingOf: () => undefined,
    scopeOf: () => "no-organization",
    ...bounds,
  };
}

const listUsers = (cloud: TestCloud): Asked => ({
  service: "iam",
  action: "ListUsers",
  credentials: cloud.admin,
});

async function user(cloud: TestCloud, UserName: string, document: object) {
  const send = (action: string, parameters: Record<string, string>) =>
    cloud.send({ service: "iam", action, parameters: { UserName, ...parameters }, credentials: cloud.admin });
  await send("CreateUser", {});
  await send("PutUserPolicy", {
    PolicyName: "own",
    PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [document] }),
  });
  const key = await send("CreateAccessKey", {});
  return {
    accessKeyId: key.element("AccessKeyId") ?? "",
    secretAccessKey: key.element("SecretAccessKey") ?? "",
  };
}

describe("service control policies", () => {
  const under = (...levels: CompiledPolicy[][]) =>
    openCloud({ guardrails: organization({ scpsOf: () => levels }) });

  it("refuse what one level does not allow, and say that it was they", async () => {
    const cloud = await under(
      [policy("scp", "p-1", everything)],
      [policy("scp", "p-2", statement("Allow", "ec2:*"))],
    );
    const answer = await cloud.send(listUsers(cloud));
    expect([answer.status, answer.code]).toEqual([403, "AccessDenied"]);
    expect(answer.message).toContain("because no service control policy allows the iam:ListUsers action");
  });

  it("name the policy of an explicit deny to whom it belongs", async () => {
    const arn =
      "arn:aws:organizations::999999999999:policy/o-a1b2c3d4e5/service_control_policy/p-examplepolicy";
    const cloud = await under([
      policy("scp", "p-1", everything),
      policy("scp", arn, statement("Deny", "iam:*")),
    ]);
    const { message } = await cloud.send(listUsers(cloud));
    expect(message).toContain(`with an explicit deny in a service control policy: ${arn}`);
  });

  it("let pass what every level allows", async () => {
    const cloud = await under(
      [policy("scp", "p-1", everything)],
      [policy("scp", "p-2", statement("Allow", "iam:*"))],
    );
    expect((await cloud.send(listUsers(cloud))).status).toBe(200);
  });

  it("stand in the sealed message of a refusal and in its record", async () => {
    const deny = policy("scp", "p-deny", statement("Deny", "ec2:*", { Sid: "NoMachines" }));
    const cloud = await under([policy("scp", "p-1", everything), deny]);
    const describeVpcs = { service: "ec2", action: "DescribeVpcs", credentials: cloud.admin };
    const { message = "" } = await cloud.send(describeVpcs);
    const [entry] = await cloud.trail();
    expect(entry?.decisions.at(-1)).toMatchObject({ allowed: false, because: { decision: { kind: "scp" } } });
    const EncodedMessage = message.split("failure message: ")[1] ?? "";
    const decode = { service: "sts", action: "DecodeAuthorizationMessage", credentials: cloud.admin };
    const decoded = await cloud.send({ ...decode, parameters: { EncodedMessage } });
    expect(decoded.text).toContain("NoMachines");
  });
});

describe("resource control policies", () => {
  it("refuse a use of the resource, also by its own account", async () => {
    const rcps = [
      [
        policy("rcp", "RCPFullAWSAccess", statement("Allow", "*", anyone)),
        policy("rcp", "p-r", statement("Deny", "iam:*", anyone)),
      ],
    ];
    const cloud = await openCloud({
      guardrails: organization({
        rcpsOf: (_tx, { action }) => (action === "iam:ListUsers" ? rcps : undefined),
      }),
    });
    const { message } = await cloud.send(listUsers(cloud));
    expect(message).toContain("with an explicit deny in a resource control policy");
    expect((await cloud.send({ ...listUsers(cloud), action: "ListRoles" })).status).toBe(200);
  });

  it("are asked about the account of the resource", async () => {
    const asked: unknown[] = [];
    const cloud = await openCloud({
      guardrails: organization({
        rcpsOf: (_tx, { resourceAccount, resource, action, principal }) => {
          asked.push([resourceAccount, resource, action, principal.accountId]);
          return undefined;
        },
      }),
    });
    const RoleArn = `arn:aws:iam::${away}:role/theirs`;
    const parameters = { RoleArn, RoleSessionName: "me" };
    await cloud.send({ service: "sts", action: "AssumeRole", parameters, credentials: cloud.admin });
    expect(asked).toEqual([[away, RoleArn, "sts:AssumeRole", home]]);
  });
});

describe("the organization's condition keys", () => {
  const allowIf = (condition: object) => statement("Allow", "iam:ListUsers", { Condition: condition });
  const cases: readonly [key: string, condition: object][] = [
    ["aws:PrincipalOrgID", { StringEquals: { "aws:PrincipalOrgID": organizationId } }],
    [
      "aws:PrincipalOrgPaths",
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${organizationId}/r-ab12/*` } },
    ],
    ["aws:ResourceOrgID", { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } }],
    ["aws:ResourceOrgPaths", { "ForAnyValue:StringLike": { "aws:ResourceOrgPaths": `${organizationId}/*` } }],
  ];

  it.each(cases)("%s is there in an organization and absent outside", async (_key, condition) => {
    for (const [guardrails, status] of [
      [organization(), 200],
      [undefined, 403],
    ] as const) {
      const cloud = await openCloud(guardrails === undefined ? {} : { guardrails });
      const credentials = await user(cloud, "ana", allowIf(condition));
      expect((await cloud.send({ ...listUsers(cloud), credentials })).status).toBe(status);
    }
  });

  it("are absent, not empty, outside an organization", async () => {
    const cloud = await openCloud({});
    const credentials = await user(cloud, "ana", allowIf({ Null: { "aws:PrincipalOrgID": "true" } }));
    expect((await cloud.send({ ...listUsers(cloud), credentials })).status).toBe(200);
  });
});

describe("a VPC endpoint", () => {
  const endpointId = "vpce-0123456789abcdef0";
  const by = (asked: Asked): Asked => ({
    ...asked,
    tamper: (request) => ({ ...request, vpcEndpointId: endpointId, sourceIp: "10.0.1.7" }),
  });
  const behind = (own: CompiledPolicy | undefined, serves?: VpcEndpointDoor["serves"]) =>
    openCloud({
      vpcEndpoints: {
        find: (_tx, id) =>
          own && { id, vpcId: "vpc-0123456789abcdef0", accountId: home, policy: own, serves },
      },
    });
  const openToAll = policy("endpoint", "vpce", statement("Allow", "*", anyone));

  it("refuses what its policy does not allow", async () => {
    const cloud = await behind(policy("endpoint", "vpce", statement("Allow", "ec2:*", anyone)));
    const { status, message } = await cloud.send(by(listUsers(cloud)));
    expect(status).toBe(403);
    expect(message).toContain("because no VPC endpoint policy allows the iam:ListUsers action");
    expect((await cloud.send(listUsers(cloud))).status).toBe(200);
  });

  it("that is gone refuses whatever comes by it", async () => {
    const cloud = await behind(undefined);
    expect((await cloud.send(by(listUsers(cloud)))).code).toBe("AccessDenied");
  });

  it.each([
    ["its service in its region", "ec2", "us-east-1", 200],
    ["its service in another region", "ec2", "eu-west-1", 403],
    ["another service", "sts", "us-east-1", 403],
  ])("that leads to one service answers or refuses: %s", async (_what, service, region, status) => {
    const cloud = await behind(openToAll, { service: "ec2", region: "us-east-1" });
    const action = service === "ec2" ? "DescribeVpcs" : "GetCallerIdentity";
    const answer = await cloud.send(by({ service, action, region, credentials: cloud.admin }));
    expect([answer.status, answer.code]).toEqual([
      status,
      status === 200 ? undefined : "SignatureDoesNotMatch",
    ]);
  });

  it("stands in the record with its account and the address inside the VPC", async () => {
    const cloud = await behind(openToAll);
    await cloud.send(by(listUsers(cloud)));
    const [entry] = await cloud.trail();
    expect(entry?.record).toMatchObject({
      vpcEndpointId: endpointId,
      vpcEndpointAccountId: home,
      sourceIPAddress: "10.0.1.7",
    });
  });

  const keys: readonly [name: string, condition: object, byEndpoint: number, direct: number][] = [
    ["aws:SourceVpce", { StringEquals: { "aws:SourceVpce": endpointId } }, 200, 403],
    ["aws:SourceVpc", { StringEquals: { "aws:SourceVpc": "vpc-0123456789abcdef0" } }, 200, 403],
    ["aws:VpcSourceIp", { IpAddress: { "aws:VpcSourceIp": "10.0.0.0/16" } }, 200, 403],
    ["aws:VpceAccount", { StringEquals: { "aws:VpceAccount": home } }, 200, 403],
    ["no aws:SourceVpce", { Null: { "aws:SourceVpce": "true" } }, 403, 200],
    ["aws:SourceIp", { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }, 403, 200],
  ];

  it.each(keys)("gives %s", async (_name, Condition, byEndpoint, direct) => {
    const cloud = await behind(openToAll);
    const credentials = await user(cloud, "ana", statement("Allow", "iam:ListUsers", { Condition }));
    const asked = { ...listUsers(cloud), credentials };
    expect((await cloud.send(by(asked))).status).toBe(byEndpoint);
    expect((await cloud.send(asked)).status).toBe(direct);
  });
});

/** A cloud in which iam:GetUser reads a resource of account `home` that has a policy of its own. */
async function openVault(): Promise<{ cloud: TestCloud; keep: (target: Partial<Target>) => void }> {
  const arn = `arn:aws:iam::${home}:user/vault`;
  let target: Target = { arn, accountId: home, keys: {} };
  const operation = operationsOf<IamOperations>("iam");
  const read = operation("GetUser", {
    access: "read",
    honours: "all",
    needs: (_input, call) => [call.need(target)],
    handle: () => ({
      User: { Path: "/", UserName: "vault", UserId: "AIDAVAULT", Arn: arn, CreateDate: new Date(0) },
    }),
  });
  const cloud = await openCloud({
    adapt: (service) =>
      service.name !== "iam"
        ? service
        : {
            ...service,
            operations: service.operations.map((each) => (each.name === "GetUser" ? read : each)),
          },
  });
  return {
    cloud,
    keep: (more) => {
      target = { arn, accountId: home, keys: {}, ...more };
    },
  };
}

describe("a resource with a policy of its own", () => {
  const allow = (Principal: object | string) =>
    policy("resource", "vault", statement("Allow", "iam:GetUser", { Principal }));
  const deny = policy("resource", "vault", statement("Deny", "*", { Principal: "*" }));
  type Caller = "admin" | "stranger" | "nobody";
  const cases: readonly [
    name: string,
    own: CompiledPolicy | undefined,
    caller: Caller,
    outcome: 200 | string,
  ][] = [
    ["without a policy its account's identities suffice", undefined, "admin", 200],
    [
      "without a policy another account is refused",
      undefined,
      "stranger",
      "because no resource-based policy allows",
    ],
    ["naming the other account lets those in who may", allow({ AWS: away }), "stranger", 200],
    ["naming everybody lets another account in", allow("*"), "stranger", 200],
    [
      "naming a user lets in one without any policy",
      allow({ AWS: `arn:aws:iam::${home}:user/nobody` }),
      "nobody",
      200,
    ],
    [
      "naming the account lets in nobody by itself",
      allow({ AWS: home }),
      "nobody",
      "because no identity-based policy allows",
    ],
    [
      "denying all refuses its own administrator",
      deny,
      "admin",
      "with an explicit deny in a resource-based policy",
    ],
    ["denying all refuses others", deny, "stranger", "with an explicit deny in a resource-based policy"],
  ];

  it.each(cases)("%s", async (_name, own, caller, outcome) => {
    const { cloud, keep } = await openVault();
    const nobody = await user(cloud, "nobody", statement("Allow", "support:*"));
    keep({ resourcePolicy: own });
    const credentials = caller === "nobody" ? nobody : cloud[caller];
    const answer = await cloud.send({ service: "iam", action: "GetUser", credentials });
    const refusal = answer.status === 200 ? "" : (answer.message ?? "");
    expect([answer.status === 200, refusal.includes(String(outcome))]).toEqual([
      outcome === 200,
      outcome !== 200,
    ]);
  });

  it("whose policy is all there is takes an identity's word only where it delegates", async () => {
    const { cloud, keep } = await openVault();
    const named = allow({ AWS: `arn:aws:iam::${home}:user/nobody` });
    for (const [own, status] of [
      [named, 403],
      [allow({ AWS: home }), 200],
    ] as const) {
      keep({ resourcePolicy: own, trustIsThePolicy: true });
      const asked = { service: "iam", action: "GetUser", credentials: cloud.admin };
      expect((await cloud.send(asked)).status).toBe(status);
    }
  });

  it("lets in whom a grant names", async () => {
    const { cloud, keep } = await openVault();
    const nobody = await user(cloud, "nobody", statement("Allow", "support:*"));
    keep({ grant: true });
    expect((await cloud.send({ service: "iam", action: "GetUser", credentials: nobody })).status).toBe(200);
  });
});
