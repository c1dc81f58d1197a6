/** Test support: requests about VPCs, subnets, options, ACLs and prefix lists that are refused. */
import { dhcpOptions } from "./dhcp-options/dhcp-options.ts";
import { dhcpOptionsPerRegionMax } from "./dhcp-options/operations.ts";
import type { NetworkRefusal } from "./gateway-refusals.ts";
import { entriesPerDirectionMax } from "./network-acl/entry-operations.ts";
import { networkAcls } from "./network-acl/network-acl.ts";
import { networkAclsPerVpcMax } from "./network-acl/operations.ts";
import { awsPrefixListId } from "./prefix-list/aws-prefix-lists.ts";
import { prefixListsPerRegionMax } from "./prefix-list/operations.ts";
import { prefixLists } from "./prefix-list/prefix-list.ts";
import { subnetsPerVpcMax } from "./subnet/new-subnet.ts";
import { reservationsPerSubnetMax } from "./subnet/reservation-operations.ts";
import { reservations } from "./subnet/reservation.ts";
import { subnets } from "./subnet/subnet.ts";
import type { TestNetwork } from "./testing-network.ts";
import { vpcs } from "./vpc/vpc.ts";
import { vpcsPerRegionMax } from "./vpc/operations.ts";

const unknown = (prefix: string): string => `${prefix}-0aaaaaaaaaaaaaaaa`;
const numbered = (prefix: string, index: number): string => `${prefix}-1${String(index).padStart(16, "0")}`;

function stored<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("The network lacks what it was opened with.");
  return row;
}

/** Gives the VPC and its public subnet an IPv6 block; answers the association of the subnet's. */
function withIpv6(net: TestNetwork): string {
  const input = { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true };
  const block = net.id("AssociateVpcCidrBlock", input, "Ipv6CidrBlockAssociation.Ipv6CidrBlock");
  const Ipv6CidrBlock = block.replace("/56", "/64");
  return net.id(
    "AssociateSubnetCidrBlock",
    { SubnetId: net.publicSubnetId, Ipv6CidrBlock },
    "Ipv6CidrBlockAssociation.AssociationId",
  );
}

function associationOf(net: TestNetwork, CidrBlock: string): string {
  const Filters = [{ Name: "cidr-block-association.cidr-block", Values: [CidrBlock] }];
  return net.id("DescribeVpcs", { Filters }, "Vpcs.0.CidrBlockAssociationSet.0.AssociationId");
}

const further = (CidrBlock: string) => (net: TestNetwork) => ({ VpcId: net.vpcId, CidrBlock });
const subnetOf = (more: object) => (net: TestNetwork) => ({
  VpcId: net.vpcId,
  CidrBlock: "10.0.3.0/24",
  ...more,
});

