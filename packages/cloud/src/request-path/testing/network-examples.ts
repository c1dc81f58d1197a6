/** Test support of the ledgers: examples of the operations on routes, gateways and elastic IPs. */
import type { NetworkFixtures } from "./network-fixtures.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Example = (
  fixtures: NetworkFixtures & {
    readonly internetGatewayId: string;
    readonly stoppedInstanceId: string;
    readonly subnetId: string;
  },
) => Parameters;

const far = { DestinationCidrBlock: "192.0.2.0/24" };

/** Values of required parameters, by name. */
export const networkMembers: Readonly<Record<string, Example>> = {
  "ec2:Address": ({ offeredAddress }) => ({ Address: offeredAddress }),
  "ec2:AllocationId": ({ allocationId }) => ({ AllocationId: allocationId }),
  "ec2:EgressOnlyInternetGatewayId": ({ egressOnlyGatewayId }) => ({
    EgressOnlyInternetGatewayId: egressOnlyGatewayId,
  }),
  "ec2:InternetGatewayId": ({ looseGatewayId }) => ({ InternetGatewayId: looseGatewayId }),
  "ec2:NatGatewayId": ({ natGatewayId }) => ({ NatGatewayId: natGatewayId }),
  "ec2:RouteTableId": ({ ownTableId }) => ({ RouteTableId: ownTableId }),
  "ec2:TransferAccountId": () => ({ TransferAccountId: "123456789012" }),
  "ec2:VpcId": ({ bareVpcId }) => ({ VpcId: bareVpcId }),
};

const tagged = (type: string) => ({
  "TagSpecification.1.ResourceType": type,
  "TagSpecification.1.Tag.1.Key": "purpose",
  "TagSpecification.1.Tag.1.Value": "ledger",
});

/** What an operation wants beside or instead of those. */
export const networkOperations: Readonly<Record<string, Example>> = {
  "ec2:AllocateAddress": () => tagged("elastic-ip"),
  "ec2:AssociateAddress": ({ allocationId, stoppedInstanceId }) => ({
    AllocationId: allocationId,
    InstanceId: stoppedInstanceId,
  }),
  "ec2:AssociateRouteTable": ({ subnetId }) => ({ SubnetId: subnetId }),
  "ec2:CreateInternetGateway": () => tagged("internet-gateway"),
  "ec2:CreateNatGateway": ({ allocationId, subnetId }) => ({
    AllocationId: allocationId,
    SubnetId: subnetId,
    ...tagged("natgateway"),
  }),
  "ec2:CreateRoute": ({ internetGatewayId }) => ({
    DestinationCidrBlock: "198.51.100.0/24",
    GatewayId: internetGatewayId,
  }),
  "ec2:DeleteRoute": () => far,
  "ec2:DescribeAddresses": ({ allocationId }) => ({ "AllocationId.1": allocationId }),
  "ec2:DescribeAddressesAttribute": ({ allocationId }) => ({ "AllocationId.1": allocationId }),
  "ec2:DescribeAddressTransfers": ({ allocationId }) => ({ "AllocationId.1": allocationId }),
  "ec2:DescribeEgressOnlyInternetGateways": ({ egressOnlyGatewayId }) => ({
    "EgressOnlyInternetGatewayId.1": egressOnlyGatewayId,
  }),
  "ec2:DescribeNatGateways": ({ natGatewayId }) => ({ "NatGatewayId.1": natGatewayId }),
  "ec2:DetachInternetGateway": ({ attachedGatewayId, gatewayVpcId }) => ({
    InternetGatewayId: attachedGatewayId,
    VpcId: gatewayVpcId,
  }),
  "ec2:DisassociateAddress": ({ addressAssociationId }) => ({ AssociationId: addressAssociationId }),
  "ec2:DisassociateRouteTable": ({ tableAssociationId }) => ({ AssociationId: tableAssociationId }),
  "ec2:ReleaseAddress": ({ allocationId }) => ({ AllocationId: allocationId }),
  "ec2:ReplaceRoute": ({ internetGatewayId }) => ({ ...far, GatewayId: internetGatewayId }),
  "ec2:ReplaceRouteTableAssociation": ({ tableAssociationId }) => ({ AssociationId: tableAssociationId }),
};
