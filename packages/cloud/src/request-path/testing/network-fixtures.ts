/** Test support of the ledgers: networks, their gateways and addresses, for the examples to ask about. */
import type { Answer, TestCloud } from "../testing.ts";

/** Names of what the networks of the world hold. */
export interface NetworkFixtures {
  /** A VPC with nothing in it. */
  readonly bareVpcId: string;
  /** A VPC with an internet gateway and nothing else. */
  readonly gatewayVpcId: string;
  readonly attachedGatewayId: string;
  readonly looseGatewayId: string;
  readonly egressOnlyGatewayId: string;
  readonly natGatewayId: string;
  /** A table of the default VPC with a route to 192.0.2.0/24, associated with nothing. */
  readonly ownTableId: string;
  /** The association of another one with a subnet. */
  readonly tableAssociationId: string;
  /** An elastic IP that is free, with an offer to hand it over. */
  readonly allocationId: string;
  /** The association of one with the running instance. */
  readonly addressAssociationId: string;
  /** One that another account offers. */
  readonly offeredAddress: string;
}

type Make = (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

interface Standing {
  readonly accountId: string;
  readonly instanceId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly internetGatewayId: string;
}

/** Makes them, beside the default network. */
export async function makeNetworks(
  cloud: TestCloud,
  make: Make,
  standing: Standing,
): Promise<NetworkFixtures> {
  const idIn = async (action: string, element: string, parameters = {}): Promise<string> =>
    (await make("ec2", action, parameters)).element(element) ?? "";
  const { vpcId, subnetId, internetGatewayId } = standing;
  const bareVpcId = await idIn("CreateVpc", "vpcId", { CidrBlock: "10.20.0.0/16" });
  const gatewayVpcId = await idIn("CreateVpc", "vpcId", { CidrBlock: "10.21.0.0/16" });
  const newGateway = () => idIn("CreateInternetGateway", "internetGatewayId");
  const attachedGatewayId = await newGateway();
  await make("ec2", "AttachInternetGateway", { InternetGatewayId: attachedGatewayId, VpcId: gatewayVpcId });
  const newTable = () => idIn("CreateRouteTable", "routeTableId", { VpcId: vpcId });
  const ownTableId = await newTable();
  await make("ec2", "CreateRoute", {
    RouteTableId: ownTableId,
    DestinationCidrBlock: "192.0.2.0/24",
    GatewayId: internetGatewayId,
  });
  const otherSubnet = await otherSubnetOf(make, subnetId);
  return {
    bareVpcId,
    gatewayVpcId,
    attachedGatewayId,
    looseGatewayId: await newGateway(),
    egressOnlyGatewayId: await idIn("CreateEgressOnlyInternetGateway", "egressOnlyInternetGatewayId", {
      VpcId: vpcId,
    }),
    natGatewayId: await idIn("CreateNatGateway", "natGatewayId", {
      SubnetId: subnetId,
      ConnectivityType: "private",
    }),
    ownTableId,
    tableAssociationId: await idIn("AssociateRouteTable", "associationId", {
      RouteTableId: await newTable(),
      SubnetId: otherSubnet,
    }),
    ...(await makeAddresses(cloud, make, standing)),
  };
}

async function otherSubnetOf(make: Make, subnetId: string): Promise<string> {
  const { text } = await make("ec2", "DescribeSubnets");
  const ids = Array.from(text.matchAll(/<subnetId>([^<]+)</g), ([, id]) => id ?? "");
  return ids.find((id) => id !== subnetId) ?? "";
}

type AddressFixtures = Pick<NetworkFixtures, "allocationId" | "addressAssociationId" | "offeredAddress">;

async function makeAddresses(cloud: TestCloud, make: Make, standing: Standing): Promise<AddressFixtures> {
  const allocate = async () => (await make("ec2", "AllocateAddress")).element("allocationId") ?? "";
  const allocationId = await allocate();
  await make("ec2", "EnableAddressTransfer", {
    AllocationId: allocationId,
    TransferAccountId: "123456789012",
  });
  const associated = await make("ec2", "AssociateAddress", {
    AllocationId: await allocate(),
    InstanceId: standing.instanceId,
  });
  const asStranger = { service: "ec2", credentials: cloud.stranger };
  const made = await cloud.send({ ...asStranger, action: "AllocateAddress" });
  const offer = { AllocationId: made.element("allocationId"), TransferAccountId: standing.accountId };
  await cloud.send({ ...asStranger, action: "EnableAddressTransfer", parameters: offer });
  return {
    allocationId,
    addressAssociationId: associated.element("associationId") ?? "",
    offeredAddress: made.element("publicIp") ?? "",
  };
}
