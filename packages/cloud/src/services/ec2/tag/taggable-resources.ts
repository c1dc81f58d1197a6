/** The registry of resources that tags can be put on, and how an id is traced to its resource. */
import { fault, type AnyResource } from "../../../kit/index.ts";
import { dhcpOptions } from "../dhcp-options/dhcp-options.ts";
import { egressOnlyInternetGateways } from "../egress-only-internet-gateway/egress-only-internet-gateway.ts";
import { elasticIps } from "../elastic-ip/elastic-ip.ts";
import { instances } from "../instance/instance.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { keyPairs } from "../key-pair/key-pair.ts";
import { natGateways } from "../nat-gateway/nat-gateway.ts";
import { launchTemplates } from "../launch-template/launch-template.ts";
import { networkAcls } from "../network-acl/network-acl.ts";
import { accessScopes } from "../network-insights-access-scope/access-scope.ts";
import { scopeAnalyses } from "../network-insights-access-scope-analysis/scope-analysis.ts";
import { insightsAnalyses } from "../network-insights-analysis/insights-analysis.ts";
import { insightsPaths } from "../network-insights-path/insights-path.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { routeTables } from "../route-table/route-table.ts";
import { securityGroupRules, securityGroups } from "../security-group/security-group.ts";
import { prefixLists } from "../prefix-list/prefix-list.ts";
import { reservations } from "../subnet/reservation.ts";
import { subnets } from "../subnet/subnet.ts";
import { volumes } from "../volume/volume.ts";
import { endpointServices } from "../vpc-endpoint-service/endpoint-service.ts";
import { vpcEndpoints } from "../vpc-endpoint/vpc-endpoint.ts";
import { vpcPeeringConnections } from "../vpc-peering-connection/vpc-peering-connection.ts";
import { vpcs } from "../vpc/vpc.ts";
import { publicAccessExclusions } from "../vpc-block-public-access/exclusion.ts";

export const idNotTaggable = fault({
  code: "InvalidID",
  message: (id: string) => `The ID '${id}' is not valid`,
});
export const imageNotTaggable = fault({
  code: "UnsupportedOperation",
  message: (id: string) => `The image '${id}' is provided by Casemate and cannot be tagged.`,
});

/** Every resource that has tags. */
export const taggableResources: readonly AnyResource[] = [
  dhcpOptions,
  egressOnlyInternetGateways,
  elasticIps,
  instances,
  internetGateways,
  keyPairs,
  launchTemplates,
  natGateways,
  networkAcls,
  accessScopes,
  scopeAnalyses,
  insightsAnalyses,
  insightsPaths,
  networkInterfaces,
  prefixLists,
  routeTables,
  securityGroups,
  securityGroupRules,
  reservations,
  subnets,
  volumes,
  endpointServices,
  vpcEndpoints,
  vpcPeeringConnections,
  vpcs,
  publicAccessExclusions,
];

const byPrefix: ReadonlyMap<string, AnyResource> = new Map(
  taggableResources.map((resource) => [resource.prefix, resource]),
);

/** The resource that an id belongs to by its prefix, or undefined. */
export function findTaggable(id: string): AnyResource | undefined {
  return byPrefix.get(id.slice(0, id.lastIndexOf("-")));
}

/** The resource that an id belongs to by its prefix. @throws idNotTaggable, imageNotTaggable */
export function taggableOf(id: string): AnyResource {
  const resource = findTaggable(id);
  if (resource !== undefined) return resource;
  throw id.startsWith("ami-") ? imageNotTaggable(id) : idNotTaggable(id);
}
