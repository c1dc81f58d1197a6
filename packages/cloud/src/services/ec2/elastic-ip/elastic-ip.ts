/**
 * Elastic IPs: public addresses that an account keeps until it releases them. Which private address one
 * stands for is told by the network interface alone.
 */
import type { ReadTx } from "@casemate/store";
import type { Address } from "@casemate/wire/ec2";
import { resource, tagsView, type Call, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import {
  networkInterfaces,
  type NetworkInterfaceRow,
  type PublicIpRow,
} from "../network-interface/network-interface.ts";
import { addressNotFound, allocationNotFound } from "./faults.ts";

/** An elastic IP. */
export interface ElasticIpRow extends OwnedRow {
  readonly id: string;
  readonly publicIp: string;
  readonly allocatedAt: number;
}

/** The pool that every address is from, as the API names it. */
export const amazonPool = "amazon";

export const elasticIps = resource<ElasticIpRow, "public-ip">({
  service: "ec2",
  type: "elastic-ip",
  prefix: "eipalloc",
  indexes: { "public-ip": (row) => row.publicIp },
  notFound: allocationNotFound,
  malformed: allocationNotFound,
  keys: (row) => ({
    "ec2:AllocationId": row.id,
    "ec2:Domain": "vpc",
    "ec2:PublicIpAddress": row.publicIp,
  }),
});

/** Where an elastic IP is in use. */
export interface ElasticIpUse {
  readonly eni: NetworkInterfaceRow;
  readonly mapping: PublicIpRow & { readonly elastic: NonNullable<PublicIpRow["elastic"]> };
}

/** The interface that an elastic IP is associated with, or undefined. */
export function useOf(tx: ReadTx, { publicIp }: Pick<ElasticIpRow, "publicIp">): ElasticIpUse | undefined {
  const [eni] = tx.by(networkInterfaces.collection, "public-address", publicIp);
  const mapping = eni?.publicIps.find((each) => each.publicIp === publicIp);
  if (eni === undefined || mapping?.elastic === undefined) return undefined;
  return { eni, mapping: { ...mapping, elastic: mapping.elastic } };
}

/** The caller's elastic IP with this public address, or undefined. */
export function findByPublicIp(tx: ReadTx, call: Call, publicIp: string): ElasticIpRow | undefined {
  return elasticIps.by(tx, call, { index: "public-ip", value: publicIp })[0];
}

/** The caller's elastic IP with this public address. @throws addressNotFound */
export function fetchByPublicIp(tx: ReadTx, call: Call, publicIp: string): ElasticIpRow {
  const row = findByPublicIp(tx, call, publicIp);
  if (row === undefined) throw addressNotFound(publicIp);
  return row;
}

/** The filters of DescribeAddresses. */
export const elasticIpFilters: FilterTable<ElasticIpRow> = {
  "allocation-id": (row) => row.id,
  "association-id": (row, tx) => useOf(tx, row)?.mapping.elastic.associationId,
  domain: () => "vpc",
  "instance-id": (row, tx) => useOf(tx, row)?.eni.attachment?.instanceId,
  "network-border-group": (row) => row.region,
  "network-interface-id": (row, tx) => useOf(tx, row)?.eni.id,
  "network-interface-owner-id": (row, tx) => useOf(tx, row)?.eni.accountId,
  "private-ip-address": (row, tx) => useOf(tx, row)?.mapping.privateIp,
  "public-ip": (row) => row.publicIp,
};

/** The elastic IP as the API shows it. */
export function elasticIpView(row: ElasticIpRow, tx: ReadTx): Address {
  const use = useOf(tx, row);
  return {
    AllocationId: row.id,
    PublicIp: row.publicIp,
    PublicIpv4Pool: amazonPool,
    NetworkBorderGroup: row.region,
    Domain: "vpc",
    ...(use === undefined
      ? {}
      : {
          AssociationId: use.mapping.elastic.associationId,
          NetworkInterfaceId: use.eni.id,
          NetworkInterfaceOwnerId: use.eni.accountId,
          PrivateIpAddress: use.mapping.privateIp,
          SubnetId: use.eni.subnetId,
          InstanceId: use.eni.attachment?.instanceId,
        }),
    Tags: tagsView(row.tags),
  };
}
