import type {
  CreateServiceLinkedRoleResponse,
  DeleteServiceLinkedRoleResponse,
  GetServiceLinkedRoleDeletionStatusResponse,
  ListAttachedRolePoliciesResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { Call, noGuardrails, type OrganizationPlace } from "../../../kit/index.ts";
import { findAwsManagedPolicy } from "../policy/aws-managed-policies.ts";
import { findRole } from "../role/role.ts";
import { openTestIam, otherAccount, rootOf, testAccount, type TestIam } from "../testing.ts";
import { linkedServices } from "./linked-service.ts";
import { releaseServiceLinkedRole, useServiceLinkedRole } from "./role-use.ts";
import { ensureServiceLinkedRole, serviceLinkedRoleNeeds } from "./service-linked-role.ts";

let iam: TestIam;
let place: OrganizationPlace | undefined;
beforeEach(async () => {
  place = undefined;
  iam = await openTestIam({ guardrails: { ...noGuardrails, organizationOf: () => place } });
});

const autoscaling = { AWSServiceName: "autoscaling.amazonaws.com" };
const autoscalingRole = "AWSServiceRoleForAutoScaling";
const autoscalingPath = "/aws-service-role/autoscaling.amazonaws.com/";
const autoscalingArn = `arn:aws:iam::${testAccount}:role${autoscalingPath}${autoscalingRole}`;
const create = (input: object = autoscaling) =>
  iam.run<CreateServiceLinkedRoleResponse>("CreateServiceLinkedRole", input).Role;
const remove = (RoleName: string) =>
  iam.run<DeleteServiceLinkedRoleResponse>("DeleteServiceLinkedRole", { RoleName }).DeletionTaskId;
const status = (DeletionTaskId: string) =>
  iam.run<GetServiceLinkedRoleDeletionStatusResponse>("GetServiceLinkedRoleDeletionStatus", {
    DeletionTaskId,
  });

/** Runs as the handler of another service would. */
function inCall<T>(body: (call: Call) => T): T {
  return iam.store.transaction((tx) =>
    body(
      new Call({
        requestId: "r",
        service: "autoscaling",
        iamPrefix: "autoscaling",
        operation: "CreateAutoScalingGroup",
        region: "eu-west-1",
        principal: rootOf(testAccount),
        origin: { sourceIp: "127.0.0.1", userAgent: "test", host: "localhost" },
        now: 0,
        environment: iam.environment,
        tx,
        guardrails: noGuardrails,
      }),
    ),
  ).value;
}

describe("a service-linked role", () => {
  it("is made for its service alone, with the policy that AWS gave it", () => {
    const role = create({ ...autoscaling, Description: "For groups." });
    expect(role).toMatchObject({
      RoleName: autoscalingRole,
      Path: "/aws-service-role/autoscaling.amazonaws.com/",
      Arn: autoscalingArn,
      Description: "For groups.",
      MaxSessionDuration: 3600,
    });
    expect(JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ""))).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: autoscaling.AWSServiceName }, Action: "sts:AssumeRole" },
      ],
    });
    const attached = iam.run<ListAttachedRolePoliciesResponse>("ListAttachedRolePolicies", {
      RoleName: autoscalingRole,
    });
    expect(attached.AttachedPolicies).toEqual([
      {
        PolicyName: "AutoScalingServiceRolePolicy",
        PolicyArn: "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy",
      },
    ]);
  });

  it("exists once, and again under a suffix where its service takes one", () => {
    create();
    expect(iam.faultOf("CreateServiceLinkedRole", autoscaling)).toBe(
      `InvalidInput: Service role name ${autoscalingRole} has been taken in this account, ` +
        "please try a different suffix.",
    );
    expect(create({ ...autoscaling, CustomSuffix: "blue" })?.RoleName).toBe(`${autoscalingRole}_blue`);
    const organizations = { AWSServiceName: "organizations.amazonaws.com", CustomSuffix: "x" };
    expect(iam.faultOf("CreateServiceLinkedRole", organizations)).toBe(
      "InvalidInput: Custom suffix is not allowed for organizations.amazonaws.com",
    );
    expect(iam.faultOf("CreateServiceLinkedRole", { ...autoscaling, CustomSuffix: "s".repeat(64) })).toMatch(
      /^ValidationError: The role name .* would be longer than 64 characters\.$/,
    );
    expect(iam.faultOf("CreateServiceLinkedRole", { AWSServiceName: "mine.example.com" })).toBe(
      "InvalidInput: Service mine.example.com does not support service-linked roles.",
    );
  });

  it("is asked for by its service: iam:AWSServiceName", () => {
    const [need] = iam.needsOf("CreateServiceLinkedRole", autoscaling);
    expect(need).toMatchObject({
      action: "iam:CreateServiceLinkedRole",
      target: { arn: autoscalingArn },
      keys: { "iam:AWSServiceName": autoscaling.AWSServiceName },
    });
  });

  it("has a policy that is shipped, whatever its service", () => {
    for (const { policyName } of linkedServices.values()) {
      expect(findAwsManagedPolicy(`arn:aws:iam::aws:policy/aws-service-role/${policyName}`)).toBeDefined();
    }
    expect(linkedServices.size).toBeGreaterThan(30);
  });

  it("is nobody's to change but for its description and tags", () => {
    create();
    const RoleName = autoscalingRole;
    iam.run("CreateInstanceProfile", { InstanceProfileName: "p" });
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
    const changes: Readonly<Record<string, object>> = {
      AttachRolePolicy: { PolicyArn },
      DetachRolePolicy: {
        PolicyArn: "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy",
      },
      PutRolePolicy: { PolicyName: "p", PolicyDocument: document },
      DeleteRolePolicy: { PolicyName: "p" },
      PutRolePermissionsBoundary: { PermissionsBoundary: PolicyArn },
      DeleteRolePermissionsBoundary: {},
      UpdateAssumeRolePolicy: { PolicyDocument: document },
      UpdateRole: { MaxSessionDuration: 7200 },
      DeleteRole: {},
      AddRoleToInstanceProfile: { InstanceProfileName: "p" },
    };
    for (const [name, input] of Object.entries(changes)) {
      expect(iam.faultOf(name, { RoleName, ...input })).toBe(
        `UnmodifiableEntity: Cannot perform the operation on the protected role '${RoleName}' - ` +
          "this role is only modifiable by AWS",
      );
    }
    iam.run("UpdateRole", { RoleName, Description: "Mine." });
    iam.run("UpdateRoleDescription", { RoleName, Description: "Ours." });
    iam.run("TagRole", { RoleName, Tags: [{ Key: "team", Value: "a" }] });
    expect(iam.run("GetRole", { RoleName })).toMatchObject({ Role: { Description: "Ours." } });
  });

  it("is no role that somebody made under its path", () => {
    const trust =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}';
    const role = { RoleName: "mine", AssumeRolePolicyDocument: trust };
    const path = "/aws-service-role/autoscaling.amazonaws.com/";
    expect(iam.faultOf("CreateRole", { ...role, Path: path })).toBe(
      `InvalidInput: The path ${path} is reserved for the roles of services.`,
    );
    iam.run("CreateRole", { ...role, RoleName: autoscalingRole });
    expect(iam.faultOf("DeleteServiceLinkedRole", { RoleName: autoscalingRole })).toMatch(/^NoSuchEntity/);
    iam.run("DeleteRole", { RoleName: autoscalingRole });
  });
});

