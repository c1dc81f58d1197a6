/** Egress-only internet gateways: the row, its faults and its view. */
import type { EgressOnlyInternetGateway } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";

/** An egress-only internet gateway; it belongs to its VPC for as long as it is. */
export interface EgressOnlyInternetGatewayRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
}

/** Egress-only internet gateways that an account may have in a region. */
export const egressOnlyInternetGatewaysPerRegionMax = 5;

export const gatewayNotFound = fault({
  code: "InvalidGatewayID.NotFound",
  message: (id: string) => `The gateway ID '${id}' does not exist`,
});
export const egressOnlyInternetGatewaysExceeded = fault({
  code: "EgressOnlyInternetGatewayLimitExceeded",
  message: () => "The maximum number of egress-only internet gateways has been reached.",
});
export const egressOnlyInternetGatewayTaken = fault({
  code: "InvalidParameterValue",
  message: (vpcId: string) => `Network ${vpcId} already has an egress-only internet gateway attached`,
});

export const egressOnlyInternetGatewayFaults = [
  gatewayNotFound,
  egressOnlyInternetGatewaysExceeded,
  egressOnlyInternetGatewayTaken,
];

export const egressOnlyInternetGateways = resource<EgressOnlyInternetGatewayRow, "vpc">({
  service: "ec2",
  type: "egress-only-internet-gateway",
  prefix: "eigw",
  indexes: { vpc: (row) => row.vpcId },
  notFound: gatewayNotFound,
  malformed: gatewayNotFound,
});

/** The filters of DescribeEgressOnlyInternetGateways: those of tags alone. */
export const egressOnlyInternetGatewayFilters: FilterTable<EgressOnlyInternetGatewayRow> = {};

/** The gateway as the API shows it. */
export function egressOnlyInternetGatewayView(row: EgressOnlyInternetGatewayRow): EgressOnlyInternetGateway {
  return {
    EgressOnlyInternetGatewayId: row.id,
    Attachments: [{ VpcId: row.vpcId, State: "attached" }],
    Tags: tagsView(row.tags),
  };
}
