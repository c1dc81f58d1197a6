/** Internet gateways: the row and its faults. */
import type { InternetGateway } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** An internet gateway. */
export interface InternetGatewayRow extends OwnedRow {
  readonly id: string;
  /** The VPC it is attached to, when it is. */
  readonly vpcId?: string | undefined;
  /** The route table of what comes in by it. */
  readonly routeTableId?: string | undefined;
  readonly routeTableAssociationId?: string | undefined;
}

export const internetGatewayNotFound = fault({
  code: "InvalidInternetGatewayID.NotFound",
  message: (id: string) => `The internetGateway ID '${id}' does not exist`,
});
export const internetGatewayMalformed = malformedId("InvalidInternetGatewayId.Malformed", "igw");

export const internetGateways = resource<
  InternetGatewayRow,
  "vpc" | "route-table" | "route-table-association"
>({
  service: "ec2",
  type: "internet-gateway",
  prefix: "igw",
  indexes: {
    vpc: (row) => row.vpcId,
    "route-table": (row) => row.routeTableId,
    "route-table-association": (row) => row.routeTableAssociationId,
  },
  notFound: internetGatewayNotFound,
  malformed: internetGatewayMalformed,
  keys: (row) => ({ "ec2:InternetGatewayID": row.id }),
});

/** An attached gateway is `available`, a word of its own among attachment states. */
const attachedState = "available";

/** The filters of DescribeInternetGateways. */
export const internetGatewayFilters: FilterTable<InternetGatewayRow> = {
  "attachment.state": (row) => (row.vpcId === undefined ? undefined : attachedState),
  "attachment.vpc-id": (row) => row.vpcId,
  "internet-gateway-id": (row) => row.id,
  "owner-id": (row) => row.accountId,
};

/** The gateway as the API shows it. */
export function internetGatewayView(row: InternetGatewayRow): InternetGateway {
  return {
    InternetGatewayId: row.id,
    OwnerId: row.accountId,
    // The model's attachment states lack `available`, which the service answers.
    Attachments: row.vpcId === undefined ? [] : [{ VpcId: row.vpcId, State: attachedState as "attached" }],
    Tags: tagsView(row.tags),
  };
}