describe("the deletion of a service-linked role", () => {
  it("is a task that tells how it ended, to its own account", () => {
    create();
    const task = remove(autoscalingRole);
    expect(task).toMatch(
      /^task\/aws-service-role\/autoscaling\.amazonaws\.com\/AWSServiceRoleForAutoScaling\/[0-9a-f-]{36}$/,
    );
    expect(status(task)).toEqual({ Status: "SUCCEEDED" });
    expect(iam.faultOf("GetRole", { RoleName: autoscalingRole })).toMatch(/^NoSuchEntity/);
    const asked = { DeletionTaskId: task };
    expect(
      iam.faultOf("GetServiceLinkedRoleDeletionStatus", asked, { principal: rootOf(otherAccount) }),
    ).toBe(`NoSuchEntity: The deletion task ${task} cannot be found.`);
    expect(iam.needsOf("GetServiceLinkedRoleDeletionStatus", asked)[0]?.target.arn).toBe(autoscalingArn);
    expect(iam.faultOf("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId: "task/mine" })).toBe(
      "InvalidInput: task/mine is not the id of a deletion task.",
    );
    create();
  });

  it("fails while the service needs the role, and names what for", () => {
    const resource = `arn:aws:autoscaling:eu-west-1:${testAccount}:autoScalingGroup:1`;
    const { id: roleId } = inCall((call) =>
      ensureServiceLinkedRole(call.tx as never, call, { service: autoscaling.AWSServiceName }),
    );
    iam.store.transaction((tx) => useServiceLinkedRole(tx, { roleId, resource, region: "eu-west-1" }));
    expect(status(remove(autoscalingRole))).toEqual({
      Status: "FAILED",
      Reason: {
        Reason: "The service-linked role is still in use by the service that it is linked to.",
        RoleUsageList: [{ Region: "eu-west-1", Resources: [resource] }],
      },
    });
    iam.run("GetRole", { RoleName: autoscalingRole });
    iam.store.transaction((tx) => releaseServiceLinkedRole(tx, { roleId, resource }));
    expect(status(remove(autoscalingRole)).Status).toBe("SUCCEEDED");
  });

  it("fails for the role of Organizations while the account is in an organization", () => {
    create({ AWSServiceName: "organizations.amazonaws.com" });
    place = { id: "o-a1b2c3d4e5", managementAccountId: otherAccount, path: "o-a1b2c3d4e5/r-ab12/" };
    const RoleName = "AWSServiceRoleForOrganizations";
    expect(status(remove(RoleName))).toMatchObject({
      Status: "FAILED",
      Reason: {
        RoleUsageList: [
          {
            Region: "us-east-1",
            Resources: [`arn:aws:organizations::${otherAccount}:organization/o-a1b2c3d4e5`],
          },
        ],
      },
    });
    place = undefined;
    expect(status(remove(RoleName)).Status).toBe("SUCCEEDED");
  });
});

describe("a service that makes its role on first use", () => {
  const named = { service: autoscaling.AWSServiceName };
  it("needs the permission while there is no role, and none after", () => {
    const needs = inCall((call) => serviceLinkedRoleNeeds(call, named));
    expect(needs).toMatchObject([
      {
        action: "iam:CreateServiceLinkedRole",
        target: { arn: autoscalingArn, accountId: testAccount },
        keys: { "iam:AWSServiceName": named.service },
      },
    ]);
    const made = inCall((call) => ensureServiceLinkedRole(call.tx as never, call, named));
    const again = inCall((call) => ensureServiceLinkedRole(call.tx as never, call, named));
    expect(again).toBe(made);
    expect(inCall((call) => serviceLinkedRoleNeeds(call, named))).toEqual([]);
    expect(iam.store.read((tx) => findRole(tx, testAccount, autoscalingRole))).toBe(made);
  });
});
