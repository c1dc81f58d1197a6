// Builds the rooms of a VPC with the unmodified command line and reads them back.
import { afterAll, beforeAll, expect, test } from "vitest";
import { awsCommand, tryAws } from "./aws-command.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";

let daemon: Daemon;
let vpcId: string;

beforeAll(async () => {
  daemon = await startDaemon();
  const made = await ec2<{ Vpc: { VpcId: string } }>(
    "create-vpc --cidr-block 10.0.0.0/16 --amazon-provided-ipv6-cidr-block " +
      "--tag-specifications ResourceType=vpc,Tags=[{Key=Name,Value=rooms}]",
  );
  vpcId = made.Vpc.VpcId;
  await ec2(`wait vpc-available --vpc-ids ${vpcId}`);
}, 60_000);
afterAll(async () => {
  await daemon?.stop();
});

/** Runs a command of `aws ec2`, its words apart by spaces. */
function ec2<Output = unknown>(words: string): Promise<Output> {
  return awsCommand(daemon)<Output>("ec2", ...words.split(" "));
}

/** What a command is refused with. */
async function refusal(words: string): Promise<string> {
  return (await tryAws(daemon, ["ec2", ...words.split(" ")])).stderr.trim();
}

test("a VPC has both families, a further block and its attributes", async () => {
  await ec2(`associate-vpc-cidr-block --vpc-id ${vpcId} --cidr-block 10.1.0.0/16`);
  await ec2(`modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-hostnames`);
  const shown = await ec2<{ Vpcs: unknown[] }>(`describe-vpcs --vpc-ids ${vpcId}`);
  expect(shown.Vpcs).toMatchObject([
    {
      State: "available",
      CidrBlockAssociationSet: [{ CidrBlock: "10.0.0.0/16" }, { CidrBlock: "10.1.0.0/16" }],
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: expect.stringMatching(/^2001:db8:1.*\/56$/) as string }],
      Tags: [{ Key: "Name", Value: "rooms" }],
    },
  ]);
  const attribute = `describe-vpc-attribute --vpc-id ${vpcId} --attribute enableDnsHostnames`;
  expect(await ec2(attribute)).toMatchObject({ EnableDnsHostnames: { Value: true } });
  expect(await refusal(`associate-vpc-cidr-block --vpc-id ${vpcId} --cidr-block 192.168.0.0/16`)).toContain(
    "(InvalidVpc.Range) when calling the AssociateVpcCidrBlock operation: The CIDR '192.168.0.0/16' is restricted.",
  );
}, 60_000);

test("a subnet has blocks of its VPC, attributes and reservations", async () => {
  const [vpc] = (
    await ec2<{ Vpcs: { Ipv6CidrBlockAssociationSet: { Ipv6CidrBlock: string }[] }[] }>(
      `describe-vpcs --vpc-ids ${vpcId}`,
    )
  ).Vpcs;
  const ipv6 = vpc?.Ipv6CidrBlockAssociationSet[0]?.Ipv6CidrBlock.replace("/56", "/64") ?? "";
  const made = await ec2<{ Subnet: { SubnetId: string } }>(
    `create-subnet --vpc-id ${vpcId} --cidr-block 10.0.1.0/24 --ipv6-cidr-block ${ipv6}`,
  );
  const subnet = made.Subnet.SubnetId;
  await ec2(`modify-subnet-attribute --subnet-id ${subnet} --assign-ipv6-address-on-creation`);
  await ec2(`modify-subnet-attribute --subnet-id ${subnet} --map-public-ip-on-launch`);
  const reserving = `create-subnet-cidr-reservation --subnet-id ${subnet} --reservation-type explicit`;
  await ec2(`${reserving} --cidr 10.0.1.64/28`);
  expect(
    (await ec2<{ Subnets: unknown[] }>(`describe-subnets --subnet-ids ${subnet}`)).Subnets,
  ).toMatchObject([
    {
      AssignIpv6AddressOnCreation: true,
      AvailableIpAddressCount: 251,
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: ipv6 }],
      MapPublicIpOnLaunch: true,
    },
  ]);
  const overlapping = `create-subnet --vpc-id ${vpcId} --cidr-block 10.0.1.0/25`;
  expect(await refusal(overlapping)).toContain("(InvalidSubnet.Conflict)");
  expect(await refusal(`delete-vpc --vpc-id ${vpcId}`)).toContain("(DependencyViolation)");
}, 60_000);

test("network ACLs, DHCP options and prefix lists are made, changed and used", async () => {
  const acl = await ec2<{ NetworkAcl: { NetworkAclId: string } }>(`create-network-acl --vpc-id ${vpcId}`);
  const { NetworkAclId: aclId } = acl.NetworkAcl;
  const entry = `--network-acl-id ${aclId} --ingress --rule-number 100 --protocol tcp --cidr-block 0.0.0.0/0`;
  await ec2(`create-network-acl-entry ${entry} --port-range From=443,To=443 --rule-action allow`);
  await ec2(`replace-network-acl-entry ${entry} --port-range From=443,To=443 --rule-action deny`);
  const acls = await ec2<{ NetworkAcls: { Entries: unknown[] }[] }>(
    `describe-network-acls --network-acl-ids ${aclId}`,
  );
  expect(acls.NetworkAcls[0]?.Entries).toContainEqual({
    CidrBlock: "0.0.0.0/0",
    Egress: false,
    PortRange: { From: 443, To: 443 },
    Protocol: "6",
    RuleAction: "deny",
    RuleNumber: 100,
  });

  const options = await ec2<{ DhcpOptions: { DhcpOptionsId: string } }>(
    "create-dhcp-options --dhcp-configurations Key=domain-name,Values=example.com",
  );
  const { DhcpOptionsId: optionsId } = options.DhcpOptions;
  await ec2(`associate-dhcp-options --dhcp-options-id ${optionsId} --vpc-id ${vpcId}`);
  expect(await refusal(`delete-dhcp-options --dhcp-options-id ${optionsId}`)).toContain(
    "(DependencyViolation)",
  );

  const list = await ec2<{ PrefixList: { PrefixListId: string } }>(
    "create-managed-prefix-list --prefix-list-name offices --address-family IPv4 --max-entries 5 " +
      "--entries Cidr=198.51.100.0/24,Description=south",
  );
  const { PrefixListId: listId } = list.PrefixList;
  const change = `modify-managed-prefix-list --prefix-list-id ${listId} --current-version 1`;
  await ec2(`${change} --add-entries Cidr=203.0.113.0/24`);
  expect(await refusal(`${change} --remove-entries Cidr=203.0.113.0/24`)).toContain(
    "(PrefixListVersionMismatch)",
  );
  const entries = await ec2<{ Entries: unknown[] }>(
    `get-managed-prefix-list-entries --prefix-list-id ${listId}`,
  );
  expect(entries.Entries).toEqual([
    { Cidr: "198.51.100.0/24", Description: "south" },
    { Cidr: "203.0.113.0/24" },
  ]);
  const lists = await ec2<{ PrefixLists: { PrefixListName: string }[] }>("describe-prefix-lists");
  expect(lists.PrefixLists.map(({ PrefixListName }) => PrefixListName).toSorted()).toEqual([
    "com.amazonaws.us-east-1.dynamodb",
    "com.amazonaws.us-east-1.s3",
  ]);
}, 120_000);
