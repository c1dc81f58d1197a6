/** Test support of the ledgers: examples of operations on VPCs, subnets, options, ACLs and prefix lists. */
import type { NetworkFixtures } from "./network-fixtures.ts";
import { aclEntry, dhcpConfiguration, type VpcFixtures } from "./vpc-fixtures.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Example = (fixtures: VpcFixtures & NetworkFixtures) => Parameters;

/** Values of required parameters, by name. */
export const vpcMembers: Readonly<Record<string, Example>> = {
  "ec2:DhcpConfigurations": () => dhcpConfiguration,
  "ec2:DhcpOptionsId": ({ spareOptionsId }) => ({ DhcpOptionsId: spareOptionsId }),
  "ec2:NetworkAclId": ({ spareAclId }) => ({ NetworkAclId: spareAclId }),
  "ec2:PrefixListId": ({ prefixListId }) => ({ PrefixListId: prefixListId }),
  "ec2:SubnetCidrReservationId": ({ reservationId }) => ({ SubnetCidrReservationId: reservationId }),
  "ec2:SubnetId": ({ emptySubnetId }) => ({ SubnetId: emptySubnetId }),
};

const tagged = (type: string) => ({
  "TagSpecification.1.ResourceType": type,
  "TagSpecification.1.Tag.1.Key": "purpose",
  "TagSpecification.1.Tag.1.Value": "ledger",
});

/** What an operation wants beside or instead of those. */
export const vpcOperations: Readonly<Record<string, Example>> = {
  "ec2:AssociateSubnetCidrBlock": ({ freeIpv6Block }) => ({ Ipv6CidrBlock: freeIpv6Block }),
  "ec2:AssociateVpcCidrBlock": () => ({ CidrBlock: "10.30.0.0/16" }),
  "ec2:CreateDefaultSubnet": () => ({ AvailabilityZone: "us-east-1c" }),
  "ec2:CreateDhcpOptions": () => tagged("dhcp-options"),
  "ec2:CreateManagedPrefixList": () => ({
    PrefixListName: "ledger",
    AddressFamily: "IPv4",
    MaxEntries: "5",
    ...tagged("prefix-list"),
  }),
  "ec2:CreateNetworkAcl": () => tagged("network-acl"),
  "ec2:CreateNetworkAclEntry": () => aclEntry(20),
  "ec2:CreateSubnet": () => ({ CidrBlock: "10.20.1.0/24", ...tagged("subnet") }),
  "ec2:CreateSubnetCidrReservation": () => ({ Cidr: "10.22.1.64/28", ReservationType: "explicit" }),
  "ec2:CreateVpc": () => ({ CidrBlock: "10.40.0.0/16", ...tagged("vpc") }),
  "ec2:DeleteNetworkAclEntry": () => ({ RuleNumber: "10", Egress: "false" }),
  "ec2:DescribeDhcpOptions": ({ spareOptionsId }) => ({ "DhcpOptionsId.1": spareOptionsId }),
  "ec2:DescribeManagedPrefixLists": ({ prefixListId }) => ({ "PrefixListId.1": prefixListId }),
  "ec2:DescribeVpcAttribute": () => ({ Attribute: "enableDnsSupport" }),
  "ec2:DisassociateSubnetCidrBlock": ({ subnetBlockAssociationId }) => ({
    AssociationId: subnetBlockAssociationId,
  }),
  "ec2:DisassociateVpcCidrBlock": ({ spareBlockAssociationId }) => ({
    AssociationId: spareBlockAssociationId,
  }),
  "ec2:ModifyManagedPrefixList": () => ({ CurrentVersion: "2", "AddEntry.1.Cidr": "203.0.113.0/24" }),
  "ec2:ModifySubnetAttribute": () => ({ "MapPublicIpOnLaunch.Value": "true" }),
  "ec2:ModifyVpcAttribute": () => ({ "EnableDnsHostnames.Value": "true" }),
  "ec2:ModifyVpcTenancy": () => ({ InstanceTenancy: "default" }),
  "ec2:ReplaceNetworkAclAssociation": ({ aclAssociationId }) => ({ AssociationId: aclAssociationId }),
  "ec2:ReplaceNetworkAclEntry": () => aclEntry(10),
  "ec2:RestoreManagedPrefixListVersion": () => ({ PreviousVersion: "1", CurrentVersion: "2" }),
};