const vpcCases: readonly NetworkRefusal[] = [
  ["CreateVpc", {}],
  ["CreateVpc", { CidrBlock: "ten" }],
  ["CreateVpc", { CidrBlock: "10.0.0.0/8" }],
  ["CreateVpc", { CidrBlock: "10.0.0.0/16", InstanceTenancy: "host" }],
  ["CreateVpc", { CidrBlock: "10.0.0.0/16", Ipv6CidrBlockNetworkBorderGroup: "us-east-1-bos-1" }],
  [
    "CreateVpc",
    (net) => {
      for (let made = 2; made < vpcsPerRegionMax; made += 1)
        net.ask("CreateVpc", { CidrBlock: "10.1.0.0/16" });
      return { CidrBlock: "10.1.0.0/16" };
    },
  ],
  ["DeleteVpc", (net) => ({ VpcId: net.vpcId })],
  ["CreateDefaultVpc", {}],
  ["AssociateVpcCidrBlock", further("192.168.0.0/16")],
  ["AssociateVpcCidrBlock", further("10.0.128.0/17")],
  ["AssociateVpcCidrBlock", (net) => ({ VpcId: net.vpcId })],
  [
    "AssociateVpcCidrBlock",
    (net) => {
      for (let index = 2; index < 6; index += 1) {
        net.ask("AssociateVpcCidrBlock", further(`10.${index}.0.0/16`)(net));
      }
      return further("10.6.0.0/16")(net);
    },
  ],
  ["DisassociateVpcCidrBlock", { AssociationId: unknown("vpc-cidr-assoc") }],
  ["DisassociateVpcCidrBlock", { AssociationId: "x" }],
  ["DisassociateVpcCidrBlock", (net) => ({ AssociationId: associationOf(net, "10.0.0.0/16") })],
  [
    "DisassociateVpcCidrBlock",
    (net) => {
      const input = further("10.2.0.0/16")(net);
      const path = "CidrBlockAssociation.AssociationId";
      const AssociationId = net.id("AssociateVpcCidrBlock", input, path);
      net.ask("CreateSubnet", subnetOf({ CidrBlock: "10.2.0.0/24" })(net));
      return { AssociationId };
    },
  ],
  [
    "ModifyVpcAttribute",
    (net) => {
      net.ask("ModifyVpcAttribute", { VpcId: net.vpcId, EnableDnsSupport: { Value: false } });
      return { VpcId: net.vpcId, EnableDnsHostnames: { Value: true } };
    },
  ],
  [
    "RunInstances",
    (net) => {
      net.store.transaction((tx) => {
        vpcs.change(tx, stored(tx.get(vpcs.collection, net.vpcId)), { tenancy: "dedicated" });
      });
      const one = { ImageId: "ami-0ca5e3a7e00000001", InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
      return { ...one, SubnetId: net.publicSubnetId };
    },
  ],
];

const launch = { ImageId: "ami-0ca5e3a7e00000001", InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
const launchIn =
  (more: object, prepare: (net: TestNetwork) => unknown = () => undefined) =>
  (net: TestNetwork) => {
    prepare(net);
    return { ...launch, SubnetId: net.publicSubnetId, ...more };
  };

const subnetCases: readonly NetworkRefusal[] = [
  ["CreateSubnet", subnetOf({ CidrBlock: "10.9.0.0/24" })],
  ["CreateSubnet", subnetOf({ CidrBlock: "10.0.1.128/25" })],
  ["CreateSubnet", subnetOf({ AvailabilityZone: "us-east-1z" })],
  ["CreateSubnet", subnetOf({ AvailabilityZone: "us-east-1a", AvailabilityZoneId: "use1-az1" })],
  ["CreateSubnet", subnetOf({ Ipv6Native: true })],
  [
    "CreateSubnet",
    (net) => {
      net.store.transaction((tx) => {
        const row = stored(tx.get(subnets.collection, net.publicSubnetId));
        for (let index = 2; index < subnetsPerVpcMax; index += 1) {
          subnets.put(tx, { ...row, id: numbered("subnet", index), number: index + 2 });
        }
      });
      return subnetOf({})(net);
    },
  ],
  [
    "DeleteSubnet",
    (net) => {
      net.instanceIn(net.publicSubnetId);
      return { SubnetId: net.publicSubnetId };
    },
  ],
  ["CreateDefaultSubnet", { AvailabilityZone: "us-east-1a" }],
  [
    "CreateDefaultSubnet",
    (net) => {
      net.store.transaction((tx) => {
        for (const row of tx.scan(vpcs.collection)) vpcs.change(tx, row, { isDefault: false });
      });
      return { AvailabilityZone: "us-east-1a" };
    },
  ],
  [
    "CreateDefaultSubnet",
    (net) => {
      net.store.transaction((tx) => {
        const rows = [...tx.scan(subnets.collection)].filter((row) => row.defaultForAz);
        for (const row of rows) subnets.change(tx, row, { defaultForAz: false, cidr: "172.31.0.0/16" });
      });
      return { AvailabilityZone: "us-east-1a" };
    },
  ],
  [
    "ModifySubnetAttribute",
    (net) => ({ SubnetId: net.publicSubnetId, AssignIpv6AddressOnCreation: { Value: true } }),
  ],
  [
    "AssociateSubnetCidrBlock",
    (net) => {
      withIpv6(net);
      return { SubnetId: net.publicSubnetId, Ipv6CidrBlock: "2001:db8:1000::/64" };
    },
  ],
  ["DisassociateSubnetCidrBlock", { AssociationId: unknown("subnet-cidr-assoc") }],
  ["DisassociateSubnetCidrBlock", { AssociationId: "x" }],
  [
    "DisassociateSubnetCidrBlock",
    (net) => {
      const AssociationId = withIpv6(net);
      const on = { SubnetId: net.publicSubnetId, AssignIpv6AddressOnCreation: { Value: true } };
      net.ask("ModifySubnetAttribute", on);
      return { AssociationId };
    },
  ],
  [
    "DisassociateSubnetCidrBlock",
    (net) => {
      const AssociationId = withIpv6(net);
      net.instanceIn(net.publicSubnetId, { Ipv6AddressCount: 1 });
      return { AssociationId };
    },
  ],
  ["RunInstances", launchIn({ Ipv6AddressCount: 1 })],
  ["RunInstances", launchIn({ Ipv6Addresses: [{ Ipv6Address: "10.0.1.9" }] }, withIpv6)],
  ["RunInstances", launchIn({ Ipv6AddressCount: 3 }, withIpv6)],
  ["RunInstances", launchIn({ Ipv6AddressCount: 1, Ipv6Addresses: [{ Ipv6Address: "::" }] })],
  ["RunInstances", { ...launch, Ipv6AddressCount: 1, NetworkInterfaces: [{ DeviceIndex: 0 }] }],
];

const reserving = (Cidr: string) => (net: TestNetwork) => ({
  SubnetId: net.publicSubnetId,
  Cidr,
  ReservationType: "explicit",
});

const reservationCases: readonly NetworkRefusal[] = [
  ["DeleteSubnetCidrReservation", { SubnetCidrReservationId: unknown("scr") }],
  ["DeleteSubnetCidrReservation", { SubnetCidrReservationId: "x" }],
  ["CreateSubnetCidrReservation", reserving("10.0.2.0/28")],
  [
    "CreateSubnetCidrReservation",
    (net) => {
      net.ask("CreateSubnetCidrReservation", reserving("10.0.1.64/26")(net));
      return reserving("10.0.1.64/28")(net);
    },
  ],
  [
    "CreateSubnetCidrReservation",
    (net) => {
      const input = reserving("10.0.1.64/28")(net);
      const path = "SubnetCidrReservation.SubnetCidrReservationId";
      const id = net.id("CreateSubnetCidrReservation", input, path);
      net.store.transaction((tx) => {
        const row = stored(tx.get(reservations.collection, id));
        for (let index = 1; index < reservationsPerSubnetMax; index += 1) {
          reservations.put(tx, { ...row, id: numbered("scr", index) });
        }
      });
      return reserving("10.0.1.128/28")(net);
    },
  ],
];

const options = (...DhcpConfigurations: readonly object[]) => ({ DhcpConfigurations });
const option = (Key: string, ...Values: readonly string[]) => ({ Key, Values });

const dhcpCases: readonly NetworkRefusal[] = [
  ["DescribeDhcpOptions", { DhcpOptionsIds: [unknown("dopt")] }],
  ["DescribeDhcpOptions", { DhcpOptionsIds: ["x"] }],
  ["DeleteDhcpOptions", (net) => ({ DhcpOptionsId: net.id("DescribeVpcs", {}, "Vpcs.0.DhcpOptionsId") })],
  ["CreateDhcpOptions", options(option("colour", "red"))],
  ["CreateDhcpOptions", options(option("ntp-servers", "10.0.0.9"), option("ntp-servers", "10.0.0.8"))],
  ["CreateDhcpOptions", options(option("ntp-servers", "later"))],
  ["CreateDhcpOptions", options(option("ntp-servers"))],
  [
    "CreateDhcpOptions",
    (net) => {
      net.store.transaction((tx) => {
        const [row] = [...tx.scan(dhcpOptions.collection)];
        for (let index = 1; index < dhcpOptionsPerRegionMax; index += 1) {
          dhcpOptions.put(tx, { ...stored(row), id: numbered("dopt", index) });
        }
      });
      return options(option("domain-name", "example.com"));
    },
  ],
];

const newAcl = (net: TestNetwork): string =>
  net.id("CreateNetworkAcl", { VpcId: net.vpcId }, "NetworkAcl.NetworkAclId");
const aclOf = (net: TestNetwork, VpcId: string): string =>
  net.id(
    "DescribeNetworkAcls",
    { Filters: [{ Name: "vpc-id", Values: [VpcId] }] },
    "NetworkAcls.0.NetworkAclId",
  );
const web = {
  RuleNumber: 10,
  Egress: false,
  Protocol: "tcp",
  RuleAction: "allow",
  CidrBlock: "0.0.0.0/0",
  PortRange: { From: 80, To: 80 },
};
const entry =
  (more: object = {}) =>
  (net: TestNetwork) => ({ NetworkAclId: newAcl(net), ...web, ...more });

const aclCases: readonly NetworkRefusal[] = [
  [
    "CreateNetworkAcl",
    (net) => {
      const id = newAcl(net);
      net.store.transaction((tx) => {
        const row = stored(tx.get(networkAcls.collection, id));
        for (let index = 2; index < networkAclsPerVpcMax; index += 1) {
          networkAcls.put(tx, { ...row, id: numbered("acl", index) });
        }
      });
      return { VpcId: net.vpcId };
    },
  ],
  ["DeleteNetworkAcl", (net) => ({ NetworkAclId: aclOf(net, net.vpcId) })],
  [
    "DeleteNetworkAcl",
    (net) => {
      const NetworkAclId = newAcl(net);
      net.store.transaction((tx) => {
        const row = stored(tx.get(subnets.collection, net.publicSubnetId));
        subnets.change(tx, row, { networkAclId: NetworkAclId });
      });
      return { NetworkAclId };
    },
  ],
  ["ReplaceNetworkAclAssociation", (net) => ({ AssociationId: "aclassoc-1", NetworkAclId: newAcl(net) })],
  [
    "ReplaceNetworkAclAssociation",
    (net) => {
      const Filters = [{ Name: "vpc-id", Values: [net.vpcId] }];
      const path = "NetworkAcls.0.Associations.0.NetworkAclAssociationId";
      const AssociationId = net.id("DescribeNetworkAcls", { Filters }, path);
      const other = net.id("CreateVpc", { CidrBlock: "10.1.0.0/16" }, "Vpc.VpcId");
      return { AssociationId, NetworkAclId: aclOf(net, other) };
    },
  ],
  [
    "CreateNetworkAclEntry",
    (net) => {
      const input = entry()(net);
      net.ask("CreateNetworkAclEntry", input);
      return input;
    },
  ],
  ["DeleteNetworkAclEntry", (net) => ({ NetworkAclId: newAcl(net), RuleNumber: 10, Egress: true })],
  [
    "CreateNetworkAclEntry",
    (net) => {
      const input = entry()(net);
      for (let RuleNumber = 1; RuleNumber < entriesPerDirectionMax; RuleNumber += 1) {
        net.ask("CreateNetworkAclEntry", { ...input, RuleNumber });
      }
      return { ...input, RuleNumber: 100 };
    },
  ],
  ["CreateNetworkAclEntry", entry({ RuleNumber: 32_767 })],
  ["CreateNetworkAclEntry", entry({ CidrBlock: undefined })],
  ["CreateNetworkAclEntry", entry({ Ipv6CidrBlock: "::/0" })],
  ["CreateNetworkAclEntry", entry({ PortRange: undefined })],
  ["CreateNetworkAclEntry", entry({ PortRange: { From: 81, To: 80 } })],
  ["CreateNetworkAclEntry", entry({ Protocol: "icmp", IcmpTypeCode: { Type: 256, Code: 0 } })],
  ["CreateNetworkAclEntry", entry({ Protocol: "58" })],
];

const listed = (more: object = {}) => ({
  PrefixListName: "offices",
  AddressFamily: "IPv4",
  MaxEntries: 5,
  ...more,
});
const newList = (net: TestNetwork, more: object = {}): string =>
  net.id("CreateManagedPrefixList", listed(more), "PrefixList.PrefixListId");
const offices = [{ Cidr: "198.51.100.0/24" }, { Cidr: "203.0.113.0/24" }];
/** A change of a list that has two offices. */
const change = (more: object) => (net: TestNetwork) => ({
  PrefixListId: newList(net, { Entries: offices }),
  CurrentVersion: 1,
  ...more,
});

const prefixListCases: readonly NetworkRefusal[] = [
  ["DescribeManagedPrefixLists", { PrefixListIds: [unknown("pl")] }],
  ["DescribeManagedPrefixLists", { PrefixListIds: ["x"] }],
  ["CreateManagedPrefixList", listed({ PrefixListName: "com.amazonaws.mine" })],
  ["CreateManagedPrefixList", listed({ AddressFamily: "IPv5" })],
  ["CreateManagedPrefixList", listed({ MaxEntries: 1001 })],
  ["CreateManagedPrefixList", listed({ Entries: offices, MaxEntries: 1 })],
  ["CreateManagedPrefixList", listed({ Entries: Array.from({ length: 101 }, () => offices[0]) })],
  ["CreateManagedPrefixList", listed({ Entries: [{ Cidr: "::/0" }] })],
  ["CreateManagedPrefixList", listed({ Entries: [{ ...offices[0], Description: "d".repeat(256) }] })],
  [
    "CreateManagedPrefixList",
    (net) => {
      const id = newList(net);
      net.store.transaction((tx) => {
        const row = stored(tx.get(prefixLists.collection, id));
        for (let index = 1; index < prefixListsPerRegionMax; index += 1) {
          prefixLists.put(tx, { ...row, id: numbered("pl", index) });
        }
      });
      return listed();
    },
  ],
  ["ModifyManagedPrefixList", { PrefixListId: awsPrefixListId("s3", "us-east-1"), PrefixListName: "mine" }],
  ["ModifyManagedPrefixList", change({ MaxEntries: 1 })],
  ["ModifyManagedPrefixList", change({ AddEntries: offices })],
  ["ModifyManagedPrefixList", change({ AddEntries: offices, RemoveEntries: offices })],
  ["ModifyManagedPrefixList", change({ RemoveEntries: [{ Cidr: "192.0.2.0/24" }] })],
  ["ModifyManagedPrefixList", change({ RemoveEntries: offices, MaxEntries: 9 })],
  ["ModifyManagedPrefixList", change({})],
  ["ModifyManagedPrefixList", change({ RemoveEntries: offices, CurrentVersion: undefined })],
  ["ModifyManagedPrefixList", change({ RemoveEntries: offices, CurrentVersion: 2 })],
  ["RestoreManagedPrefixListVersion", change({ PreviousVersion: 7 })],
  [
    "DeleteManagedPrefixList",
    (net) => {
      const PrefixListId = newList(net);
      const GroupId = net.defaultGroupId();
      const IpPermissions = [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId }] }];
      net.ask("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
      return { PrefixListId };
    },
  ],
];

/** One request for every fault of these rooms that a request can meet. */
export const vpcRefusals: readonly NetworkRefusal[] = [
  ...vpcCases,
  ...subnetCases,
  ...reservationCases,
  ...dhcpCases,
  ...aclCases,
  ...prefixListCases,
];
