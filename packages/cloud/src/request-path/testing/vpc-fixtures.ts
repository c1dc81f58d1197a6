/** Test support of the ledgers: a VPC with blocks, subnets, ACLs, options and lists for examples. */
import { storedCollections } from "../../services/index.ts";
import type { Answer, TestCloud } from "../testing.ts";

/** Names of what it holds. */
export interface VpcFixtures {
  /** An option set that no VPC has. */
  readonly spareOptionsId: string;
  /** The association of a block that no subnet is in. */
  readonly spareBlockAssociationId: string;
  /** A subnet with nothing in it but a reservation, and an IPv6 block that it could have. */
  readonly emptySubnetId: string;
  readonly reservationId: string;
  readonly freeIpv6Block: string;
  /** The association of the IPv6 block that another subnet has. */
  readonly subnetBlockAssociationId: string;
  /** An ACL with the entry 10 inwards that holds for no subnet. */
  readonly spareAclId: string;
  /** The association of the VPC's default ACL with the empty subnet. */
  readonly aclAssociationId: string;
  /** A prefix list in its second version. */
  readonly prefixListId: string;
}

type Make = (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

/** Makes them. */
export async function makeVpcRooms(make: Make): Promise<VpcFixtures> {
  const idIn = async (action: string, element: string, parameters = {}): Promise<string> =>
    (await make("ec2", action, parameters)).element(element) ?? "";
  const vpc = await make("ec2", "CreateVpc", {
    CidrBlock: "10.22.0.0/16",
    AmazonProvidedIpv6CidrBlock: "true",
  });
  const VpcId = vpc.element("vpcId") ?? "";
  const ipv6Block = (index: number): string =>
    (vpc.element("ipv6CidrBlock") ?? "").replace(/00::\/56$|::\/56$/, `0${index}::/64`);
  const subnet = (parameters: object) => make("ec2", "CreateSubnet", { VpcId, ...parameters });
  const emptySubnetId = (await subnet({ CidrBlock: "10.22.1.0/24" })).element("subnetId") ?? "";
  const other = await subnet({ CidrBlock: "10.22.2.0/24", Ipv6CidrBlock: ipv6Block(2) });
  const spareAclId = await idIn("CreateNetworkAcl", "networkAclId", { VpcId });
  await make("ec2", "CreateNetworkAclEntry", { NetworkAclId: spareAclId, ...aclEntry(10) });
  const prefixListId = await idIn("CreateManagedPrefixList", "prefixListId", {
    PrefixListName: "offices",
    AddressFamily: "IPv4",
    MaxEntries: "5",
  });
  await make("ec2", "ModifyManagedPrefixList", {
    PrefixListId: prefixListId,
    CurrentVersion: "1",
    "AddEntry.1.Cidr": "198.51.100.0/24",
  });
  const inEmptySubnet = { "Filter.1.Name": "association.subnet-id", "Filter.1.Value.1": emptySubnetId };
  const acls = (await make("ec2", "DescribeNetworkAcls", inEmptySubnet)).text;
  return {
    spareOptionsId: await idIn("CreateDhcpOptions", "dhcpOptionsId", dhcpConfiguration),
    spareBlockAssociationId: await idIn("AssociateVpcCidrBlock", "associationId", {
      VpcId,
      CidrBlock: "10.23.0.0/16",
    }),
    emptySubnetId,
    reservationId: await idIn("CreateSubnetCidrReservation", "subnetCidrReservationId", {
      SubnetId: emptySubnetId,
      Cidr: "10.22.1.32/28",
      ReservationType: "explicit",
    }),
    freeIpv6Block: ipv6Block(1),
    subnetBlockAssociationId: other.element("associationId") ?? "",
    spareAclId,
    aclAssociationId: associationIn(acls, emptySubnetId),
    prefixListId,
  };
}

function associationIn(acls: string, subnetId: string): string {
  const items = Array.from(
    acls.matchAll(/<item>\s*<networkAclAssociationId>.*?<\/item>/gs),
    ([item]) => item,
  );
  const own = items.find((item) => item.includes(subnetId)) ?? "";
  return /<networkAclAssociationId>([^<]+)</.exec(own)?.[1] ?? "";
}

/** One DHCP option, in the parameters of a request. */
export const dhcpConfiguration = {
  "DhcpConfiguration.1.Key": "domain-name",
  "DhcpConfiguration.1.Value.1": "example.com",
};

/** An entry of an ACL, in the parameters of a request. */
export function aclEntry(ruleNumber: number): Readonly<Record<string, string>> {
  return {
    RuleNumber: String(ruleNumber),
    Protocol: "6",
    RuleAction: "allow",
    Egress: "false",
    CidrBlock: "0.0.0.0/0",
    "PortRange.From": "443",
    "PortRange.To": "443",
  };
}

/** Brings a copy of the ledger's cloud to where default networks can be made anew. */
export function stageDefaultNetwork(name: string, cloud: TestCloud): void {
  // The VPC stays, for what is in it: it only stops being the default.
  if (name === "ec2:CreateDefaultVpc") change(cloud, "ec2/vpc", { isDefault: true }, { isDefault: false });
  if (name === "ec2:CreateDefaultSubnet") {
    change(cloud, "ec2/subnet", { defaultForAz: true, zone: "us-east-1c" }, { defaultForAz: false });
  }
}

function change({ store }: TestCloud, kind: string, which: object, changes: object): void {
  const found = storedCollections.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`The store has no ${kind}.`);
  store.transaction((tx) => {
    const rows = Array.from(tx.scan(found as never) as Iterable<object>);
    for (const row of rows) {
      const own = row as Readonly<Record<string, unknown>>;
      const meant = Object.entries(which).every(([name, value]) => own[name] === value);
      if (meant) tx.put(found as never, { ...row, ...changes } as never);
    }
  });
}
