/**
 * From the rows of a VPC to the one network model that the filter, the reachability answer and every later
 * finding come from.
 */
import type { EniModel, NetworkAclModel, RulePeer, SecurityGroupModel, VpcModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { egressOnlyInternetGateways } from "../egress-only-internet-gateway/egress-only-internet-gateway.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { natGatewayModels } from "../nat-gateway/nat-gateway-model.ts";
import { networkAcls, type NetworkAclRow } from "../network-acl/network-acl.ts";
import type { NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { prefixListModels } from "../prefix-list/prefix-list-model.ts";
import { routeModel } from "../route-table/route-model.ts";
import { routeTables } from "../route-table/route-table.ts";
import { securityGroupRules, type SecurityGroupRuleRow } from "../security-group/security-group.ts";
import { groupsUsableIn } from "../security-group/vpc-association.ts";
import { subnets } from "../subnet/subnet.ts";
import { interfaceEndpointModels } from "../vpc-endpoint/endpoint-model.ts";
import { endpointServiceModels } from "../vpc-endpoint-service/service-model.ts";
import { peeringModels } from "../vpc-peering-connection/peering-model.ts";
import type { VpcRow } from "../vpc/vpc.ts";
import { publicAccessModel } from "../vpc-block-public-access/public-access-model.ts";
import { standingInterfaces } from "./standing-interfaces.ts";

/** How the metadata service answers on an interface; undefined where it does not belong to an instance. */
export type MetadataSetting = (tx: ReadTx, row: NetworkInterfaceRow) => EniModel["metadata"];

/** The model of a VPC. Only interfaces in use are in it: others have no machine to speak for. */
export function vpcModel(tx: ReadTx, vpc: VpcRow, metadataOf: MetadataSetting): VpcModel {
  const tables = tx.by(routeTables.collection, "vpc", vpc.id);
  const main = tables.find((table) => table.mainAssociationId !== undefined);
  const gateway = tx.by(internetGateways.collection, "vpc", vpc.id)[0];
  const rules = {
    routeTables: tables.map((table) => ({
      id: table.id,
      number: table.number,
      routes: table.routes.map((route) => routeModel(tx, table, route)),
    })),
    securityGroups: groupsUsableIn(tx, vpc.id).map(({ id }) =>
      groupModel(id, tx.by(securityGroupRules.collection, "group", id)),
    ),
  };
  return {
    vpcId: vpc.id,
    number: vpc.number,
    cidrs: vpc.cidrs.map(({ cidr }) => cidr),
    ipv6Cidrs: (vpc.ipv6Cidrs ?? []).map(({ cidr }) => cidr),
    dnsSupport: vpc.enableDnsSupport,
    subnets: tx.by(subnets.collection, "vpc", vpc.id).map((row) => ({
      id: row.id,
      number: row.number,
      cidr: row.cidr,
      ...(row.ipv6 === undefined ? {} : { ipv6Cidr: row.ipv6.cidr }),
      routeTableId: row.routeTableId ?? main?.id ?? "",
      networkAclId: row.networkAclId,
    })),
    ...rules,
    networkAcls: tx.by(networkAcls.collection, "vpc", vpc.id).map(aclModel),
    prefixLists: prefixListModels(tx, vpc.region, rules),
    enis: standingInterfaces(tx, vpc.id).map((row) => interfaceModel(row, metadataOf(tx, row))),
    ...(gateway === undefined
      ? {}
      : { internetGateway: { id: gateway.id, routeTableId: gateway.routeTableId } }),
    egressOnlyInternetGateways: tx
      .by(egressOnlyInternetGateways.collection, "vpc", vpc.id)
      .map(({ id }) => ({ id })),
    natGateways: natGatewayModels(tx, vpc.id),
    peerings: peeringModels(tx, vpc.id),
    publicAccess: publicAccessModel(tx, vpc),
    interfaceEndpoints: interfaceEndpointModels(tx, vpc.id),
    endpointServices: endpointServiceModels(tx, vpc.id),
  };
}

function aclModel({ id, entries }: NetworkAclRow): NetworkAclModel {
  return { id, entries };
}

function groupModel(id: string, rules: readonly SecurityGroupRuleRow[]): SecurityGroupModel {
  const side = (egress: boolean): SecurityGroupModel["ingress"] =>
    rules
      .filter((rule) => rule.egress === egress)
      .map((rule) => ({
        id: rule.id,
        protocol: rule.protocol,
        fromPort: rule.fromPort,
        toPort: rule.toPort,
        source: peerModel(rule),
      }));
  return { id, ingress: side(false), egress: side(true) };
}

function peerModel({ peer }: SecurityGroupRuleRow): RulePeer {
  switch (peer.kind) {
    case "ipv4":
    case "ipv6":
      return { cidr: peer.cidr };
    case "group":
      return { groupId: peer.groupId };
    case "prefix-list":
      return { prefixListId: peer.prefixListId };
  }
}

function interfaceModel(row: NetworkInterfaceRow, metadata: EniModel["metadata"]): EniModel {
  const publicIps = row.publicIps.map(({ privateIp, publicIp }) => ({ privateIp, publicIp }));
  const prefixes = [...(row.ipv4Prefixes ?? []), ...(row.ipv6Prefixes ?? [])];
  return {
    id: row.id,
    number: row.number,
    mac: row.mac,
    subnetId: row.subnetId,
    privateIps: row.privateIps,
    ...(row.ipv6s === undefined ? {} : { ipv6s: row.ipv6s }),
    ...(prefixes.length === 0 ? {} : { prefixes }),
    ...(publicIps.length === 0 ? {} : { publicIps }),
    securityGroupIds: row.securityGroupIds,
    sourceDestCheck: row.sourceDestCheck,
    ...(metadata === undefined ? {} : { metadata }),
  };
}
