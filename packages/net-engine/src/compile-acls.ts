/** Compiles network ACLs: first match by ascending number, then deny, flattened to the allowed boxes. */
import { covers, everywhere, type Family } from "./address.ts";
import { paintRegion } from "./compile-groups.ts";
import type { AclFilter, CompiledAcl, Region } from "./compiled-network.ts";
import type { NetworkAclEntry, NetworkAclModel } from "./model.ts";
import { parseModelCidr } from "./model-checks.ts";
import type { Brush, Plane } from "./plane.ts";
import { otherProtocols, spansOf, type ProtocolKind } from "./protocol.ts";

/** Compiles one network ACL. */
export function compileAcl(acl: NetworkAclModel): CompiledAcl {
  const ordered = acl.entries.toSorted((a, b) => a.ruleNumber - b.ruleNumber);
  const side = (egress: boolean): CompiledAcl["ingress"] => {
    const entries = ordered.filter((entry) => entry.egress === egress);
    return { 4: compileFilter(entries, 4), 6: compileFilter(entries, 6) };
  };
  return { id: acl.id, ingress: side(false), egress: side(true) };
}

function compileFilter(entries: readonly NetworkAclEntry[], family: Family): AclFilter {
  const brushes: Record<ProtocolKind, Brush[]> = { tcp: [], udp: [], icmp: [], other: [] };
  for (const entry of entries) {
    const range = parseModelCidr(entry.cidr, `entry ${entry.ruleNumber}`);
    if (range.family !== family) continue;
    for (const { kind, span } of spansOf(family, entry)) {
      brushes[kind].push({ span, range, allow: entry.action === "allow" });
    }
  }
  const region = paintRegion(brushes);
  return { region, everything: isEverything(region, family) };
}

function isEverything(region: Region, family: Family): boolean {
  const whole = (plane: Plane): boolean =>
    plane.every(({ ranges }) => ranges[0] !== undefined && covers(ranges[0], everywhere[family]));
  const ports = [region.tcp, region.udp, region.icmp].every(
    (plane) => plane.length === 1 && plane[0]?.low === 0 && plane[0].high === 65_535 && whole(plane),
  );
  const other = region.other.reduce((sum, slab) => sum + slab.high - slab.low + 1, 0);
  const wanted = otherProtocols(family).reduce((sum, span) => sum + span.high - span.low + 1, 0);
  return ports && other === wanted && whole(region.other);
}
