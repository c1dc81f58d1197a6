import type { Credentials } from "@casemate/wire";
import { beforeAll, describe, expect, it } from "vitest";
import { leafPem, rsaPublicKey } from "../../request-path/testing/credential-material.ts";
import { sharedIdp } from "../../request-path/testing/saml-material.ts";
import {
  allowing,
  openSignedCloud,
  policyOf,
  trusting,
  type SignedCloud,
} from "../../request-path/testing/signed-calls.ts";

const account = "111122223333";
const victim = `arn:aws:iam::${account}:user/eng/victim`;
const role = `arn:aws:iam::${account}:role/svc/strong`;
const group = `arn:aws:iam::${account}:group/eng/admins`;
const policy = `arn:aws:iam::${account}:policy/shared`;
const profile = `arn:aws:iam::${account}:instance-profile/machines`;
const device = `arn:aws:iam::${account}:mfa/victim`;
const provider = `arn:aws:iam::${account}:saml-provider/idp`;
const issuer = `arn:aws:iam::${account}:oidc-provider/idp.example.com`;
const newIssuer = `arn:aws:iam::${account}:oidc-provider/evil.example.com`;
const thumbprint = "990f4193972f2becf12ddeda5237f9c952f20d9e";
const linkedRole =
  `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/` + "AWSServiceRoleForAutoScaling";
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const everything = allowing("*");

