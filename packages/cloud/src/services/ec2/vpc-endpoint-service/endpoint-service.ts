/**
 * Endpoint services of accounts (PrivateLink): the row, its filters and its view. What consumers send comes
 * out of the service's own interface, so that nobody behind it sees where they are.
 */
import type { ServiceConfiguration } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { zonesOf } from "../zone/zones.ts";
import { serviceMalformed, serviceNotFound } from "./faults.ts";
import { targetArn, type ServiceTarget } from "./service-target.ts";

/** A principal that may make endpoints for a service, and the permission's id. */
export interface AllowedPrincipalRow {
  readonly principal: string;
  readonly permissionId: string;
}

/** An endpoint service. */
export interface EndpointServiceRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  /** The interface that it is provided from, in the subnet of its first target. */
  readonly networkInterfaceId: string;
  readonly acceptanceRequired: boolean;
  readonly targets: readonly ServiceTarget[];
  readonly allowed: readonly AllowedPrincipalRow[];
  readonly createdAt: number;
}

export const endpointServices = resource<EndpointServiceRow, "vpc" | "region">({
  service: "ec2",
  type: "vpc-endpoint-service",
  prefix: "vpce-svc",
  indexes: { vpc: (row) => row.vpcId, region: (row) => row.region },
  notFound: serviceNotFound,
  malformed: serviceMalformed,
});

/** The name that consumers ask for. */
export function serviceNameOf({ region, id }: Pick<EndpointServiceRow, "region" | "id">): string {
  return `com.amazonaws.vpce.${region}.${id}`;
}

/** The filters of DescribeVpcEndpointServiceConfigurations. */
export const serviceFilters: FilterTable<EndpointServiceRow> = {
  "service-id": (row) => row.id,
  "service-name": serviceNameOf,
  "service-state": () => "Available",
  "supported-ip-address-types": () => "ipv4",
};

/** The service as its owner is shown it. */
export function serviceView(row: EndpointServiceRow): ServiceConfiguration {
  const zones = zonesOf(row.region);
  return {
    ServiceType: [{ ServiceType: "Interface" }],
    ServiceId: row.id,
    ServiceName: serviceNameOf(row),
    ServiceState: "Available",
    AvailabilityZones: zones.map(({ name }) => name),
    AvailabilityZoneIds: zones.map(({ id }) => id),
    AcceptanceRequired: row.acceptanceRequired,
    ManagesVpcEndpoints: false,
    NetworkLoadBalancerArns: row.targets.map((target) => targetArn(row, target)),
    GatewayLoadBalancerArns: [],
    SupportedIpAddressTypes: ["ipv4"],
    BaseEndpointDnsNames: [`${row.id}.${row.region}.vpce.amazonaws.com`],
    RemoteAccessEnabled: false,
    Tags: tagsView(row.tags),
  };
}
