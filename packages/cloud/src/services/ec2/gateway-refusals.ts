/** Test support: requests about routes, gateways and elastic IPs that are refused, one for every fault. */
import {
  egressOnlyInternetGateways,
  egressOnlyInternetGatewaysPerRegionMax,
} from "./egress-only-internet-gateway/egress-only-internet-gateway.ts";
import { internetGateways } from "./internet-gateway/internet-gateway.ts";
import { routesPerTableMax } from "./route-table/route-operations.ts";
import { routeTablesPerVpcMax } from "./route-table/operations.ts";
import { routeTables } from "./route-table/route-table.ts";
import type { TestNetwork } from "./testing-network.ts";
import { rootOf, type Caller } from "./testing.ts";

/** A request that is refused, in a network of one's own. */
export type NetworkRefusal = readonly [
  operation: string,
  input: object | ((net: TestNetwork) => object),
  caller?: Caller,
];

function stored<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("The network lacks what it was opened with.");
  return row;
}

const unknown = (prefix: string): string => `${prefix}-0aaaaaaaaaaaaaaaa`;
const numbered = (prefix: string, index: number): string => `${prefix}-1${String(index).padStart(16, "0")}`;
const far = { DestinationCidrBlock: "192.0.2.0/24" };
const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };

const allocated = (net: TestNetwork): string => net.id("AllocateAddress", {}, "AllocationId");
const newGateway = (net: TestNetwork): string =>
  net.id("CreateInternetGateway", {}, "InternetGateway.InternetGatewayId");
const newVpc = (net: TestNetwork): string => net.id("CreateVpc", { CidrBlock: "10.9.0.0/16" }, "Vpc.VpcId");
const newTable = (net: TestNetwork): string =>
  net.id("CreateRouteTable", { VpcId: net.vpcId }, "RouteTable.RouteTableId");
const mainAssociation = (net: TestNetwork): string => {
  const Filters = [{ Name: "route-table-id", Values: [net.mainTableId] }];
  const path = "RouteTables.0.Associations.0.RouteTableAssociationId";
  return net.id("DescribeRouteTables", { Filters }, path);
};
/** A route in the public table. */
const route =
  (more: object | ((net: TestNetwork) => object)) =>
  (net: TestNetwork): object => ({
    RouteTableId: net.publicTableId,
    ...(typeof more === "function" ? more(net) : more),
  });
/** What is asked for an instance of one's own and an address. */
const associating =
  (more: (ids: { id: string; eniId: string; AllocationId: string }, net: TestNetwork) => object) =>
  (net: TestNetwork): object =>
    more({ ...net.instanceIn(net.publicSubnetId), AllocationId: allocated(net) }, net);

