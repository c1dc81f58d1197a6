/**
 * Test support of the ledgers: a cloud with one of everything in it, so that each operation has something
 * to be asked about, and the callers that must be refused.
 */
import { totpCode, totpStepAt } from "@casemate/key-engine";
import type { Credentials } from "@casemate/wire";
import { storedCollections } from "../../services/index.ts";
import { leafKeyPem, leafPem, rsaPublicKey } from "./credential-material.ts";
import { openCloud, testNow, type Answer, type TestCloud } from "../testing.ts";
import { makeAnalyzers, type AnalyzerFixtures } from "./analyzer-fixtures.ts";
import { makeConnections, type ConnectionFixtures } from "./connection-fixtures.ts";
import { makeInsights, type InsightFixtures } from "./insight-fixtures.ts";
import { makeInterfaces, type InterfaceFixtures } from "./interface-fixtures.ts";
import { makeNetworks, type NetworkFixtures } from "./network-fixtures.ts";
import { makeVpcRooms, type VpcFixtures } from "./vpc-fixtures.ts";
import { makeOrganizations, type OrganizationFixtures } from "./organization-fixtures.ts";
import { audience, issuerHost, issuerKeys } from "./oidc-issuer.ts";
import { sharedIdp } from "./saml-material.ts";
import { standingGuardrails } from "./standing-guardrails.ts";
import { copyRows } from "./store-dump.ts";

/** The account whose resources everybody asks for. */
export const firstAccount = "111122223333";

/** Names of what the world holds; the values of examples. */
export interface Fixtures
  extends
    AnalyzerFixtures,
    ConnectionFixtures,
    InsightFixtures,
    InterfaceFixtures,
    NetworkFixtures,
    OrganizationFixtures,
    VpcFixtures {
  readonly accessKeyId: string;
  readonly associationId: string;
  readonly certificateId: string;
  /** The deletion of a service-linked role. */
  readonly deletionTaskId: string;
  readonly encodedMessage: string;
  readonly groupId: string;
  /** A report of last access. */
  readonly jobId: string;
  readonly imageId: string;
  readonly instanceId: string;
  readonly interfaceId: string;
  readonly internetGatewayId: string;
  /** A device that is enabled for ana, with the two codes it shows next. */
  readonly mfaSerial: string;
  readonly mfaCodes: readonly [string, string];
  readonly networkAclId: string;
  /** The root of the organization, and a report about it. */
  readonly organizationPath: string;
  readonly organizationJobId: string;
  readonly otherProfileArn: string;
  readonly routeTableId: string;
  readonly ruleId: string;
  readonly serviceCredentialId: string;
  readonly sshPublicKeyId: string;
  /** A device that nobody has, with two codes of it. */
  readonly spareMfaSerial: string;
  readonly spareMfaCodes: readonly [string, string];
  readonly stoppedInstanceId: string;
  readonly subnetId: string;
  readonly unusedGroupId: string;
  readonly vpcId: string;
}

/** A cloud for the ledgers. */
export interface LedgerWorld extends TestCloud {
  readonly fixtures: Fixtures;
  /** Sends as the administrator and wants success. */
  make(service: string, action: string, parameters?: Record<string, unknown>): Promise<Answer>;
  /** Makes a user with an inline policy of statements, if any, and gives an access key of it. */
  makeUser(name: string, ...statements: object[]): Promise<Credentials>;
}

/** Everything on everything, in a document or as part of one. */
export const everything = { Effect: "Allow", Action: "*", Resource: "*" };
/** A document. */
export function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
/** The ARN of a resource of IAM in the first account. */
export function iamArn(resource: string): string {
  return `arn:aws:iam::${firstAccount}:${resource}`;
}

/** The password of ana and of the administrator. */
export const password = "Correct-Horse-7-Battery";

