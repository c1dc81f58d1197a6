/**
 * The names that a VPC's resolver knows: Casemate's own endpoints, the private and public names of network
 * interfaces and instances, and their reverse. Everything else does not exist.
 */
import type { Answer, DnsRecord, QuestionType, Resolution, Resolve } from "./handle-dns.ts";

/** What a VPC's resolver asks about its VPC. Addresses are IPv4 in plain decimal form. */
export interface VpcNames {
  readonly region: string;
  /** Where Casemate's endpoints are reached from inside the VPC. */
  readonly serviceAddress: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
  /** Whether an address lies in the VPC's own blocks, so that it has a private name. */
  isPrivateAddress(address: string): boolean;
  /** The private address in this VPC that a public address leads to. */
  privateAddressOf(publicAddress: string): string | undefined;
  /** The addresses of a name of VPC endpoints; `unknown` in their domain, undefined outside it. */
  endpointAddresses(name: string): readonly string[] | "unknown" | undefined;
  /** Whether an address is one of the cloud's public ones, in whichever VPC. */
  isPublicAddress(address: string): boolean;
  /** The primary addresses of an instance of this VPC whose resource name is answered for. */
  addressesOfInstance(
    instanceId: string,
  ): { readonly ipv4?: string | undefined; readonly ipv6?: string | undefined } | undefined;
}

/** How long answers may be kept. */
export const serviceTtlSeconds = 60;
export const addressTtlSeconds = 60;

const metadataAddress = "169.254.169.254";

/**
 * The resolver of a VPC; `names` is asked anew for each query.
 * Differs: a VPC's resolver passes no query on, so that names outside the cloud do not exist.
 * Differs: in a VPC without DNS support a query is refused at once; AWS leaves it unanswered.
 */
export function createVpcResolver(names: () => VpcNames): Resolve {
  return (name, type) => {
    const vpc = names();
    if (!vpc.enableDnsSupport) return "refused";
    return (
      internalName(vpc, name, type) ??
      publicName(vpc, name, type) ??
      reverseName(vpc, name, type) ??
      endpointName(vpc, name, type) ??
      serviceName(vpc, name, type) ??
      "nxdomain"
    );
  };
}

/** The domain of a region's private names. */
export function privateDomain(region: string): string {
  return region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
}

/** The domain of a region's public names. */
export function publicDomain(region: string): string {
  return region === "us-east-1" ? "compute-1.amazonaws.com" : `${region}.compute.amazonaws.com`;
}

/** The private name of an address. */
export function privateName(address: string, region: string): string {
  return `ip-${address.replaceAll(".", "-")}.${privateDomain(region)}`;
}

/** The public name of an address. */
export function publicNameOf(address: string, region: string): string {
  return `ec2-${address.replaceAll(".", "-")}.${publicDomain(region)}`;
}

function internalName(vpc: VpcNames, name: string, type: QuestionType): Resolution | undefined {
  const domain = privateDomain(vpc.region);
  if (name === domain) return "nodata";
  const host = labelBelow(name, domain);
  if (host === undefined) return undefined;
  if (host === "instance-data") return addresses(type, [{ type: "A", address: metadataAddress }]);
  const address = dashedAddress(host, "ip-");
  if (address !== undefined)
    return vpc.isPrivateAddress(address) ? addresses(type, [{ type: "A", address }]) : "nxdomain";
  const found = /^i-[0-9a-f]{8,17}$/.test(host) ? vpc.addressesOfInstance(host) : undefined;
  if (found === undefined) return "nxdomain";
  const records: DnsRecord[] = [];
  if (found.ipv4 !== undefined) records.push({ type: "A", address: found.ipv4 });
  if (found.ipv6 !== undefined) records.push({ type: "AAAA", address: found.ipv6 });
  return addresses(type, records);
}

function publicName(vpc: VpcNames, name: string, type: QuestionType): Resolution | undefined {
  if (name === "compute.amazonaws.com" || name === "compute-1.amazonaws.com") return "nodata";
  if (!/(?:^|\.)compute(?:-1)?\.amazonaws\.com$/.test(name)) return undefined;
  const host = labelBelow(name, publicDomain(vpc.region));
  const address = host === undefined ? undefined : dashedAddress(host, "ec2-");
  if (address === undefined) return "nxdomain";
  // Inside the VPC the name leads straight to the interface, so that security groups see the private address.
  const inside = vpc.enableDnsHostnames ? vpc.privateAddressOf(address) : undefined;
  if (inside !== undefined) return addresses(type, [{ type: "A", address: inside }]);
  return vpc.isPublicAddress(address) ? addresses(type, [{ type: "A", address }]) : "nxdomain";
}

function reverseName(vpc: VpcNames, name: string, type: QuestionType): Resolution | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (match === null) return undefined;
  const address = plainAddress(match.slice(1).toReversed());
  if (address === undefined) return "nxdomain";
  const target = vpc.isPrivateAddress(address)
    ? privateName(address, vpc.region)
    : vpc.isPublicAddress(address)
      ? publicNameOf(address, vpc.region)
      : undefined;
  if (target === undefined) return "nxdomain";
  if (type !== "PTR" && type !== "ANY") return "nodata";
  return { ttlSeconds: addressTtlSeconds, records: [{ type: "PTR", name: target }] };
}

function endpointName(vpc: VpcNames, name: string, type: QuestionType): Resolution | undefined {
  const found = vpc.endpointAddresses(name);
  if (found === undefined) return undefined;
  if (found === "unknown") return "nxdomain";
  return addresses(
    type,
    found.map((address) => ({ type: "A", address })),
    serviceTtlSeconds,
  );
}

function serviceName(vpc: VpcNames, name: string, type: QuestionType): Resolution | undefined {
  if (name === "amazonaws.com" || name === "api.aws") return "nodata";
  if (!name.endsWith(".amazonaws.com") && !name.endsWith(".api.aws")) return undefined;
  return addresses(type, [{ type: "A", address: vpc.serviceAddress }], serviceTtlSeconds);
}

function addresses(
  type: QuestionType,
  all: readonly DnsRecord[],
  ttlSeconds = addressTtlSeconds,
): Resolution {
  const records = all.filter((record) => type === "ANY" || record.type === type);
  const answer: Answer = { ttlSeconds, records };
  return records.length === 0 ? "nodata" : answer;
}

function labelBelow(name: string, domain: string): string | undefined {
  if (!name.endsWith(`.${domain}`)) return undefined;
  return name.slice(0, -domain.length - 1);
}

function dashedAddress(host: string, prefix: string): string | undefined {
  if (!host.startsWith(prefix)) return undefined;
  return plainAddress(host.slice(prefix.length).split("-"));
}

/** Four octets as an address; one with a leading zero is a second spelling of another, and none. */
function plainAddress(octets: readonly string[]): string | undefined {
  const plain = octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
  return plain && octets.length === 4 ? octets.join(".") : undefined;
}