interface Primitive {
  readonly action: string;
  readonly resource: string;
  readonly operation?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The ways up that this service has, each with the one permission that must stand before it. */
const primitives: readonly Primitive[] = [
  {
    action: "CreatePolicyVersion",
    resource: policy,
    parameters: { PolicyArn: policy, PolicyDocument: everything, SetAsDefault: "true" },
  },
  {
    action: "SetDefaultPolicyVersion",
    resource: policy,
    parameters: { PolicyArn: policy, VersionId: "v2" },
  },
  { action: "CreateAccessKey", resource: victim, parameters: { UserName: "victim" } },
  {
    action: "UpdateAccessKey",
    resource: victim,
    parameters: { UserName: "victim", AccessKeyId: "<victim key>", Status: "Active" },
  },
  {
    action: "DeleteAccessKey",
    resource: victim,
    parameters: { UserName: "victim", AccessKeyId: "<victim key>" },
  },
  {
    action: "AttachUserPolicy",
    resource: victim,
    parameters: { UserName: "victim", PolicyArn: administrator },
  },
  {
    action: "AttachGroupPolicy",
    resource: group,
    parameters: { GroupName: "admins", PolicyArn: administrator },
  },
  {
    action: "AttachRolePolicy",
    resource: role,
    parameters: { RoleName: "strong", PolicyArn: administrator },
  },
  {
    action: "PutUserPolicy",
    resource: victim,
    parameters: { UserName: "victim", PolicyName: "p", PolicyDocument: everything },
  },
  {
    action: "PutGroupPolicy",
    resource: group,
    parameters: { GroupName: "admins", PolicyName: "p", PolicyDocument: everything },
  },
  {
    action: "AddUserToGroup",
    resource: group,
    parameters: { GroupName: "admins", UserName: "victim" },
  },
  {
    action: "RemoveUserFromGroup",
    resource: group,
    parameters: { GroupName: "admins", UserName: "victim" },
  },
  {
    action: "PutRolePolicy",
    resource: role,
    parameters: { RoleName: "strong", PolicyName: "p", PolicyDocument: everything },
  },
  {
    action: "UpdateAssumeRolePolicy",
    resource: role,
    parameters: { RoleName: "strong", PolicyDocument: trusting({ AWS: account }) },
  },
  {
    action: "PutUserPermissionsBoundary",
    resource: victim,
    parameters: { UserName: "victim", PermissionsBoundary: administrator },
  },
  {
    action: "PutRolePermissionsBoundary",
    resource: role,
    parameters: { RoleName: "strong", PermissionsBoundary: administrator },
  },
  { action: "DeleteUserPermissionsBoundary", resource: victim, parameters: { UserName: "victim" } },
  { action: "DeleteRolePermissionsBoundary", resource: role, parameters: { RoleName: "strong" } },
  {
    action: "DetachUserPolicy",
    resource: victim,
    parameters: { UserName: "victim", PolicyArn: administrator },
  },
  {
    action: "DetachGroupPolicy",
    resource: group,
    parameters: { GroupName: "admins", PolicyArn: administrator },
  },
  {
    action: "DetachRolePolicy",
    resource: role,
    parameters: { RoleName: "strong", PolicyArn: administrator },
  },
  { action: "DeleteUserPolicy", resource: victim, parameters: { UserName: "victim", PolicyName: "p" } },
  { action: "DeleteGroupPolicy", resource: group, parameters: { GroupName: "admins", PolicyName: "p" } },
  { action: "DeleteRolePolicy", resource: role, parameters: { RoleName: "strong", PolicyName: "p" } },
  {
    action: "TagUser",
    resource: victim,
    parameters: { UserName: "victim", "Tags.member.1.Key": "team", "Tags.member.1.Value": "admin" },
  },
  {
    action: "TagRole",
    resource: role,
    parameters: { RoleName: "strong", "Tags.member.1.Key": "team", "Tags.member.1.Value": "admin" },
  },
  { action: "UntagUser", resource: victim, parameters: { UserName: "victim", "TagKeys.member.1": "team" } },
  {
    action: "PassRole",
    operation: "AddRoleToInstanceProfile",
    resource: role,
    parameters: { InstanceProfileName: "machines", RoleName: "strong" },
  },
  {
    action: "AddRoleToInstanceProfile",
    resource: profile,
    parameters: { InstanceProfileName: "machines", RoleName: "strong" },
  },
  {
    action: "UpdateGroup",
    resource: group,
    parameters: { GroupName: "admins", NewGroupName: "admins" },
  },
  {
    action: "CreateLoginProfile",
    resource: victim,
    parameters: { UserName: "victim", Password: "Correct-horse-7" },
  },
  {
    action: "UpdateLoginProfile",
    resource: victim,
    parameters: { UserName: "victim", Password: "Correct-horse-8" },
  },
  { action: "DeleteLoginProfile", resource: victim, parameters: { UserName: "victim" } },
  {
    action: "DeactivateMFADevice",
    resource: victim,
    parameters: { UserName: "victim", SerialNumber: device },
  },
  {
    action: "EnableMFADevice",
    resource: victim,
    parameters: {
      UserName: "victim",
      SerialNumber: device,
      AuthenticationCode1: "123456",
      AuthenticationCode2: "234567",
    },
  },
  {
    action: "ResyncMFADevice",
    resource: victim,
    parameters: {
      UserName: "victim",
      SerialNumber: device,
      AuthenticationCode1: "123456",
      AuthenticationCode2: "234567",
    },
  },
  { action: "DeleteVirtualMFADevice", resource: device, parameters: { SerialNumber: device } },
  { action: "DeleteAccountPasswordPolicy", resource: "*", parameters: {} },
  {
    action: "UpdateAccountPasswordPolicy",
    resource: "*",
    parameters: { AllowUsersToChangePassword: "true" },
  },
  {
    action: "UploadSSHPublicKey",
    resource: victim,
    parameters: { UserName: "victim", SSHPublicKeyBody: `ssh-rsa ${rsaPublicKey}` },
  },
  {
    action: "UploadSigningCertificate",
    resource: victim,
    parameters: { UserName: "victim", CertificateBody: leafPem },
  },
  {
    action: "CreateServiceSpecificCredential",
    resource: victim,
    parameters: { UserName: "victim", ServiceName: "codecommit.amazonaws.com" },
  },
  {
    action: "ResetServiceSpecificCredential",
    resource: victim,
    parameters: { UserName: "victim", ServiceSpecificCredentialId: "ACCAAAAAAAAAAAAAAAAAA" },
  },
  {
    action: "CreateOpenIDConnectProvider",
    resource: newIssuer,
    parameters: { Url: "https://evil.example.com", "ThumbprintList.member.1": thumbprint },
  },
  {
    action: "AddClientIDToOpenIDConnectProvider",
    resource: issuer,
    parameters: { OpenIDConnectProviderArn: issuer, ClientID: "evil" },
  },
  {
    action: "UpdateOpenIDConnectProviderThumbprint",
    resource: issuer,
    parameters: { OpenIDConnectProviderArn: issuer, "ThumbprintList.member.1": thumbprint },
  },
  {
    action: "TagOpenIDConnectProvider",
    resource: issuer,
    parameters: {
      OpenIDConnectProviderArn: issuer,
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "admin",
    },
  },
  {
    action: "UpdateUser",
    resource: victim,
    parameters: { UserName: "victim", NewUserName: "victim" },
  },
  {
    action: "CreateSAMLProvider",
    resource: provider,
    parameters: { Name: "idp", SAMLMetadataDocument: sharedIdp().metadata() },
  },
  {
    action: "UpdateSAMLProvider",
    resource: provider,
    parameters: { SAMLProviderArn: provider, SAMLMetadataDocument: sharedIdp().metadata() },
  },
  {
    action: "TagSAMLProvider",
    resource: provider,
    parameters: { SAMLProviderArn: provider, "Tags.member.1.Key": "team", "Tags.member.1.Value": "admin" },
  },
  { action: "DeleteSAMLProvider", resource: provider, parameters: { SAMLProviderArn: provider } },
  {
    action: "CreateServiceLinkedRole",
    resource: linkedRole,
    parameters: { AWSServiceName: "autoscaling.amazonaws.com" },
  },
  {
    action: "DeleteServiceLinkedRole",
    resource: `arn:aws:iam::${account}:role/AWSServiceRoleForNothing`,
    parameters: { RoleName: "AWSServiceRoleForNothing" },
  },
  { action: "EnableOrganizationsRootCredentialsManagement", resource: "*", parameters: {} },
  { action: "EnableOrganizationsRootSessions", resource: "*", parameters: {} },
];

describe("a way to more permissions", () => {
  let cloud: SignedCloud;
  let eve: Credentials;
  let key = "";

  beforeAll(async () => {
    cloud = await openSignedCloud();
    const { admin } = cloud;
    await cloud.must(admin, "CreateUser", { UserName: "victim", Path: "/eng/" });
    key = (await cloud.must(admin, "CreateAccessKey", { UserName: "victim" })).text;
    key = /<AccessKeyId>([^<]+)</.exec(key)?.[1] ?? "";
    await cloud.must(admin, "CreateGroup", { GroupName: "admins", Path: "/eng/" });
    await cloud.must(admin, "CreateRole", {
      RoleName: "strong",
      Path: "/svc/",
      AssumeRolePolicyDocument: trusting({ Service: "ec2.amazonaws.com" }),
    });
    await cloud.must(admin, "CreateOpenIDConnectProvider", {
      Url: "https://idp.example.com",
      "ThumbprintList.member.1": thumbprint,
    });
    await cloud.must(admin, "CreateInstanceProfile", { InstanceProfileName: "machines" });
    await cloud.must(admin, "CreateVirtualMFADevice", { VirtualMFADeviceName: "victim" });
    await cloud.must(admin, "CreatePolicy", { PolicyName: "shared", PolicyDocument: allowing("s3:*") });
    await cloud.must(admin, "CreatePolicyVersion", { PolicyArn: policy, PolicyDocument: allowing("sqs:*") });
    eve = await cloud.user("eve");
  });

  const allow = (document: string) =>
    cloud.must(cloud.admin, "PutUserPolicy", {
      UserName: "eve",
      PolicyName: "own",
      PolicyDocument: document,
    });
  const attempt = ({ operation, action, parameters }: Primitive) =>
    cloud.call(
      eve,
      operation ?? action,
      Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [name, value.replace("<victim key>", key)]),
      ),
    );
  /** What the rest of a primitive's needs takes. */
  const companion = ({ operation, action }: Primitive): object[] => {
    if (operation !== undefined) return [{ Effect: "Allow", Action: `iam:${operation}`, Resource: "*" }];
    if (action !== "AddRoleToInstanceProfile") return [];
    return [{ Effect: "Allow", Action: "iam:PassRole", Resource: "*" }];
  };

