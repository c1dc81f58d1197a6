/** Test support of the ledgers: examples of the operations on peerings, endpoints and endpoint services. */
import type { ConnectionFixtures } from "./connection-fixtures.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Example = (
  fixtures: ConnectionFixtures & {
    readonly bareVpcId: string;
    readonly gatewayVpcId: string;
    readonly groupId: string;
    readonly subnetId: string;
    readonly vpcId: string;
  },
) => Parameters;

/** Values of required parameters, by name. */
export const connectionMembers: Readonly<Record<string, Example>> = {
  "ec2:ServiceId": ({ endpointServiceId }) => ({ ServiceId: endpointServiceId }),
  "ec2:ServiceIds": ({ unusedServiceId }) => ({ "ServiceId.1": unusedServiceId }),
  "ec2:VpcEndpointId": ({ endpointId }) => ({ VpcEndpointId: endpointId }),
  "ec2:VpcEndpointIds": ({ endpointId }) => ({ "VpcEndpointId.1": endpointId }),
  "ec2:VpcPeeringConnectionId": ({ askedPeeringId }) => ({ VpcPeeringConnectionId: askedPeeringId }),
};

const tagged = (type: string) => ({
  "TagSpecification.1.ResourceType": type,
  "TagSpecification.1.Tag.1.Key": "purpose",
  "TagSpecification.1.Tag.1.Value": "ledger",
});

/** What an operation wants beside or instead of those. */
export const connectionOperations: Readonly<Record<string, Example>> = {
  "ec2:AcceptVpcEndpointConnections": ({ waitingEndpointId }) => ({ "VpcEndpointId.1": waitingEndpointId }),
  "ec2:CreateVpcEndpoint": ({ vpcId, subnetId, groupId }) => ({
    VpcId: vpcId,
    VpcEndpointType: "Interface",
    ServiceName: "com.amazonaws.us-east-1.ec2",
    "SubnetId.1": subnetId,
    "SecurityGroupId.1": groupId,
    ...tagged("vpc-endpoint"),
  }),
  "ec2:CreateVpcEndpointServiceConfiguration": ({ serviceTarget }) => ({
    "NetworkLoadBalancerArn.1": serviceTarget,
    ...tagged("vpc-endpoint-service"),
  }),
  "ec2:CreateVpcPeeringConnection": ({ bareVpcId, gatewayVpcId }) => ({
    VpcId: bareVpcId,
    PeerVpcId: gatewayVpcId,
    ...tagged("vpc-peering-connection"),
  }),
  "ec2:DeleteVpcPeeringConnection": ({ activePeeringId }) => ({ VpcPeeringConnectionId: activePeeringId }),
  "ec2:DescribeVpcEndpointServiceConfigurations": ({ endpointServiceId }) => ({
    "ServiceId.1": endpointServiceId,
  }),
  "ec2:DescribeVpcEndpoints": ({ endpointId }) => ({ "VpcEndpointId.1": endpointId }),
  "ec2:DescribeVpcPeeringConnections": ({ activePeeringId }) => ({
    "VpcPeeringConnectionId.1": activePeeringId,
  }),
  "ec2:ModifyVpcEndpoint": ({ groupId }) => ({ "AddSecurityGroupId.1": groupId, PrivateDnsEnabled: "false" }),
  "ec2:ModifyVpcEndpointServiceConfiguration": ({ serviceTarget }) => ({
    "AddNetworkLoadBalancerArn.1": serviceTarget.replace("/443", "/8443"),
    AcceptanceRequired: "false",
  }),
  "ec2:ModifyVpcEndpointServicePermissions": () => ({ "AddAllowedPrincipals.1": "*" }),
  "ec2:ModifyVpcPeeringConnectionOptions": ({ activePeeringId }) => ({
    VpcPeeringConnectionId: activePeeringId,
    "AccepterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc": "true",
  }),
  "ec2:RejectVpcEndpointConnections": ({ waitingEndpointId }) => ({ "VpcEndpointId.1": waitingEndpointId }),
};
