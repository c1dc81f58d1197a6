/** Internet gateways: the row and its faults. */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** An internet gateway. */
export interface InternetGatewayRow extends OwnedRow {
  readonly id: string;
  /** The VPC it is attached to, when it is. */
  readonly vpcId?: string | undefined;
}

export const internetGatewayNotFound = fault({
  code: "InvalidInternetGatewayID.NotFound",
  message: (id: string) => `The internetGateway ID '${id}' does not exist`,
});
export const internetGatewayMalformed = malformedId("InvalidInternetGatewayId.Malformed", "igw");

export const internetGatewayFaults = [internetGatewayNotFound, internetGatewayMalformed];

export const internetGateways = resource<InternetGatewayRow, "vpc">({
  service: "ec2",
  type: "internet-gateway",
  prefix: "igw",
  indexes: { vpc: (row) => row.vpcId },
  notFound: internetGatewayNotFound,
  malformed: internetGatewayMalformed,
  keys: (row) => ({ "ec2:InternetGatewayID": row.id }),
});