const routeRefusals: readonly NetworkRefusal[] = [
  [
    "CreateRouteTable",
    (net) => {
      net.store.transaction((tx) => {
        const row = stored(tx.get(routeTables.collection, net.publicTableId));
        for (let index = 0; index < routeTablesPerVpcMax; index += 1) {
          routeTables.put(tx, { ...row, id: numbered("rtb", index), number: index + 9 });
        }
      });
      return { VpcId: net.vpcId };
    },
  ],
  ["DeleteRouteTable", (net) => ({ RouteTableId: net.mainTableId })],
  ["DisassociateRouteTable", { AssociationId: unknown("rtbassoc") }],
  ["DisassociateRouteTable", (net) => ({ AssociationId: mainAssociation(net) })],
  ["AssociateRouteTable", (net) => ({ RouteTableId: net.mainTableId, SubnetId: net.publicSubnetId })],
  ["AssociateRouteTable", route({})],
  ["AssociateRouteTable", route((net) => ({ SubnetId: net.publicSubnetId, GatewayId: net.gatewayId }))],
  ["AssociateRouteTable", route((net) => ({ SubnetId: net.subnetIds().at(-1) }))],
  ["AssociateRouteTable", (net) => ({ RouteTableId: net.mainTableId, GatewayId: net.gatewayId })],
  ["AssociateRouteTable", route((net) => ({ GatewayId: net.gatewayId }))],
  ["AssociateRouteTable", route((net) => ({ GatewayId: newGateway(net) }))],
  [
    "CreateRoute",
    (net) => {
      const RouteTableId = newTable(net);
      net.ask("AssociateRouteTable", { RouteTableId, GatewayId: net.gatewayId });
      return { RouteTableId, ...far, NetworkInterfaceId: net.instanceIn(net.publicSubnetId).eniId };
    },
  ],
  ["CreateRoute", route({})],
  ["CreateRoute", route({ DestinationCidrBlock: "x", GatewayId: "local" })],
  ["CreateRoute", route((net) => ({ DestinationCidrBlock: "169.254.169.254/32", GatewayId: net.gatewayId }))],
  ["CreateRoute", route((net) => ({ DestinationCidrBlock: "10.0.1.0/24", GatewayId: net.gatewayId }))],
  [
    "CreateRoute",
    route((net) => ({
      DestinationCidrBlock: "10.0.1.0/25",
      NetworkInterfaceId: net.instanceIn(net.publicSubnetId).eniId,
    })),
  ],
  ["CreateRoute", route(far)],
  [
    "CreateRoute",
    route((net) => ({
      ...far,
      EgressOnlyInternetGatewayId: net.id(
        "CreateEgressOnlyInternetGateway",
        { VpcId: net.vpcId },
        "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
      ),
    })),
  ],
  ["CreateRoute", route({ ...far, GatewayId: unknown("vpce") })],
  ["CreateRoute", route({ ...far, GatewayId: unknown("igw") })],
  ["CreateRoute", route({ ...far, NatGatewayId: unknown("nat") })],
  [
    "CreateRoute",
    route((net) => {
      const { id: InstanceId } = net.instanceIn(net.publicSubnetId);
      net.endInstance(InstanceId);
      return { ...far, InstanceId };
    }),
  ],
  ["CreateRoute", route((net) => ({ ...everywhere, GatewayId: net.gatewayId }))],
  [
    "CreateRoute",
    route((net) => {
      net.store.transaction((tx) => {
        const row = stored(tx.get(routeTables.collection, net.publicTableId));
        const routes = Array.from({ length: routesPerTableMax }, () => stored(row.routes[1]));
        routeTables.change(tx, row, { routes });
      });
      return { ...far, GatewayId: net.gatewayId };
    }),
  ],
  ["ReplaceRoute", route((net) => ({ ...far, GatewayId: net.gatewayId }))],
  ["ReplaceRoute", route({ ...everywhere, LocalTarget: true })],
  ["DeleteRoute", route(far)],
  ["DeleteRoute", route({ DestinationCidrBlock: "10.0.0.0/16" })],
];