const ec2Trust = document({
  Effect: "Allow",
  Principal: { Service: "ec2.amazonaws.com" },
  Action: "sts:AssumeRole",
});
const accountTrust = document({
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${firstAccount}:root` },
  Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
});

const issuerTrust = document({
  Effect: "Allow",
  Principal: { Federated: iamArn(`oidc-provider/${issuerHost}`) },
  Action: "sts:AssumeRoleWithWebIdentity",
});
const idpTrust = document({
  Effect: "Allow",
  Principal: { Federated: iamArn("saml-provider/idp") },
  Action: "sts:AssumeRoleWithSAML",
});

/** Opens it. */
export async function openLedgerWorld(): Promise<LedgerWorld> {
  const cloud = await openCloud({ guardrails: standingGuardrails(), openIdKeys: issuerKeys() });
  const make: LedgerWorld["make"] = async (service, action, parameters = {}) => {
    const answer = await cloud.send({ service, action, parameters, credentials: cloud.admin });
    if (answer.status !== 200) throw new Error(`${service}:${action} of the ledger's world: ${answer.text}`);
    return answer;
  };
  const makeUser: LedgerWorld["makeUser"] = async (name, ...statements) => {
    await make("iam", "CreateUser", { UserName: name });
    if (statements.length > 0) await putUserPolicy(make, name, document(...statements));
    return credentialsIn(await make("iam", "CreateAccessKey", { UserName: name }));
  };
  const iam = await makeIdentities(make);
  const mfa = await makeMfaDevices(make);
  const ec2 = await makeMachines(cloud, make);
  const network = await makeNetworks(cloud, make, { accountId: firstAccount, ...ec2 });
  const rooms = await makeVpcRooms(make);
  const insights = await makeInsights(cloud, make, network);
  const interfaces = await makeInterfaces(make, { ...ec2, ...network, ...rooms });
  const connections = await makeConnections(cloud, make, { accountId: firstAccount, ...ec2, ...network });
  const organization = await makeOrganizations(cloud);
  const guarded = await makeGuarded(make, organization.rootId);
  const analyzers = await makeAnalyzers(make);
  const nobody = await makeUser("nobody");
  const refused = await cloud.send({
    service: "ec2",
    action: "DeleteSecurityGroup",
    parameters: { GroupId: ec2.groupId },
    credentials: nobody,
  });
  const encodedMessage = /failure message: ([\w-]+)/.exec(refused.message ?? "")?.[1] ?? "";
  // The stranger's own default network exists before anything is compared.
  await cloud.send({ service: "ec2", action: "DescribeVpcs", credentials: cloud.stranger });
  return {
    ...cloud,
    fixtures: {
      ...iam,
      ...mfa,
      ...ec2,
      ...network,
      ...rooms,
      ...insights,
      ...interfaces,
      ...connections,
      ...organization,
      ...guarded,
      ...analyzers,
      encodedMessage,
    },
    make,
    makeUser,
  };
}

/** A cloud that holds what another one holds now, and goes its own way from here. */
export async function copyOf({ store, admin, stranger }: TestCloud): Promise<TestCloud> {
  const other = await openCloud({
    seed: 8,
    guardrails: standingGuardrails(),
    openIdKeys: issuerKeys(),
  });
  copyRows(store, other.store);
  return { ...other, admin, stranger };
}

type Make = LedgerWorld["make"];

function putUserPolicy(make: Make, name: string, text: string): Promise<Answer> {
  return make("iam", "PutUserPolicy", { UserName: name, PolicyName: "notes", PolicyDocument: text });
}