  it.each(primitives)("by $action is shut to who may do everything else", async (primitive) => {
    await allow(policyOf({ Effect: "Allow", NotAction: `iam:${primitive.action}`, Resource: "*" }));
    const answer = await attempt(primitive);
    expect([answer.status, answer.code]).toEqual([403, "AccessDenied"]);
    expect(answer.message).toBe(
      `User: arn:aws:iam::${account}:user/eve is not authorized to perform: iam:${primitive.action} ` +
        `on resource: ${primitive.resource} because no identity-based policy allows the ` +
        `iam:${primitive.action} action`,
    );
    const name = primitive.operation ?? primitive.action;
    const events = (await cloud.trail()).map(({ record }) => record);
    expect(events.some((event) => event.eventName === name && event.errorCode === "AccessDenied")).toBe(true);
  });

  it.each(primitives)("by $action is shut on this resource to who may do it on others", async (primitive) => {
    const elsewhere = {
      Effect: "Allow",
      Action: `iam:${primitive.action}`,
      NotResource: primitive.resource,
    };
    await allow(policyOf(elsewhere, ...companion(primitive)));
    expect((await attempt(primitive)).code).toBe("AccessDenied");
  });

  it.each(primitives)("by $action is shut by an explicit deny", async (primitive) => {
    const deny = { Effect: "Deny", Action: `iam:${primitive.action}`, Resource: primitive.resource };
    await allow(policyOf({ Effect: "Allow", Action: "*", Resource: "*" }, deny));
    expect((await attempt(primitive)).message).toContain("with an explicit deny in an identity-based policy");
  });

  it.each(primitives)("by $action is open to who may do just that, and recorded", async (primitive) => {
    const exactly = { Effect: "Allow", Action: `iam:${primitive.action}`, Resource: primitive.resource };
    await allow(policyOf(exactly, ...companion(primitive)));
    const answer = await attempt(primitive);
    expect(answer.code).not.toBe("AccessDenied");
    const events = (await cloud.trail()).map(({ record }) => record);
    const name = primitive.operation ?? primitive.action;
    expect(events.some((event) => event.eventName === name && event.errorCode !== "AccessDenied")).toBe(true);
  });
});