const gatewayRefusals: readonly NetworkRefusal[] = [
  [
    "CreateInternetGateway",
    (net) => {
      net.store.transaction((tx) => {
        const row = stored(tx.get(internetGateways.collection, net.gatewayId));
        for (let index = 0; index < 5; index += 1) {
          internetGateways.put(tx, { ...row, id: numbered("igw", index), vpcId: undefined });
        }
      });
      return {};
    },
  ],
  ["DeleteInternetGateway", (net) => ({ InternetGatewayId: net.gatewayId })],
  ["AttachInternetGateway", (net) => ({ InternetGatewayId: net.gatewayId, VpcId: newVpc(net) })],
  ["AttachInternetGateway", (net) => ({ InternetGatewayId: newGateway(net), VpcId: net.vpcId })],
  ["DetachInternetGateway", (net) => ({ InternetGatewayId: net.gatewayId, VpcId: newVpc(net) })],
  [
    "DetachInternetGateway",
    associating(({ id: InstanceId, AllocationId }, net) => {
      net.ask("AssociateAddress", { AllocationId, InstanceId });
      return { InternetGatewayId: net.gatewayId, VpcId: net.vpcId };
    }),
  ],
  [
    "DetachInternetGateway",
    (net) => {
      net.ask("AssociateRouteTable", { RouteTableId: newTable(net), GatewayId: net.gatewayId });
      return { InternetGatewayId: net.gatewayId, VpcId: net.vpcId };
    },
  ],
  ["DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: "x" }],
  [
    "CreateEgressOnlyInternetGateway",
    (net) => {
      net.ask("CreateEgressOnlyInternetGateway", { VpcId: net.vpcId });
      return { VpcId: net.vpcId };
    },
  ],
  [
    "CreateEgressOnlyInternetGateway",
    (net) => {
      net.ask("CreateEgressOnlyInternetGateway", { VpcId: net.vpcId });
      net.store.transaction((tx) => {
        const [row] = [...tx.scan(egressOnlyInternetGateways.collection)];
        for (let index = 1; index < egressOnlyInternetGatewaysPerRegionMax; index += 1) {
          egressOnlyInternetGateways.put(tx, { ...stored(row), id: numbered("eigw", index) });
        }
      });
      return { VpcId: newVpc(net) };
    },
  ],
  ["DescribeNatGateways", { NatGatewayIds: [unknown("nat")] }],
  ["DescribeNatGateways", { NatGatewayIds: ["x"] }],
  [
    "CreateNatGateway",
    (net) => {
      const input = { SubnetId: net.privateSubnetId, ConnectivityType: "private" };
      for (let made = 0; made < 5; made += 1) net.ask("CreateNatGateway", input);
      return input;
    },
  ],
  ["CreateNatGateway", {}],
  ["CreateNatGateway", (net) => ({ SubnetId: net.publicSubnetId })],
  [
    "CreateNatGateway",
    (net) => ({
      SubnetId: net.publicSubnetId,
      ConnectivityType: "private",
      AllocationId: unknown("eipalloc"),
    }),
  ],
  ["CreateNatGateway", { AvailabilityMode: "regional" }],
];

const other: Caller = { principal: rootOf("444455556666") };

const addressRefusals: readonly NetworkRefusal[] = [
  ["ReleaseAddress", { AllocationId: unknown("eipalloc") }],
  ["ReleaseAddress", { PublicIp: "203.0.113.0" }],
  ["ReleaseAddress", {}],
  ["ReleaseAddress", { PublicIp: "203.0.113.0", AllocationId: unknown("eipalloc") }],
  [
    "AllocateAddress",
    (net) => {
      for (let made = 0; made < 5; made += 1) allocated(net);
      return {};
    },
  ],
  ["AllocateAddress", { Domain: "standard" }],
  ["AllocateAddress", { PublicIpv4Pool: "x" }],
  ["AllocateAddress", { NetworkBorderGroup: "x" }],
  ["DisassociateAddress", {}],
  ["DisassociateAddress", { PublicIp: "203.0.113.0", AssociationId: unknown("eipassoc") }],
  ["AssociateAddress", associating(({ AllocationId }) => ({ AllocationId }))],
  [
    "AssociateAddress",
    associating(({ AllocationId, id, eniId }) => ({
      AllocationId,
      InstanceId: id,
      NetworkInterfaceId: eniId,
    })),
  ],
  [
    "AssociateAddress",
    associating(({ AllocationId, id }) => ({
      AllocationId,
      InstanceId: id,
      PrivateIpAddress: "10.0.1.254",
    })),
  ],
  [
    "AssociateAddress",
    associating(({ AllocationId, id }, net) => {
      net.ask("DetachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId: net.vpcId });
      return { AllocationId, InstanceId: id };
    }),
  ],
  [
    "AssociateAddress",
    associating(({ AllocationId, id }, net) => {
      net.ask("AssociateAddress", { AllocationId, InstanceId: id });
      const { id: InstanceId } = net.instanceIn(net.publicSubnetId);
      return { AllocationId, InstanceId, AllowReassociation: false };
    }),
  ],
  ["EnableAddressTransfer", (net) => ({ AllocationId: allocated(net), TransferAccountId: "x" })],
  ["EnableAddressTransfer", (net) => ({ AllocationId: allocated(net), TransferAccountId: "111122223333" })],
  ["DisableAddressTransfer", (net) => ({ AllocationId: allocated(net) })],
  [
    "AcceptAddressTransfer",
    associating(({ AllocationId, id: InstanceId }, net) => {
      net.ask("EnableAddressTransfer", { AllocationId, TransferAccountId: "444455556666" });
      net.ask("AssociateAddress", { AllocationId, InstanceId });
      return { Address: net.id("DescribeAddresses", {}, "Addresses.0.PublicIp") };
    }),
    other,
  ],
];

/** All of them. */
export const networkRefusals: readonly NetworkRefusal[] = [
  ...routeRefusals,
  ...gatewayRefusals,
  ...addressRefusals,
];
