/**
 * Test support of the ledgers: a small valid request for every operation. The parameters that the wire
 * model requires come from `members`; what an operation wants beside or instead of them stands in
 * `operations`. Every example must succeed for an administrator.
 */
import { modelOf, testNow } from "../testing.ts";
import { harmlessFilter, partnerArn, proposedConfiguration } from "./analyzer-fixtures.ts";
import { connectionMembers, connectionOperations } from "./connection-examples.ts";
import { leafKeyPem, otherLeafPem, rsaPublicKey } from "./credential-material.ts";
import { insightMembers, insightOperations } from "./insight-examples.ts";
import { interfaceMembers, interfaceOperations } from "./interface-examples.ts";
import { networkMembers, networkOperations } from "./network-examples.ts";
import { harmlessResourcePolicy, harmlessScp } from "./organization-fixtures.ts";
import { issuerHost, tokenOf } from "./oidc-issuer.ts";
import { responseFor, sharedIdp } from "./saml-material.ts";
import { vpcMembers, vpcOperations } from "./vpc-examples.ts";
import { document, everything, https, iamArn, type Fixtures, password } from "./ledger-world.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Example = (fixtures: Fixtures) => Parameters;

const trust = document({
  Effect: "Allow",
  Principal: { Service: "ec2.amazonaws.com" },
  Action: "sts:AssumeRole",
});
const publicKey = btoa(
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ana",
);
const vouched = { roleArn: iamArn("role/vouched"), providerArn: iamArn("saml-provider/idp") };
const named =
  (parameters: Parameters): Example =>
  () =>
    parameters;