/** The credentials that an answer carries. */
export function credentialsIn(answer: Answer): Credentials {
  const sessionToken = answer.element("SessionToken");
  return {
    accessKeyId: answer.element("AccessKeyId") ?? "",
    secretAccessKey: answer.element("SecretAccessKey") ?? "",
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

type GuardedFixtures = Pick<Fixtures, "deletionTaskId" | "organizationJobId" | "organizationPath">;

/**
 * What IAM has for organizations and for services: root access, a report, a role of Systems Manager, and the
 * deletion of one of EventBridge.
 */
async function makeGuarded(make: Make, rootId: string): Promise<GuardedFixtures> {
  await make("iam", "EnableOrganizationsRootCredentialsManagement");
  const { Organization } = (await make("organizations", "DescribeOrganization")).json as {
    readonly Organization: { readonly Id: string };
  };
  const organizationPath = `${Organization.Id}/${rootId}`;
  const report = await make("iam", "GenerateOrganizationsAccessReport", { EntityPath: organizationPath });
  for (const AWSServiceName of ["ssm.amazonaws.com", "events.amazonaws.com"]) {
    await make("iam", "CreateServiceLinkedRole", { AWSServiceName });
  }
  const deleted = { RoleName: "AWSServiceRoleForCloudWatchEvents" };
  const deletion = await make("iam", "DeleteServiceLinkedRole", deleted);
  return {
    deletionTaskId: deletion.element("DeletionTaskId") ?? "",
    organizationJobId: report.element("JobId") ?? "",
    organizationPath,
  };
}

async function makeIdentities(make: Make): Promise<IdentityFixtures> {
  for (const name of ["reading", "unused", "bounding"]) {
    await make("iam", "CreatePolicy", { PolicyName: name, PolicyDocument: document(everything) });
  }
  const reading = iamArn("policy/reading");
  await make("iam", "CreatePolicyVersion", { PolicyArn: reading, PolicyDocument: document(everything) });
  const tags = { "Tags.member.1.Key": "team", "Tags.member.1.Value": "blue" };
  await make("iam", "TagPolicy", { PolicyArn: reading, ...tags });
  const bounding = { PermissionsBoundary: iamArn("policy/bounding") };
  const notes = { PolicyName: "notes", PolicyDocument: document(everything) };

  await make("iam", "CreateUser", { UserName: "ana", ...bounding, ...tags });
  await make("iam", "CreateUser", { UserName: "leaver" });
  for (const UserName of ["admin", "ana"]) {
    await make("iam", "CreateLoginProfile", { UserName, Password: password });
  }
  await make("iam", "UpdateAccountPasswordPolicy", { AllowUsersToChangePassword: "false" });
  await make("iam", "CreateAccountAlias", { AccountAlias: "ledger" });
  await make("iam", "GenerateCredentialReport");
  await make("iam", "CreateGroup", { GroupName: "team" });
  await make("iam", "CreateGroup", { GroupName: "dissolving" });
  await make("iam", "AddUserToGroup", { GroupName: "team", UserName: "ana" });
  await make("iam", "AttachGroupPolicy", { GroupName: "team", PolicyArn: reading });
  await make("iam", "PutGroupPolicy", { GroupName: "team", ...notes });
  await make("iam", "AttachUserPolicy", { UserName: "ana", PolicyArn: reading });
  await make("iam", "PutUserPolicy", { UserName: "ana", ...notes });
  const key = await make("iam", "CreateAccessKey", { UserName: "ana" });

  await make("iam", "CreateRole", {
    RoleName: "worker",
    AssumeRolePolicyDocument: ec2Trust,
    ...bounding,
    ...tags,
  });
  await make("iam", "CreateRole", { RoleName: "leaving", AssumeRolePolicyDocument: ec2Trust });
  await make("iam", "CreateRole", { RoleName: "operator", AssumeRolePolicyDocument: accountTrust });
  await make("iam", "PutRolePolicy", { RoleName: "operator", ...notes });
  await make("iam", "CreateRole", { RoleName: "federated", AssumeRolePolicyDocument: issuerTrust });
  await make("iam", "CreateRole", { RoleName: "vouched", AssumeRolePolicyDocument: idpTrust });
  await make("iam", "AttachRolePolicy", { RoleName: "worker", PolicyArn: reading });
  await make("iam", "PutRolePolicy", { RoleName: "worker", ...notes });

  for (const name of ["workers", "others"]) {
    await make("iam", "CreateInstanceProfile", { InstanceProfileName: name, ...tags });
    await make("iam", "AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName: "worker" });
  }
  await make("iam", "CreateInstanceProfile", { InstanceProfileName: "empty" });
  const material = await makeMaterial(make);
  const job = await make("iam", "GenerateServiceLastAccessedDetails", { Arn: iamArn("user/ana") });
  return {
    accessKeyId: credentialsIn(key).accessKeyId,
    jobId: job.element("JobId") ?? "",
    otherProfileArn: iamArn("instance-profile/others"),
    ...material,
  };
}

type MaterialFixtures = Pick<Fixtures, "certificateId" | "serviceCredentialId" | "sshPublicKeyId">;

/** Keys, certificates and passwords of services that ana has. */
async function makeMaterial(make: Make): Promise<MaterialFixtures> {
  const tags = { "Tags.member.1.Key": "team", "Tags.member.1.Value": "blue" };
  const idIn = async (action: string, id: string, parameters: Record<string, string>): Promise<string> =>
    (await make("iam", action, { UserName: "ana", ...parameters })).element(id) ?? "";
  await make("iam", "UploadServerCertificate", {
    ServerCertificateName: "web",
    CertificateBody: leafPem,
    PrivateKey: leafKeyPem,
    ...tags,
  });
  await make("iam", "CreateOpenIDConnectProvider", {
    Url: `https://${issuerHost}`,
    "ClientIDList.member.1": audience,
    "ThumbprintList.member.1": "990f4193972f2becf12ddeda5237f9c952f20d9e",
    ...tags,
  });
  await make("iam", "CreateSAMLProvider", {
    Name: "idp",
    SAMLMetadataDocument: sharedIdp().metadata(),
    ...tags,
  });
  return {
    certificateId: await idIn("UploadSigningCertificate", "CertificateId", { CertificateBody: leafPem }),
    serviceCredentialId: await idIn("CreateServiceSpecificCredential", "ServiceSpecificCredentialId", {
      ServiceName: "codecommit.amazonaws.com",
    }),
    sshPublicKeyId: await idIn("UploadSSHPublicKey", "SSHPublicKeyId", {
      SSHPublicKeyBody: `ssh-rsa ${rsaPublicKey}`,
    }),
  };
}

type MfaFixtures = Pick<Fixtures, "mfaSerial" | "mfaCodes" | "spareMfaSerial" | "spareMfaCodes">;

async function makeMfaDevices(make: Make): Promise<MfaFixtures> {
  const step = totpStepAt(testNow);
  const tags = { "Tags.member.1.Key": "team", "Tags.member.1.Value": "blue" };
  const seedOf = async (VirtualMFADeviceName: string): Promise<Uint8Array> => {
    const made = await make("iam", "CreateVirtualMFADevice", { VirtualMFADeviceName, ...tags });
    return base32Bytes(atob(made.element("Base32StringSeed") ?? ""));
  };
  const seed = await seedOf("mine");
  const spare = await seedOf("spare");
  const mfaSerial = iamArn("mfa/mine");
  await make("iam", "EnableMFADevice", {
    UserName: "ana",
    SerialNumber: mfaSerial,
    AuthenticationCode1: totpCode(seed, step - 3),
    AuthenticationCode2: totpCode(seed, step - 2),
  });
  return {
    mfaSerial,
    mfaCodes: [totpCode(seed, step - 1), totpCode(seed, step)],
    spareMfaSerial: iamArn("mfa/spare"),
    spareMfaCodes: [totpCode(spare, step - 1), totpCode(spare, step)],
  };
}

function base32Bytes(text: string): Uint8Array {
  const bits = Array.from(text.replaceAll("=", ""))
    .map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0"))
    .join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

type IdentityFixtures = MaterialFixtures & Pick<Fixtures, "accessKeyId" | "jobId" | "otherProfileArn">;
type IamFixtures = MfaFixtures & IdentityFixtures;

async function makeMachines(
  cloud: TestCloud,
  make: Make,
): Promise<
  Omit<
    Fixtures,
    | keyof IamFixtures
    | keyof (AnalyzerFixtures &
        ConnectionFixtures &
        InsightFixtures &
        InterfaceFixtures &
        NetworkFixtures &
        OrganizationFixtures &
        VpcFixtures)
    | keyof GuardedFixtures
    | "encodedMessage"
  >
> {
  const idIn = async (
    action: string,
    element: string,
    parameters?: Record<string, string>,
  ): Promise<string> => (await make("ec2", action, parameters)).element(element) ?? "";
  const imageId = await idIn("DescribeImages", "imageId");
  const groupOf = (name: string): Promise<string> =>
    idIn("CreateSecurityGroup", "groupId", { GroupName: name, GroupDescription: name });
  const groupId = await groupOf("web");
  const unusedGroupId = await groupOf("unused");
  const ruleId = await idIn("AuthorizeSecurityGroupIngress", "securityGroupRuleId", {
    GroupId: groupId,
    ...https,
  });
  await make("ec2", "CreateKeyPair", { KeyName: "key", KeyType: "ed25519" });
  const launch = (extra: Record<string, string>): Promise<string> =>
    idIn("RunInstances", "instanceId", {
      ImageId: imageId,
      InstanceType: "t3.micro",
      MinCount: "1",
      MaxCount: "1",
      ...extra,
    });
  const instanceId = await launch({
    "SecurityGroupId.1": groupId,
    "TagSpecification.1.ResourceType": "instance",
    "TagSpecification.1.Tag.1.Key": "team",
    "TagSpecification.1.Tag.1.Value": "blue",
  });
  const stoppedInstanceId = await launch({});
  become(cloud, instanceId, "running");
  become(cloud, stoppedInstanceId, "stopped");
  const associationId = await idIn("AssociateIamInstanceProfile", "associationId", {
    InstanceId: instanceId,
    "IamInstanceProfile.Name": "workers",
  });
  const inWeb = { "Filter.1.Name": "group-id", "Filter.1.Value.1": groupId };
  return {
    associationId,
    groupId,
    imageId,
    instanceId,
    interfaceId: await idIn("DescribeNetworkInterfaces", "networkInterfaceId", inWeb),
    internetGatewayId: await idIn("DescribeInternetGateways", "internetGatewayId"),
    networkAclId: await idIn("DescribeNetworkAcls", "networkAclId"),
    routeTableId: await idIn("DescribeRouteTables", "routeTableId"),
    ruleId,
    stoppedInstanceId,
    subnetId: await idIn("DescribeSubnets", "subnetId"),
    unusedGroupId,
    vpcId: await idIn("DescribeVpcs", "vpcId"),
  };
}

/** The rule that the group `web` has, in the parameters of a request. */
export const https = {
  "IpPermissions.1.IpProtocol": "tcp",
  "IpPermissions.1.FromPort": "443",
  "IpPermissions.1.ToPort": "443",
  "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0",
};

/** Sets the state of an instance, as its reconciler would once it has seen the machine. */
function become({ store }: TestCloud, id: string, state: string): void {
  const instances = storedCollections.find(({ kind }) => kind === "ec2/instance");
  if (instances === undefined) throw new Error("The store has no instances.");
  store.transaction((tx) => {
    const row = tx.get(instances as never, id) as object | undefined;
    if (row === undefined) throw new Error(`There is no instance ${id}.`);
    tx.put(instances as never, { ...row, state } as never);
  });
}
