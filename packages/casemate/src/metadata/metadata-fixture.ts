/** One instance and a port that shows it, for the tests of the metadata service. */
import type {
  CredentialsFault,
  InstanceMetadata,
  InstanceMetadataOptions,
  MetadataInterface,
  MetadataPort,
  RoleCredentials,
  RoleDelivery,
  SignedIdentity,
} from "@casemate/cloud";

export const vpcId = "vpc-0a1b2c3d4e5f60718";
export const sourceIp = "10.0.1.10";
export const instanceId = "i-0123456789abcdef0";
export const nowMs = Date.UTC(2026, 0, 15, 12, 0, 0);

const groups = [
  { id: "sg-0aaa", name: "web" },
  { id: "sg-0bbb", name: "ssh access" },
];

const networkInterface: MetadataInterface = {
  mac: "02:0a:00:00:00:0b",
  deviceNumber: 0,
  interfaceId: "eni-0c0ffee0",
  ipv4Associations: [{ publicIpv4: "203.0.113.10", privateIpv4: sourceIp }],
  ipv6s: [],
  localHostname: "ip-10-0-1-10.ec2.internal",
  localIpv4s: [sourceIp, "10.0.1.11"],
  ownerId: "111122223333",
  publicHostname: "ec2-203-0-113-10.compute-1.amazonaws.com",
  publicIpv4s: ["203.0.113.10"],
  securityGroups: groups,
  subnetId: "subnet-01",
  subnetIpv4CidrBlock: "10.0.1.0/24",
  subnetIpv6CidrBlocks: [],
  vpcId,
  vpcIpv4CidrBlocks: ["10.0.0.0/16", "10.1.0.0/16"],
  vpcIpv6CidrBlocks: [],
};

const running: InstanceMetadata = {
  options: {
    httpEndpoint: "enabled",
    httpTokens: "optional",
    hopLimit: 1,
    instanceTags: "disabled",
    ipv6: "disabled",
  },
  callerInterfaceId: "eni-0c0ffee0",
  amiId: "ami-0abcdef1234567890",
  amiLaunchIndex: 0,
  amiManifestPath: "(unknown)",
  ancestorAmiIds: [],
  blockDeviceMapping: { root: "/dev/xvda", ami: "/dev/xvda" },
  hostname: "ip-10-0-1-10.ec2.internal",
  instanceAction: "none",
  instanceId,
  instanceLifeCycle: "on-demand",
  instanceType: "t3.micro",
  localHostname: "ip-10-0-1-10.ec2.internal",
  localIpv4: sourceIp,
  mac: "02:0a:00:00:00:0b",
  interfaces: [networkInterface],
  placement: { availabilityZone: "us-east-1a", availabilityZoneId: "use1-az1", region: "us-east-1" },
  productCodes: [],
  profile: "default-hvm",
  publicHostname: "ec2-203-0-113-10.compute-1.amazonaws.com",
  publicIpv4: "203.0.113.10",
  publicKeys: [{ name: "my-key", opensshKey: "ssh-ed25519 AAAA my-key" }],
  reservationId: "r-0fea54097abcdef01",
  securityGroups: groups,
  services: { domain: "amazonaws.com", partition: "aws" },
  tags: { Name: "web 1", "team:cost+centre@x": "blue" },
  userData: Buffer.from([0x23, 0x21, 0x00, 0xff]),
  identity: {
    accountId: "111122223333",
    architecture: "x86_64",
    availabilityZone: "us-east-1a",
    imageId: "ami-0abcdef1234567890",
    instanceId,
    instanceType: "t3.micro",
    pendingTimeMs: nowMs,
    privateIp: sourceIp,
    region: "us-east-1",
  },
  iam: {
    instanceProfileArn: "arn:aws:iam::111122223333:instance-profile/web",
    instanceProfileId: "AIPAEXAMPLE",
    roleName: "web-role",
    exists: true,
    lastUpdatedMs: nowMs,
  },
  lastModifiedMs: nowMs,
};

/** The instance, with some of its options or facts replaced. */
export function instance(
  options: Partial<InstanceMetadataOptions> = {},
  facts: Partial<InstanceMetadata> = {},
): InstanceMetadata {
  return { ...running, options: { ...running.options, ...options }, ...facts };
}

/** Credentials that say by which delivery they were had. */
export function credentials(delivery: RoleDelivery): RoleCredentials {
  return {
    code: "Success",
    type: "AWS-HMAC",
    accessKeyId: `ASIA${delivery.replace(".", "")}EXAMPLE`,
    secretAccessKey: "secret/+",
    token: "token==",
    lastUpdatedMs: nowMs,
    expirationMs: nowMs + 6 * 3_600_000,
  };
}

const identity: SignedIdentity = {
  document: '{\n  "accountId" : "111122223333"\n}',
  signature: "c2ln",
  pkcs7: "cGtjczc=",
  rsa2048: "cnNh",
};

/** A port that shows these instances, keyed by `vpc/source address`. */
export function portOf(
  instances: Readonly<Record<string, InstanceMetadata>>,
  outcome: (delivery: RoleDelivery) => RoleCredentials | CredentialsFault = credentials,
): MetadataPort {
  return {
    find: (vpc, source) => instances[`${vpc}/${source}`],
    credentials: (_id, delivery) => outcome(delivery),
    signedIdentity: () => identity,
  };
}