/** Values of required parameters, by service and name. */
const members: Readonly<Record<string, Example>> = {
  ...connectionMembers,
  ...insightMembers,
  ...interfaceMembers,
  ...networkMembers,
  ...vpcMembers,
  "access-analyzer:access": named({ access: [{ actions: ["s3:GetObject"] }] }),
  "access-analyzer:accessPreviewId": ({ accessPreviewId }) => ({ accessPreviewId }),
  "access-analyzer:analyzerArn": ({ analyzerArn }) => ({ analyzerArn }),
  "access-analyzer:analyzerName": named({ analyzerName: "external" }),
  "access-analyzer:configurations": named({ configurations: proposedConfiguration }),
  "access-analyzer:existingPolicyDocument": named({ existingPolicyDocument: document(everything) }),
  "access-analyzer:filter": named({ filter: harmlessFilter }),
  "access-analyzer:id": ({ findingId }) => ({ id: findingId }),
  "access-analyzer:jobId": ({ policyGenerationId }) => ({ jobId: policyGenerationId }),
  "access-analyzer:newPolicyDocument": named({ newPolicyDocument: document(everything) }),
  "access-analyzer:policyDocument": named({ policyDocument: document(everything) }),
  "access-analyzer:policyGenerationDetails": named({ policyGenerationDetails: { principalArn: partnerArn } }),
  "access-analyzer:policyType": named({ policyType: "IDENTITY_POLICY" }),
  "access-analyzer:resourceArn": named({ resourceArn: partnerArn }),
  "access-analyzer:ruleName": named({ ruleName: "quiet" }),
  "access-analyzer:status": named({ status: "ARCHIVED" }),

  "iam:AWSServiceName": named({ AWSServiceName: "autoscaling.amazonaws.com" }),
  "iam:AccessKeyId": ({ accessKeyId }) => ({ AccessKeyId: accessKeyId }),
  "iam:AccountAlias": named({ AccountAlias: "ledger" }),
  "iam:ActionNames": named({ "ActionNames.member.1": "iam:GetUser" }),
  "iam:Arn": named({ Arn: iamArn("user/ana") }),
  "iam:AssumeRolePolicyDocument": named({ AssumeRolePolicyDocument: trust }),
  "iam:DeletionTaskId": ({ deletionTaskId }) => ({ DeletionTaskId: deletionTaskId }),
  "iam:Description": named({ Description: "What the role is for." }),
  "iam:CertificateBody": named({ CertificateBody: otherLeafPem }),
  "iam:CertificateId": ({ certificateId }) => ({ CertificateId: certificateId }),
  "iam:Encoding": named({ Encoding: "SSH" }),
  "iam:GroupName": named({ GroupName: "team" }),
  "iam:InstanceProfileName": named({ InstanceProfileName: "workers" }),
  "iam:JobId": ({ jobId }) => ({ JobId: jobId }),
  "iam:Name": named({ Name: "ledger" }),
  "iam:NewPassword": named({ NewPassword: "Another-Horse-8-Battery" }),
  "iam:ClientID": named({ ClientID: "ledger" }),
  "iam:OpenIDConnectProviderArn": named({ OpenIDConnectProviderArn: iamArn(`oidc-provider/${issuerHost}`) }),
  "iam:ThumbprintList": named({ "ThumbprintList.member.1": "990f4193972f2becf12ddeda5237f9c952f20d9e" }),
  "iam:Url": named({ Url: "https://other.example.com" }),
  "iam:OldPassword": named({ OldPassword: password }),
  "iam:PermissionsBoundary": named({ PermissionsBoundary: iamArn("policy/bounding") }),
  "iam:PolicyArn": named({ PolicyArn: iamArn("policy/reading") }),
  "iam:PolicyDocument": named({ PolicyDocument: document(everything) }),
  "iam:PolicyInputList": named({ "PolicyInputList.member.1": document(everything) }),
  "iam:PolicyName": named({ PolicyName: "notes" }),
  "iam:PolicySourceArn": named({ PolicySourceArn: iamArn("user/ana") }),
  "iam:PrivateKey": named({ PrivateKey: leafKeyPem }),
  "iam:RoleName": named({ RoleName: "worker" }),
  "iam:SAMLMetadataDocument": () => ({ SAMLMetadataDocument: sharedIdp().metadata() }),
  "iam:SAMLProviderArn": named({ SAMLProviderArn: iamArn("saml-provider/idp") }),
  "iam:SSHPublicKeyBody": named({ SSHPublicKeyBody: `ssh-rsa ${rsaPublicKey}` }),
  "iam:SSHPublicKeyId": ({ sshPublicKeyId }) => ({ SSHPublicKeyId: sshPublicKeyId }),
  "iam:SerialNumber": ({ mfaSerial }) => ({ SerialNumber: mfaSerial }),
  "iam:ServerCertificateName": named({ ServerCertificateName: "web" }),
  "iam:ServiceName": named({ ServiceName: "codecommit.amazonaws.com" }),
  "iam:ServiceNamespace": named({ ServiceNamespace: "iam" }),
  "iam:ServiceNamespaces": named({ "ServiceNamespaces.member.1": "ec2" }),
  "iam:ServiceSpecificCredentialId": ({ serviceCredentialId }) => ({
    ServiceSpecificCredentialId: serviceCredentialId,
  }),
  "iam:Status": named({ Status: "Inactive" }),
  "iam:TagKeys": named({ "TagKeys.member.1": "team" }),
  "iam:Tags": named({ "Tags.member.1.Key": "team", "Tags.member.1.Value": "red" }),
  "iam:UserName": named({ UserName: "ana" }),
  "iam:VersionId": named({ VersionId: "v2" }),
  "iam:VirtualMFADeviceName": named({ VirtualMFADeviceName: "ledger" }),

  "organizations:AccountId": ({ memberAccountId }) => ({ AccountId: memberAccountId }),
  "organizations:AccountName": named({ AccountName: "ledger" }),
  "organizations:ChildId": ({ memberAccountId }) => ({ ChildId: memberAccountId }),
  "organizations:ChildType": named({ ChildType: "ACCOUNT" }),
  "organizations:Content": named({ Content: harmlessScp }),
  "organizations:CreateAccountRequestId": ({ createAccountRequestId }) => ({
    CreateAccountRequestId: createAccountRequestId,
  }),
  "organizations:Description": named({ Description: "For the ledger." }),
  "organizations:DestinationParentId": ({ unitId }) => ({ DestinationParentId: unitId }),
  "organizations:Email": named({ Email: "ledger@example.com" }),
  "organizations:Filter": named({ Filter: "SERVICE_CONTROL_POLICY" }),
  "organizations:HandshakeId": ({ handshakeId }) => ({ HandshakeId: handshakeId }),
  "organizations:Name": named({ Name: "ledger" }),
  "organizations:OrganizationalUnitId": ({ unitId }) => ({ OrganizationalUnitId: unitId }),
  "organizations:ParentId": ({ rootId }) => ({ ParentId: rootId }),
  "organizations:PolicyId": ({ usedScpId }) => ({ PolicyId: usedScpId }),
  "organizations:PolicyType": named({ PolicyType: "DECLARATIVE_POLICY_EC2" }),
  "organizations:ResourceId": ({ unitId }) => ({ ResourceId: unitId }),
  "organizations:RootId": ({ rootId }) => ({ RootId: rootId }),
  "organizations:ServicePrincipal": named({ ServicePrincipal: "access-analyzer.amazonaws.com" }),
  "organizations:SourceParentId": ({ rootId }) => ({ SourceParentId: rootId }),
  "organizations:TagKeys": named({ TagKeys: ["team"] }),
  "organizations:Tags": named({ Tags: [{ Key: "team", Value: "red" }] }),
  "organizations:Target": named({ Target: { Type: "EMAIL", Id: "invited@example.com" } }),
  "organizations:TargetId": ({ rootId }) => ({ TargetId: rootId }),
  "organizations:Type": named({ Type: "SERVICE_CONTROL_POLICY" }),

  "ec2:AssociationId": ({ associationId }) => ({ AssociationId: associationId }),
  "ec2:Description": named({ GroupDescription: "For the ledger." }),
  "ec2:GroupId": ({ groupId }) => ({ GroupId: groupId }),
  "ec2:GroupName": named({ GroupName: "ledger" }),
  "ec2:IamInstanceProfile": named({ "IamInstanceProfile.Name": "others" }),
  "ec2:InstanceId": ({ instanceId }) => ({ InstanceId: instanceId }),
  "ec2:InstanceIds": ({ instanceId }) => ({ "InstanceId.1": instanceId }),
  "ec2:KeyName": named({ KeyName: "ledger" }),
  "ec2:MaxCount": named({ MaxCount: "1" }),
  "ec2:MinCount": named({ MinCount: "1" }),
  "ec2:NetworkInterfaceId": ({ interfaceId }) => ({ NetworkInterfaceId: interfaceId }),
  "ec2:PublicKeyMaterial": named({ PublicKeyMaterial: publicKey }),
  "ec2:Resources": ({ instanceId }) => ({ "ResourceId.1": instanceId }),
  "ec2:SecurityGroupRules": ({ ruleId }) => ({
    "SecurityGroupRule.1.SecurityGroupRuleId": ruleId,
    "SecurityGroupRule.1.SecurityGroupRule.IpProtocol": "tcp",
    "SecurityGroupRule.1.SecurityGroupRule.FromPort": "80",
    "SecurityGroupRule.1.SecurityGroupRule.ToPort": "80",
    "SecurityGroupRule.1.SecurityGroupRule.CidrIpv4": "198.51.100.0/24",
  }),
  "ec2:Tags": named({ "Tag.1.Key": "purpose", "Tag.1.Value": "ledger" }),

  "sts:AccessKeyId": ({ accessKeyId }) => ({ AccessKeyId: accessKeyId }),
  "sts:EncodedMessage": ({ encodedMessage }) => ({ EncodedMessage: encodedMessage }),
  "sts:Name": named({ Name: "ledger" }),
  "sts:PrincipalArn": named({ PrincipalArn: iamArn("saml-provider/idp") }),
  "sts:RoleArn": named({ RoleArn: iamArn("role/operator") }),
  "sts:RoleSessionName": named({ RoleSessionName: "ana" }),
  "sts:SAMLAssertion": () => ({ SAMLAssertion: responseFor(vouched, { issuedAt: testNow }) }),
  "sts:TargetPrincipal": ({ memberAccountId }) => ({ TargetPrincipal: memberAccountId }),
  "sts:TaskPolicyArn": named({
    "TaskPolicyArn.arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
  }),
  "iam:GlobalEndpointTokenVersion": named({ GlobalEndpointTokenVersion: "v2Token" }),
  "sts:WebIdentityToken": () => ({ WebIdentityToken: tokenOf() }),
};

