/**
 * The names of endpoints: each one's own, one for each zone that it stands in, and the names of its service
 * where private DNS is on. All lead to the addresses of its interfaces.
 */
import type { ReadTx } from "@casemate/store";
import type { DnsEntry } from "@casemate/wire/ec2";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { vpcs } from "../vpc/vpc.ts";
import { nameHash } from "./name-hash.ts";
import { findOffered } from "./offered-services.ts";
import { vpcEndpoints, type VpcEndpointRow } from "./vpc-endpoint.ts";

/** What every endpoint's own name ends with. */
export const endpointDomain = "vpce.amazonaws.com";

/** What the names of the endpoints of a service end with. */
export function baseNameOf({ region, serviceName, provider }: VpcEndpointRow): string {
  if (provider.kind === "endpoint-service") return `${provider.serviceId}.${region}.${endpointDomain}`;
  return findOffered(region, serviceName)?.baseName ?? endpointDomain;
}

/** The names of an endpoint's service that lead to it. */
export function privateNamesOf(row: Pick<VpcEndpointRow, "region" | "serviceName">): readonly string[] {
  return findOffered(row.region, row.serviceName)?.privateNames ?? [];
}

function standing(row: VpcEndpointRow, tx: ReadTx): readonly NetworkInterfaceRow[] {
  return row.interfaces.flatMap(
    ({ networkInterfaceId }) => tx.get(networkInterfaces.collection, networkInterfaceId) ?? [],
  );
}

/** The names of an endpoint, as the API lists them. */
export function dnsEntries(row: VpcEndpointRow, tx: ReadTx): readonly DnsEntry[] {
  const base = baseNameOf(row);
  const zones = standing(row, tx).map(({ zone }) => zone);
  const own = ["", ...zones.map((zone) => `-${zone}`)].map(
    (end) => `${row.id}-${row.nameSuffix}${end}.${base}`,
  );
  const names = row.privateDnsEnabled ? [...own, ...privateNamesOf(row)] : own;
  return names.map((DnsName) => ({ DnsName, HostedZoneId: zoneIdOf(DnsName, row) }));
}

/** Zones of names have ids that mean nothing here; the same zone always has the same one. */
function zoneIdOf(name: string, row: VpcEndpointRow): string {
  const zone = name.endsWith(endpointDomain) ? `${row.region}.${endpointDomain}` : `${row.vpcId}/${name}`;
  return `Z${nameHash(zone).toString(36).toUpperCase().padStart(13, "0")}`;
}

/** The addresses that an endpoint's own name has, in whichever VPC it is asked; undefined for any other. */
function ownName(tx: ReadTx, name: string): readonly string[] | undefined {
  const id = /^(vpce-[0-9a-f]{17})-/.exec(name)?.[1];
  const row = id === undefined ? undefined : tx.get(vpcEndpoints.collection, id);
  if (row?.state !== "available") return undefined;
  const base = `${row.id}-${row.nameSuffix}`;
  const [label = ""] = name.split(".", 1);
  if (name !== `${label}.${baseNameOf(row)}`) return undefined;
  const interfaces = standing(row, tx);
  const meant = label === base ? interfaces : interfaces.filter(({ zone }) => label === `${base}-${zone}`);
  return label === base || meant.length > 0 ? addresses(meant) : undefined;
}

function addresses(interfaces: readonly NetworkInterfaceRow[]): readonly string[] {
  return interfaces.flatMap(({ privateIps }) => privateIps.slice(0, 1));
}

/** The addresses that a service's name has in a VPC by private DNS; undefined where there is none. */
function privateName(tx: ReadTx, vpcId: string, name: string): readonly string[] | undefined {
  const vpc = tx.get(vpcs.collection, vpcId);
  if (vpc === undefined || !vpc.enableDnsSupport || !vpc.enableDnsHostnames) return undefined;
  const row = tx
    .by(vpcEndpoints.collection, "vpc", vpcId)
    .find(
      (each) => each.privateDnsEnabled && each.state === "available" && privateNamesOf(each).includes(name),
    );
  return row && addresses(standing(row, tx));
}

/**
 * The addresses of a lower-case name that belongs to an endpoint, `unknown` where it is in the endpoints'
 * domain without being one of theirs, undefined where it is none of theirs at all.
 */
export function endpointAddresses(
  tx: ReadTx,
  vpcId: string,
  name: string,
): readonly string[] | "unknown" | undefined {
  if (name === endpointDomain) return [];
  if (name.endsWith(`.${endpointDomain}`)) return ownName(tx, name) ?? "unknown";
  return privateName(tx, vpcId, name);
}
