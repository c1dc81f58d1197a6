/** Searches the boxes: does a combination of groups, or a network ACL, let a packet through? */
import type { AclFilter, Combination, CompiledAcl, GroupFilter } from "./compiled-network.ts";
import type { Datagram } from "./packet.ts";
import { planeHolds, spansHold } from "./plane.ts";

/**
 * Whether inbound rules admit a packet; `peer` is the combination of a sender that is a member for certain.
 */
export function groupsAdmit(combination: Combination, datagram: Datagram, peer: string | undefined): boolean {
  return filterHolds(combination.ingress[datagram.family], datagram, { address: datagram.source, peer });
}

/**
 * Whether outbound rules release a packet; `peer` is the combination of the interface with the destination.
 */
export function groupsRelease(
  combination: Combination,
  datagram: Datagram,
  peer: string | undefined,
): boolean {
  return filterHolds(combination.egress[datagram.family], datagram, { address: datagram.destination, peer });
}

function filterHolds(
  filter: GroupFilter,
  { kind, value }: Datagram,
  { address, peer }: { readonly address: number | bigint; readonly peer: string | undefined },
): boolean {
  if ((kind === "tcp" || kind === "udp") && spansHold(filter.open[kind], value)) return true;
  if (planeHolds(filter.region[kind], value, address)) return true;
  if (peer === undefined) return false;
  const member = filter.members.find(({ combination }) => combination === peer);
  return member !== undefined && spansHold(member.spans[kind], value);
}

/** Whether a network ACL lets a packet leave its subnet. */
export function aclReleases(acl: CompiledAcl, datagram: Datagram): boolean {
  return aclHolds(acl.egress[datagram.family], datagram, datagram.destination);
}

/** Whether a network ACL lets a packet enter its subnet. */
export function aclAdmits(acl: CompiledAcl, datagram: Datagram): boolean {
  return aclHolds(acl.ingress[datagram.family], datagram, datagram.source);
}

function aclHolds(filter: AclFilter, { kind, value }: Datagram, address: number | bigint): boolean {
  return filter.everything || planeHolds(filter.region[kind], value, address);
}
