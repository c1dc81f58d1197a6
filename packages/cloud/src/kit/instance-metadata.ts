/**
 * What the instance metadata service shows about one instance, and the port through which it asks.
 * The EC2 service implements the port; the metadata server only renders. Types only: nothing here
 * decides who may see what, because the caller is identified by its VPC socket and source address.
 */

/** The instance's MetadataOptions, in the API's own words. */
export interface InstanceMetadataOptions {
  readonly httpEndpoint: "enabled" | "disabled";
  readonly httpTokens: "optional" | "required";
  /** 1 to 64; enforced by the IP TTL of the reply to a token request, not by the server. */
  readonly hopLimit: number;
  readonly instanceTags: "enabled" | "disabled";
  readonly ipv6: "enabled" | "disabled";
}

/** A security group as metadata lists it. */
export interface MetadataSecurityGroup {
  readonly id: string;
  readonly name: string;
}

/** A public IPv4 address and the private address that it is associated with. */
export interface MetadataIpv4Association {
  readonly publicIpv4: string;
  readonly privateIpv4: string;
}

/** One network interface as `network/interfaces/macs/<mac>/` shows it. */
export interface MetadataInterface {
  readonly mac: string;
  readonly deviceNumber: number;
  readonly interfaceId: string;
  readonly ipv4Associations: readonly MetadataIpv4Association[];
  readonly ipv6s: readonly string[];
  /** Delegated prefixes of either family. */
  readonly ipv4Prefixes?: readonly string[] | undefined;
  readonly ipv6Prefixes?: readonly string[] | undefined;
  readonly localHostname: string;
  readonly localIpv4s: readonly string[];
  readonly ownerId: string;
  readonly publicHostname?: string | undefined;
  readonly publicIpv4s: readonly string[];
  readonly securityGroups: readonly MetadataSecurityGroup[];
  readonly subnetId: string;
  readonly subnetIpv4CidrBlock: string;
  readonly subnetIpv6CidrBlocks: readonly string[];
  readonly vpcId: string;
  /** The primary block first. */
  readonly vpcIpv4CidrBlocks: readonly string[];
  readonly vpcIpv6CidrBlocks: readonly string[];
}

/** Where the instance is placed. */
export interface MetadataPlacement {
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly region: string;
  readonly groupName?: string | undefined;
  readonly hostId?: string | undefined;
  readonly partitionNumber?: number | undefined;
}

/** One entry of `public-keys/`: the key pair's name and its line in authorized_keys form. */
export interface MetadataPublicKey {
  readonly name: string;
  readonly opensshKey: string;
}

/** The associated instance profile; `roleName` is absent when the profile holds no role. */
export interface MetadataInstanceProfile {
  readonly instanceProfileArn: string;
  readonly instanceProfileId: string;
  readonly roleName?: string | undefined;
  /** False once the profile was deleted while the instance kept its association. */
  readonly exists: boolean;
  readonly lastUpdatedMs: number;
}

/** The fields of the instance identity document; the port's `signedIdentity` is rendered from the same. */
export interface InstanceIdentity {
  readonly accountId: string;
  readonly architecture: "x86_64" | "arm64" | "i386";
  readonly availabilityZone: string;
  readonly imageId: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly kernelId?: string | undefined;
  /** When the instance last entered `pending`, in epoch milliseconds. */
  readonly pendingTimeMs: number;
  readonly privateIp: string;
  readonly ramdiskId?: string | undefined;
  readonly region: string;
}

/** Everything that the metadata service shows about one instance. */
export interface InstanceMetadata {
  readonly options: InstanceMetadataOptions;
  /** The network interface that the asking source address belongs to: session tokens are bound to it. */
  readonly callerInterfaceId: string;
  readonly amiId: string;
  readonly amiLaunchIndex: number;
  readonly amiManifestPath: string;
  readonly ancestorAmiIds: readonly string[];
  /** Virtual name (`ami`, `root`, `ebs1`, `ephemeral0`, `swap`) to device name. */
  readonly blockDeviceMapping: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly instanceAction: "none" | "shutdown" | "bundle-pending";
  readonly instanceId: string;
  readonly instanceLifeCycle: "on-demand" | "spot" | "scheduled" | "capacity-block";
  readonly instanceType: string;
  readonly kernelId?: string | undefined;
  readonly ramdiskId?: string | undefined;
  readonly localHostname: string;
  readonly localIpv4: string;
  readonly mac: string;
  readonly interfaces: readonly MetadataInterface[];
  readonly placement: MetadataPlacement;
  readonly productCodes: readonly string[];
  readonly profile: "default-hvm" | "default-paravirtual";
  readonly publicHostname?: string | undefined;
  readonly publicIpv4?: string | undefined;
  readonly publicKeys: readonly MetadataPublicKey[];
  readonly reservationId: string;
  readonly securityGroups: readonly MetadataSecurityGroup[];
  readonly services: { readonly domain: string; readonly partition: string };
  /** Shown only when `options.instanceTags` is `enabled`. */
  readonly tags: Readonly<Record<string, string>>;
  /** The bytes given as UserData, already base64-decoded. */
  readonly userData?: Uint8Array | undefined;
  readonly identity: InstanceIdentity;
  readonly iam?: MetadataInstanceProfile | undefined;
  /** What `Last-Modified` says: when one of these facts last changed, in epoch milliseconds. */
  readonly lastModifiedMs: number;
}

/** A session of the instance's role, as `iam/security-credentials/<role>` shows it. */
export interface RoleCredentials {
  readonly code: "Success";
  readonly type: "AWS-HMAC";
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
  readonly lastUpdatedMs: number;
  readonly expirationMs: number;
}

/**
 * Why there are no credentials: no profile is associated (or it holds no role), the role is gone, or its
 * trust policy does not let EC2 assume it.
 */
export type CredentialsFault = "no-profile" | "role-gone" | "not-assumable";

/** How a role session reached the instance: by a plain request or by a token session (`ec2:RoleDelivery`). */
export type RoleDelivery = "1.0" | "2.0";

/** The instance identity document and its signatures; each signature is base64 text in lines. */
export interface SignedIdentity {
  readonly document: string;
  readonly signature: string;
  readonly pkcs7: string;
  readonly rsa2048: string;
}

/**
 * What the metadata server asks. A throw or a rejection of `credentials` or `signedIdentity` means "not
 * to be had at the moment" and becomes a 503; it never shows its cause to the instance.
 */
export interface MetadataPort {
  /** The instance that owns this source address in this VPC, or undefined: the caller then gets nothing. */
  find(vpcId: string, sourceIp: string): InstanceMetadata | undefined;
  credentials(
    instanceId: string,
    delivery: RoleDelivery,
  ): RoleCredentials | CredentialsFault | Promise<RoleCredentials | CredentialsFault>;
  signedIdentity(instanceId: string): SignedIdentity | Promise<SignedIdentity>;
}
