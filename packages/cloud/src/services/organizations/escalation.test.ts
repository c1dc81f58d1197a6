import type { Credentials } from "@casemate/wire";
import { beforeAll, describe, expect, it } from "vitest";
import {
  allowing,
  openSignedCloud,
  policyOf,
  type SignedCloud,
} from "../../request-path/testing/signed-calls.ts";
import {
  harmlessResourcePolicy,
  harmlessScp,
  makeOrganizations,
  type OrganizationFixtures,
} from "../../request-path/testing/organization-fixtures.ts";

/** A way out of the bounds of an organization, or to what is in it. */
interface Primitive {
  readonly action: string;
  readonly input: (on: OrganizationFixtures) => object;
  /** What its ARN ends with; `*` where it has none. */
  readonly resource: (on: OrganizationFixtures) => string;
}

const member = ({ memberAccountId }: OrganizationFixtures): string => `/${memberAccountId}`;
const onMember = {
  input: (on: OrganizationFixtures) => ({ AccountId: on.memberAccountId }),
  resource: member,
};
const scp = ({ usedScpId }: OrganizationFixtures): string => `/${usedScpId}`;
const ServicePrincipal = "access-analyzer.amazonaws.com";

const primitives: readonly Primitive[] = [
  {
    action: "AttachPolicy",
    input: (on) => ({ PolicyId: on.unusedScpId, TargetId: on.rootId }),
    resource: ({ unusedScpId }) => `/${unusedScpId}`,
  },
  {
    action: "AttachPolicy",
    input: (on) => ({ PolicyId: on.unusedScpId, TargetId: on.rootId }),
    resource: ({ rootId }) => `/${rootId}`,
  },
  { action: "DetachPolicy", input: (on) => ({ PolicyId: on.usedScpId, TargetId: on.rootId }), resource: scp },
  {
    action: "DetachPolicy",
    input: (on) => ({ PolicyId: on.usedScpId, TargetId: on.rootId }),
    resource: ({ rootId }) => `/${rootId}`,
  },
  {
    action: "UpdatePolicy",
    input: (on) => ({ PolicyId: on.usedScpId, Content: harmlessScp }),
    resource: scp,
  },
  {
    action: "DisablePolicyType",
    input: (on) => ({ RootId: on.rootId, PolicyType: "SERVICE_CONTROL_POLICY" }),
    resource: ({ rootId }) => `/${rootId}`,
  },
  {
    action: "MoveAccount",
    input: (on) => ({
      AccountId: on.memberAccountId,
      SourceParentId: on.rootId,
      DestinationParentId: on.unitId,
    }),
    resource: member,
  },
  {
    action: "MoveAccount",
    input: (on) => ({
      AccountId: on.memberAccountId,
      SourceParentId: on.rootId,
      DestinationParentId: on.unitId,
    }),
    resource: ({ unitId }) => `/${unitId}`,
  },
  { action: "LeaveOrganization", input: () => ({}), resource: () => "*" },
  { action: "RemoveAccountFromOrganization", ...onMember },
  { action: "CloseAccount", ...onMember },
  { action: "DeleteOrganization", input: () => ({}), resource: () => "*" },
  {
    action: "CreateAccount",
    input: () => ({ AccountName: "new", Email: "new@example.com" }),
    resource: () => "*",
  },
  {
    action: "RegisterDelegatedAdministrator",
    input: (on) => ({ AccountId: on.memberAccountId, ServicePrincipal }),
    resource: member,
  },
  { action: "EnableAWSServiceAccess", input: () => ({ ServicePrincipal }), resource: () => "*" },
  {
    action: "PutResourcePolicy",
    input: () => ({ Content: harmlessResourcePolicy }),
    resource: () => "resourcepolicy/",
  },
  { action: "DeleteResourcePolicy", input: () => ({}), resource: () => "resourcepolicy/" },
  {
    action: "TagResource",
    input: (on) => ({ ResourceId: on.memberAccountId, Tags: [{ Key: "team", Value: "admin" }] }),
    resource: member,
  },
  {
    action: "UntagResource",
    input: (on) => ({ ResourceId: on.memberAccountId, TagKeys: ["team"] }),
    resource: member,
  },
  {
    action: "AcceptHandshake",
    input: (on) => ({ HandshakeId: on.receivedHandshakeId }),
    resource: ({ receivedHandshakeId }) => `/${receivedHandshakeId}`,
  },
];

describe("a way past an organization", () => {
  let cloud: SignedCloud;
  let eve: Credentials;
  let on: OrganizationFixtures;

  beforeAll(async () => {
    cloud = await openSignedCloud();
    on = await makeOrganizations(cloud);
    eve = await cloud.user("eve");
  });

  const allow = (document: string) =>
    cloud.must(cloud.admin, "PutUserPolicy", {
      UserName: "eve",
      PolicyName: "own",
      PolicyDocument: document,
    });
  const attempt = ({ action, input }: Primitive) =>
    cloud.call(eve, `organizations:${action}`, { ...input(on) });
  /** The resource as a policy names it. */
  const named = ({ resource }: Primitive): string => {
    const part = resource(on);
    return part === "*" ? "*" : `arn:aws:organizations::*:*${part}*`;
  };
  const onlyRefusal = /is not authorized to perform: organizations:\w+ on resource: (\S+) because/;

  it.each(primitives)("by $action is shut to who may do everything else", async (primitive) => {
    const { action } = primitive;
    await allow(policyOf({ Effect: "Allow", NotAction: `organizations:${action}`, Resource: "*" }));
    const answer = await attempt(primitive);
    expect([answer.status, answer.code]).toEqual([400, "AccessDeniedException"]);
    expect(answer.message).toContain(
      `because no identity-based policy allows the organizations:${action} action`,
    );
    const events = (await cloud.trail()).map(({ record }) => record);
    const recorded = events.filter(({ eventName, errorCode }) => eventName === action && errorCode);
    expect(recorded.at(-1)?.errorCode).toBe("AccessDeniedException");
  });

  it.each(primitives)("by $action is shut on what it names to who may do it on others", async (primitive) => {
    const { action } = primitive;
    const resource = named(primitive);
    const elsewhere = { Effect: "Allow", Action: `organizations:${action}`, NotResource: resource };
    await allow(
      policyOf(elsewhere, { Effect: "Allow", NotAction: `organizations:${action}`, Resource: "*" }),
    );
    const refused = onlyRefusal.exec((await attempt(primitive)).message ?? "")?.[1];
    expect(refused).toContain(primitive.resource(on));
  });

  it.each(primitives)("by $action is shut by an explicit deny", async (primitive) => {
    const deny = { Effect: "Deny", Action: `organizations:${primitive.action}`, Resource: named(primitive) };
    await allow(policyOf({ Effect: "Allow", Action: "*", Resource: "*" }, deny));
    expect((await attempt(primitive)).message).toContain("with an explicit deny in an identity-based policy");
  });

  it("is open to who may", async () => {
    await allow(allowing("organizations:UpdatePolicy", `arn:aws:organizations::*:policy/*/${on.usedScpId}`));
    const update = await cloud.call(eve, "organizations:UpdatePolicy", {
      PolicyId: on.usedScpId,
      Content: harmlessScp,
    });
    expect(update.status).toBe(200);
  });
});