/** What an operation wants beside or instead of the values above; an empty one takes a parameter away. */
const operations: Readonly<Record<string, Example>> = {
  ...connectionOperations,
  ...insightOperations,
  ...interfaceOperations,
  ...networkOperations,
  ...vpcOperations,
  "access-analyzer:CheckNoPublicAccess": named({
    policyDocument: trust,
    resourceType: "AWS::IAM::AssumeRolePolicyDocument",
  }),
  "access-analyzer:CreateAnalyzer": named({
    analyzerName: "ledger",
    type: "ORGANIZATION",
    tags: { team: "red" },
  }),
  "access-analyzer:CreateArchiveRule": named({ ruleName: "ledger" }),
  "access-analyzer:ListTagsForResource": ({ analyzerArn }) => ({ resourceArn: analyzerArn }),
  "access-analyzer:StartPolicyGeneration": named({
    cloudTrailDetails: {
      accessRole: iamArn("role/reader"),
      trails: [{ cloudTrailArn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/all", allRegions: true }],
      startTime: new Date(testNow - 86_400_000).toISOString(),
    },
  }),
  "access-analyzer:TagResource": ({ analyzerArn }) => ({ resourceArn: analyzerArn, tags: { team: "blue" } }),
  "access-analyzer:UntagResource": ({ analyzerArn }) => ({ resourceArn: analyzerArn, tagKeys: ["team"] }),
  "access-analyzer:UpdateAnalyzer": named({ analyzerName: "unused" }),
  "access-analyzer:UpdateFindings": ({ findingId }) => ({ ids: [findingId] }),
  "ec2:AuthorizeSecurityGroupEgress": named(https),
  "ec2:AuthorizeSecurityGroupIngress": ({ unusedGroupId }) => ({ GroupId: unusedGroupId, ...https }),
  "ec2:AssociateIamInstanceProfile": ({ stoppedInstanceId }) => ({ InstanceId: stoppedInstanceId }),
  "ec2:CreateKeyPair": named({ KeyType: "ed25519" }),
  "ec2:DeleteKeyPair": named({ KeyName: "key" }),
  "ec2:DeleteSecurityGroup": ({ unusedGroupId }) => ({ GroupId: unusedGroupId }),
  "ec2:DeleteTags": named({ "Tag.1.Key": "team" }),
  "ec2:DescribeIamInstanceProfileAssociations": ({ associationId }) => ({ "AssociationId.1": associationId }),
  "ec2:DescribeInstanceAttribute": named({ Attribute: "instanceType" }),
  "ec2:DescribeInstanceStatus": ({ instanceId }) => ({ "InstanceId.1": instanceId }),
  "ec2:DescribeInstances": ({ instanceId }) => ({ "InstanceId.1": instanceId }),
  "ec2:DescribeInternetGateways": ({ internetGatewayId }) => ({ "InternetGatewayId.1": internetGatewayId }),
  "ec2:DescribeKeyPairs": named({ "KeyName.1": "key" }),
  "ec2:DescribeNetworkAcls": ({ networkAclId }) => ({ "NetworkAclId.1": networkAclId }),
  "ec2:DescribeNetworkInterfaceAttribute": named({ Attribute: "description" }),
  "ec2:DescribeNetworkInterfaces": ({ interfaceId }) => ({ "NetworkInterfaceId.1": interfaceId }),
  "ec2:DescribeRouteTables": ({ routeTableId }) => ({ "RouteTableId.1": routeTableId }),
  "ec2:DescribeSecurityGroupReferences": ({ groupId }) => ({ "GroupId.1": groupId, GroupId: "" }),
  "ec2:DescribeSecurityGroupRules": ({ ruleId }) => ({ "SecurityGroupRuleId.1": ruleId }),
  "ec2:DescribeSecurityGroups": ({ groupId }) => ({ "GroupId.1": groupId }),
  "ec2:DescribeSubnets": ({ subnetId }) => ({ "SubnetId.1": subnetId }),
  "ec2:DescribeTags": ({ instanceId }) => ({
    "Filter.1.Name": "resource-id",
    "Filter.1.Value.1": instanceId,
  }),
  "ec2:DescribeVpcs": ({ vpcId }) => ({ "VpcId.1": vpcId }),
  "ec2:ImportKeyPair": named({ KeyName: "imported" }),
  "ec2:ModifyInstanceAttribute": named({ "DisableApiTermination.Value": "true" }),
  "ec2:ModifyInstanceMetadataDefaults": named({ HttpTokens: "required" }),
  "ec2:ModifyInstanceMetadataOptions": named({ HttpTokens: "required" }),
  "ec2:ModifyNetworkInterfaceAttribute": named({ "Description.Value": "For the ledger." }),
  "ec2:ResetInstanceAttribute": named({ Attribute: "sourceDestCheck" }),
  "ec2:RevokeSecurityGroupEgress": named({
    "IpPermissions.1.IpProtocol": "-1",
    "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0",
  }),
  "ec2:RevokeSecurityGroupIngress": ({ groupId }) => ({ GroupId: groupId, ...https }),
  "ec2:RunInstances": ({ imageId, groupId, subnetId }) => ({
    ImageId: imageId,
    InstanceType: "t3.micro",
    SubnetId: subnetId,
    "SecurityGroupId.1": groupId,
    KeyName: "key",
    "IamInstanceProfile.Name": "workers",
    "TagSpecification.1.ResourceType": "instance",
    "TagSpecification.1.Tag.1.Key": "purpose",
    "TagSpecification.1.Tag.1.Value": "ledger",
  }),
  "ec2:StartInstances": ({ stoppedInstanceId }) => ({ "InstanceId.1": stoppedInstanceId }),
  "ec2:UpdateSecurityGroupRuleDescriptionsEgress": ({ groupId }) => ({
    GroupId: groupId,
    "IpPermissions.1.IpProtocol": "-1",
    "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0",
    "IpPermissions.1.IpRanges.1.Description": "anywhere",
  }),
  "ec2:UpdateSecurityGroupRuleDescriptionsIngress": ({ groupId }) => ({
    GroupId: groupId,
    ...https,
    "IpPermissions.1.IpRanges.1.Description": "the web",
  }),

  "organizations:AcceptHandshake": ({ receivedHandshakeId }) => ({ HandshakeId: receivedHandshakeId }),
  "organizations:AttachPolicy": ({ unusedScpId }) => ({ PolicyId: unusedScpId }),
  "organizations:CreateAccount": named({ Tags: [{ Key: "team", Value: "red" }] }),
  "organizations:CreateOrganizationalUnit": named({ Tags: [{ Key: "team", Value: "red" }] }),
  "organizations:CreatePolicy": named({ Tags: [{ Key: "team", Value: "red" }] }),
  "organizations:DeclineHandshake": ({ receivedHandshakeId }) => ({ HandshakeId: receivedHandshakeId }),
  "organizations:DeleteOrganizationalUnit": ({ emptyUnitId }) => ({ OrganizationalUnitId: emptyUnitId }),
  "organizations:DeletePolicy": ({ unusedScpId }) => ({ PolicyId: unusedScpId }),
  "organizations:DeregisterDelegatedAdministrator": ({ delegateAccountId }) => ({
    AccountId: delegateAccountId,
  }),
  "organizations:DescribeEffectivePolicy": ({ memberAccountId }) => ({ TargetId: memberAccountId }),
  "organizations:EnablePolicyType": named({ PolicyType: "RESOURCE_CONTROL_POLICY" }),
  "organizations:InviteAccountToOrganization": named({ Tags: [{ Key: "team", Value: "red" }] }),
  "organizations:ListDelegatedServicesForAccount": ({ delegateAccountId }) => ({
    AccountId: delegateAccountId,
  }),
  "organizations:PutResourcePolicy": named({
    Content: harmlessResourcePolicy,
    Tags: [{ Key: "team", Value: "red" }],
  }),

  "iam:AddRoleToInstanceProfile": named({ InstanceProfileName: "empty" }),
  "iam:AddUserToGroup": named({ UserName: "leaver" }),
  "iam:AttachGroupPolicy": named({ PolicyArn: iamArn("policy/unused") }),
  "iam:AttachRolePolicy": named({ PolicyArn: iamArn("policy/unused") }),
  "iam:AttachUserPolicy": named({ PolicyArn: iamArn("policy/unused") }),
  "iam:CreateAccountAlias": named({ AccountAlias: "another" }),
  "iam:CreateAccessKey": named({ UserName: "ana" }),
  "iam:CreateGroup": named({ GroupName: "ledger" }),
  "iam:CreateInstanceProfile": named({ InstanceProfileName: "ledger" }),
  "iam:CreateLoginProfile": named({ UserName: "leaver", Password: password }),
  "iam:CreatePolicy": named({ PolicyName: "ledger" }),
  "iam:CreateOpenIDConnectProvider": named({
    "ThumbprintList.member.1": "990f4193972f2becf12ddeda5237f9c952f20d9e",
  }),
  "iam:CreateRole": named({ RoleName: "ledger" }),
  "iam:CreateUser": named({ UserName: "ledger" }),
  "iam:DeactivateMFADevice": named({ UserName: "ana" }),
  "iam:DeleteAccessKey": named({ UserName: "ana" }),
  "iam:DeleteGroup": named({ GroupName: "dissolving" }),
  "iam:DeleteInstanceProfile": named({ InstanceProfileName: "empty" }),
  "iam:DeleteLoginProfile": named({ UserName: "ana" }),
  "iam:DeletePolicy": named({ PolicyArn: iamArn("policy/unused") }),
  "iam:DeleteRole": named({ RoleName: "leaving" }),
  "iam:DeleteServiceLinkedRole": named({ RoleName: "AWSServiceRoleForAmazonSSM" }),
  "iam:DeleteServiceSpecificCredential": named({ UserName: "ana" }),
  "iam:DeleteSigningCertificate": named({ UserName: "ana" }),
  "iam:DeleteUser": named({ UserName: "leaver" }),
  "iam:DeleteVirtualMFADevice": ({ spareMfaSerial }) => ({ SerialNumber: spareMfaSerial }),
  "iam:EnableMFADevice": ({ spareMfaSerial, spareMfaCodes }) => ({
    SerialNumber: spareMfaSerial,
    AuthenticationCode1: spareMfaCodes[0],
    AuthenticationCode2: spareMfaCodes[1],
  }),
  "iam:GenerateOrganizationsAccessReport": ({ organizationPath }) => ({ EntityPath: organizationPath }),
  "iam:GetLoginProfile": named({ UserName: "ana" }),
  "iam:GetMFADevice": named({ UserName: "ana" }),
  "iam:GetOrganizationsAccessReport": ({ organizationJobId }) => ({ JobId: organizationJobId }),
  "iam:GetUser": named({ UserName: "ana" }),
  "iam:ListAccessKeys": named({ UserName: "ana" }),
  "iam:ListMFADevices": named({ UserName: "ana" }),
  "iam:ListServiceSpecificCredentials": named({ UserName: "ana" }),
  "iam:ListSigningCertificates": named({ UserName: "ana" }),
  "iam:ListSSHPublicKeys": named({ UserName: "ana" }),
  "iam:ResetServiceSpecificCredential": named({ UserName: "ana" }),
  "iam:ResyncMFADevice": ({ mfaCodes: [AuthenticationCode1, AuthenticationCode2] }) => ({
    AuthenticationCode1,
    AuthenticationCode2,
  }),
  "iam:UpdateAccessKey": named({ UserName: "ana" }),
  "iam:UpdateAssumeRolePolicy": named({ PolicyDocument: trust }),
  "iam:UpdateGroup": named({ NewPath: "/staff/" }),
  "iam:UpdateLoginProfile": named({ UserName: "ana", Password: "Another-Horse-8-Battery" }),
  "iam:UpdateSAMLProvider": () => ({ SAMLMetadataDocument: sharedIdp().metadata() }),
  "iam:UpdateServerCertificate": named({ NewPath: "/eng/" }),
  "iam:UpdateServiceSpecificCredential": named({ UserName: "ana" }),
  "iam:UpdateSigningCertificate": named({ UserName: "ana" }),
  "iam:UpdateUser": named({ NewPath: "/staff/" }),
  "iam:UploadServerCertificate": named({ ServerCertificateName: "ledger" }),
  "iam:UploadSigningCertificate": named({ UserName: "ana" }),
  "iam:UploadSSHPublicKey": named({ UserName: "leaver" }),
  "sts:AssumeRoleWithSAML": named({ RoleArn: iamArn("role/vouched") }),
  "sts:AssumeRoleWithWebIdentity": named({ RoleArn: iamArn("role/federated") }),
};

/** The parameter that proves the caller of an operation which needs no signature. */
const proofs: Readonly<Record<string, string>> = {
  "sts:AssumeRoleWithSAML": "SAMLAssertion",
  "sts:AssumeRoleWithWebIdentity": "WebIdentityToken",
};

/** An example whose proof is none. */
export function withoutProof(name: string, example: Parameters): Parameters {
  const proof = proofs[name];
  if (proof === undefined) throw new Error(`Say in testing/examples.ts what proves the caller of ${name}.`);
  return { ...example, [proof]: "spoiled" };
}

/** The parameters of an operation's example. @throws Error that says what to add to this module */
export function exampleOf(service: string, operation: string, fixtures: Fixtures): Parameters {
  const own = operations[`${service}:${operation}`]?.(fixtures);
  const required = requiredMembers(service, operation).map((name) => {
    const value = members[`${service}:${name}`];
    if (value !== undefined) return value(fixtures);
    if (own !== undefined) return {};
    throw new Error(
      `The ledgers have no example of ${service}:${operation}: give its parameter ${name} a value in ` +
        `request-path/testing/examples.ts, as "${service}:${name}" in \`members\` or ` +
        `with "${service}:${operation}" in \`operations\`.`,
    );
  });
  const all = Object.assign({}, ...required, own) as Record<string, string>;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

function requiredMembers(service: string, operation: string): string[] {
  const model = modelOf(service);
  const ref = model.inputOf(operation);
  const shape = typeof ref === "number" ? model.table.shapes[ref] : undefined;
  return shape?.[0] === "S" ? shape[2].slice(0, shape[3]).map(([name]) => name) : [];
}
