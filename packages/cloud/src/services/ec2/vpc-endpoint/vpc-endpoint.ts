/**
 * VPC endpoints: the row, its states and its filters. Every one is an interface endpoint: it leads
 * from interfaces of its VPC to a service of this cloud or to an endpoint service of an account.
 */
import { resource, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { endpointMalformed, endpointNotFound } from "./faults.ts";

/** The states; `available` and gone are observed, never wished. */
export type EndpointState = "pendingAcceptance" | "pending" | "available" | "rejected" | "deleting";

/** What answers behind an endpoint. */
export type EndpointProvider =
  /** This cloud's own service, by the name that its requests are signed for. */
  | { readonly kind: "cloud"; readonly service: string }
  /** An endpoint service of an account. */
  | { readonly kind: "endpoint-service"; readonly serviceId: string; readonly connectionId: string };

/** An interface of an endpoint and the subnet that it stands in. */
export interface EndpointInterface {
  readonly subnetId: string;
  readonly networkInterfaceId: string;
}

/** A VPC endpoint. */
export interface VpcEndpointRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  readonly serviceName: string;
  readonly provider: EndpointProvider;
  readonly state: EndpointState;
  /** Makes its names ones that nobody guesses from its id. */
  readonly nameSuffix: string;
  readonly policyDocument: string;
  readonly interfaces: readonly EndpointInterface[];
  readonly securityGroupIds: readonly string[];
  readonly privateDnsEnabled: boolean;
  readonly createdAt: number;
}

export const vpcEndpoints = resource<VpcEndpointRow, "vpc" | "endpoint-service">({
  service: "ec2",
  type: "vpc-endpoint",
  prefix: "vpce",
  indexes: {
    vpc: (row) => row.vpcId,
    "endpoint-service": ({ provider }) =>
      provider.kind === "endpoint-service" ? provider.serviceId : undefined,
  },
  notFound: endpointNotFound,
  malformed: endpointMalformed,
  keys: (row) => ({
    "ec2:VpceServiceName": row.serviceName,
    "ec2:VpceServiceRegion": row.region,
  }),
});

/** Whether packets are to pass. */
export function leadsOn({ state }: Pick<VpcEndpointRow, "state">): boolean {
  return state === "pending" || state === "available";
}

/** The filters of DescribeVpcEndpoints. */
export const endpointFilters: FilterTable<VpcEndpointRow> = {
  "ip-address-type": () => "ipv4",
  "service-name": (row) => row.serviceName,
  "service-region": (row) => row.region,
  "vpc-endpoint-id": (row) => row.id,
  "vpc-endpoint-state": (row) => row.state,
  "vpc-endpoint-type": () => "Interface",
  "vpc-id": (row) => row.vpcId,
};
