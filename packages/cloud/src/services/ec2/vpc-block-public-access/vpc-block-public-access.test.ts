import { compileNetwork, reach, type VpcModel } from "@casemate/net-engine";
import type {
  DescribeSubnetsResult,
  DescribeVpcBlockPublicAccessExclusionsResult,
  DescribeVpcBlockPublicAccessOptionsResult,
  DescribeVpcsResult,
  VpcBlockPublicAccessExclusion,
  VpcBlockPublicAccessOptions,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import type { DeclaredSetting, NetworkDriver } from "../../../kit/index.ts";
import { metadataSetting } from "../instance/metadata-setting.ts";
import { networkReconciler } from "../network/reconciler.ts";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { testAccount, testNow } from "../testing.ts";
import { declaredPublicAccessReconciler } from "./reconciler.ts";
import { publicAccessOf } from "./public-access.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const arn = (resource: string): string => `arn:aws:ec2:us-east-1:${testAccount}:${resource}`;
const options = (): VpcBlockPublicAccessOptions =>
  net.ask<DescribeVpcBlockPublicAccessOptionsResult>("DescribeVpcBlockPublicAccessOptions")
    .VpcBlockPublicAccessOptions!;
const choose = (InternetGatewayBlockMode: string) =>
  net.ask("ModifyVpcBlockPublicAccessOptions", { InternetGatewayBlockMode });
const exclude = (input: object): string =>
  net.id(
    "CreateVpcBlockPublicAccessExclusion",
    { InternetGatewayExclusionMode: "allow-bidirectional", ...input },
    "VpcBlockPublicAccessExclusion.ExclusionId",
  );
const shown = (input: object = {}): readonly VpcBlockPublicAccessExclusion[] =>
  net.ask<DescribeVpcBlockPublicAccessExclusionsResult>("DescribeVpcBlockPublicAccessExclusions", input)
    .VpcBlockPublicAccessExclusions ?? [];

/** One pass over the networks. */
async function settle(): Promise<readonly VpcModel[]> {
  const models: VpcModel[] = [];
  const driver: NetworkDriver = {
    mode: "recorded",
    apply: (model) => Promise.resolve(void models.push(model)),
    remove: () => Promise.resolve(),
    standing: () => Promise.resolve([]),
    netnsOf: String,
  };
  await networkReconciler(driver, metadataSetting).run(net.store, net.environment);
  return models;
}

function fromOutside(eniId: string) {
  const traffic = { protocol: 6, destinationPort: 443 };
  return reach(compileNetwork(net.model()), { from: "198.51.100.7", to: eniId }, traffic);
}

/** An interface in the public subnet with an elastic IP, open to the world. */
function openHost(): string {
  const { id, eniId } = net.instanceIn(net.publicSubnetId);
  const AllocationId = net.id("AllocateAddress", {}, "AllocationId");
  net.ask("AssociateAddress", { AllocationId, InstanceId: id });
  const [GroupId] = net.model().enis.find((eni) => eni.id === eniId)!.securityGroupIds;
  const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  net.ask("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
  return eniId;
}

describe("VPC Block Public Access", () => {
  it("is off from the start, and holds as chosen once the networks stand", async () => {
    expect(options()).toEqual({
      AwsAccountId: testAccount,
      AwsRegion: "us-east-1",
      State: "default-state",
      InternetGatewayBlockMode: "off",
      ManagedBy: "account",
      ExclusionsAllowed: "allowed",
    });
    choose("block-ingress");
    expect(options()).toMatchObject({
      State: "update-in-progress",
      InternetGatewayBlockMode: "block-ingress",
      LastUpdateTimestamp: new Date(testNow),
    });
    await settle();
    expect(options().State).toBe("update-complete");
    expect(net.needs("ModifyVpcBlockPublicAccessOptions", { InternetGatewayBlockMode: "off" })).toEqual([
      ["ec2:ModifyVpcBlockPublicAccessOptions", "*"],
    ]);
  });

  it("closes the internet gateway both ways or inwards, of one region alone", () => {
    const eniId = openHost();
    expect(fromOutside(eniId).allowed).toBe(true);
    const source = net.model().enis.find(({ id }) => id === eniId)?.privateIps[0] ?? "";
    const out = { from: eniId, source, destination: "198.51.100.7", protocol: 6 };
    const outwards = () => net.verdict({ ...out, destinationPort: 443 });
    expect(outwards().allowed).toBe(true);
    for (const mode of ["block-bidirectional", "block-ingress"]) {
      choose(mode);
      expect(fromOutside(eniId)).toMatchObject({
        allowed: false,
        denied: { code: "VPC_BLOCK_PUBLIC_ACCESS_ENABLED" },
      });
      // An instance behind the gateway itself has no way out that lets nothing in.
      expect(outwards().allowed).toBe(false);
    }
    choose("off");
    expect(fromOutside(eniId).allowed).toBe(true);
    net.ask(
      "ModifyVpcBlockPublicAccessOptions",
      { InternetGatewayBlockMode: "block-bidirectional" },
      { region: "eu-west-1" },
    );
    expect(fromOutside(eniId).allowed).toBe(true);
  });

  it("shows at VPCs and subnets what of the internet is closed to them", () => {
    choose("block-bidirectional");
    exclude({ VpcId: net.vpcId, InternetGatewayExclusionMode: "allow-egress" });
    exclude({ SubnetId: net.publicSubnetId });
    const { Vpcs = [] } = net.ask<DescribeVpcsResult>("DescribeVpcs");
    const modes = new Map(Vpcs.map(({ VpcId, BlockPublicAccessStates }) => [VpcId, BlockPublicAccessStates]));
    expect(modes.get(net.vpcId)).toEqual({ InternetGatewayBlockMode: "block-ingress" });
    expect([...modes.values()]).toContainEqual({ InternetGatewayBlockMode: "block-bidirectional" });
    const SubnetIds = [net.publicSubnetId, net.privateSubnetId];
    const { Subnets = [] } = net.ask<DescribeSubnetsResult>("DescribeSubnets", { SubnetIds });
    expect(Subnets.map(({ BlockPublicAccessStates: states }) => states?.InternetGatewayBlockMode)).toEqual([
      "off",
      "block-ingress",
    ]);
  });
});

describe("exclusions", () => {
  it("open a subnet again, until they are deleted", async () => {
    const eniId = openHost();
    choose("block-bidirectional");
    const id = exclude({ SubnetId: net.publicSubnetId });
    expect(fromOutside(eniId).allowed).toBe(true);
    net.ask("ModifyVpcBlockPublicAccessExclusion", {
      ExclusionId: id,
      InternetGatewayExclusionMode: "allow-egress",
    });
    expect(fromOutside(eniId).allowed).toBe(false);
    const deleted = net.ask<{ VpcBlockPublicAccessExclusion: object }>(
      "DeleteVpcBlockPublicAccessExclusion",
      { ExclusionId: id },
    );
    expect(deleted.VpcBlockPublicAccessExclusion).toMatchObject({ State: "delete-in-progress" });
    await settle();
    expect(shown()).toMatchObject([{ State: "delete-complete", DeletionTimestamp: new Date(testNow) }]);
    net.advance(3_600_000);
    expect(shown()).toEqual([]);
    const gone = { ExclusionIds: [id] };
    expect(net.refusal("DescribeVpcBlockPublicAccessExclusions", gone)).toMatch(/NotFound/);
  });

  it("are made with tags and found by them, by resource, mode and state", async () => {
    const TagSpecifications = [
      { ResourceType: "vpc-block-public-access-exclusion", Tags: [{ Key: "team", Value: "web" }] },
    ];
    const id = exclude({ VpcId: net.vpcId, TagSpecifications });
    const other = exclude({ SubnetId: net.privateSubnetId, InternetGatewayExclusionMode: "allow-egress" });
    await settle();
    const [first] = shown({ ExclusionIds: [id] });
    expect(first).toEqual({
      ExclusionId: id,
      InternetGatewayExclusionMode: "allow-bidirectional",
      ResourceArn: arn(`vpc/${net.vpcId}`),
      State: "create-complete",
      CreationTimestamp: new Date(testNow),
      LastUpdateTimestamp: undefined,
      DeletionTimestamp: undefined,
      Tags: [{ Key: "team", Value: "web" }],
    });
    const found = (Name: string, ...Values: string[]) =>
      shown({ Filters: [{ Name, Values }] }).map(({ ExclusionId }) => ExclusionId);
    expect(found("tag:team", "web")).toEqual([id]);
    expect(found("tag-value", "w*")).toEqual([id]);
    expect(found("internet-gateway-exclusion-mode", "allow-egress")).toEqual([other]);
    expect(found("resource-arn", arn(`subnet/${net.privateSubnetId}`))).toEqual([other]);
    expect(found("state", "create-in-progress")).toEqual([]);
    net.ask("CreateTags", { Resources: [other], Tags: [{ Key: "team", Value: "db" }] });
    expect(found("tag:team", "db")).toEqual([other]);
    const page = net.ask<DescribeVpcBlockPublicAccessExclusionsResult>(
      "DescribeVpcBlockPublicAccessExclusions",
      { MaxResults: 5 },
    );
    expect(page.NextToken).toBeUndefined();
  });

  it("need leave on themselves and on what they exclude", () => {
    const input = { InternetGatewayExclusionMode: "allow-egress", SubnetId: net.publicSubnetId };
    expect(net.needs("CreateVpcBlockPublicAccessExclusion", input)).toEqual([
      ["ec2:CreateVpcBlockPublicAccessExclusion", arn("vpc-block-public-access-exclusion/*")],
      ["ec2:CreateVpcBlockPublicAccessExclusion", arn(`subnet/${net.publicSubnetId}`)],
    ]);
    const ExclusionId = exclude({ VpcId: net.vpcId });
    expect(net.needs("DeleteVpcBlockPublicAccessExclusion", { ExclusionId })).toEqual([
      ["ec2:DeleteVpcBlockPublicAccessExclusion", arn(`vpc-block-public-access-exclusion/${ExclusionId}`)],
    ]);
  });

  it("go with what they exclude", async () => {
    const SubnetId = net.id(
      "CreateSubnet",
      { VpcId: net.vpcId, CidrBlock: "10.0.9.0/24" },
      "Subnet.SubnetId",
    );
    exclude({ SubnetId });
    net.ask("DeleteSubnet", { SubnetId });
    await settle();
    expect(shown()).toMatchObject([{ State: "delete-complete" }]);
  });
});

describe("what an organization declares", () => {
  const declared = (mode: string, exclusions_allowed?: string): DeclaredSetting => ({
    value: { internet_gateway_block: { mode, exclusions_allowed } },
    exceptionMessage: "Ask security.",
  });

  it("holds over what the account chose, from its next call on", async () => {
    const eniId = openHost();
    net.declare("vpc_block_public_access", declared("block_bidirectional"));
    expect(options()).toMatchObject({
      State: "update-in-progress",
      InternetGatewayBlockMode: "block-bidirectional",
      ManagedBy: "declarative-policy",
      ExclusionsAllowed: "allowed",
    });
    expect(fromOutside(eniId).allowed).toBe(false);
    await settle();
    expect(options().State).toBe("update-complete");
    expect(net.refusal("ModifyVpcBlockPublicAccessOptions", { InternetGatewayBlockMode: "off" })).toBe(
      "DeclarativePolicyViolation: This functionality has been disabled by a Declarative Policy. " +
        "Custom Message: Ask security.",
    );
    exclude({ SubnetId: net.publicSubnetId });
    expect(fromOutside(eniId).allowed).toBe(true);
  });

  it("takes exclusions out of effect where it allows none", async () => {
    const eniId = openHost();
    const ExclusionId = exclude({ SubnetId: net.publicSubnetId });
    await settle();
    net.declare("vpc_block_public_access", declared("block_ingress", "disabled"));
    expect(options().ExclusionsAllowed).toBe("not-allowed");
    expect(shown()).toMatchObject([{ State: "disable-in-progress" }]);
    expect(fromOutside(eniId).allowed).toBe(false);
    await settle();
    expect(shown()).toMatchObject([{ State: "disable-complete" }]);
    const again = { ExclusionId, InternetGatewayExclusionMode: "allow-bidirectional" };
    expect(net.refusal("ModifyVpcBlockPublicAccessExclusion", again)).toMatch(/^DeclarativePolicyViolation/);
    const input = { InternetGatewayExclusionMode: "allow-egress", VpcId: net.vpcId };
    expect(net.refusal("CreateVpcBlockPublicAccessExclusion", input)).toMatch(/^DeclarativePolicyViolation/);
  });

  it("comes to accounts that make no call, and goes as it came", async () => {
    const settings = new Map([["vpc_block_public_access", declared("block_ingress")]]);
    const pass = (): Promise<void> =>
      declaredPublicAccessReconciler({
        organizationOf: () => undefined,
        scpsOf: () => undefined,
        rcpsOf: () => undefined,
        serviceStandingOf: () => undefined,
        scopeOf: () => "no-organization",
        declaredSettingOf: (_tx, _account, name) => settings.get(name),
      }).run(net.store, net.environment);
    const mode = () =>
      net.store.read((tx) => publicAccessOf(tx, { accountId: testAccount, region: "us-east-1" }).mode);
    await pass();
    expect(mode()).toBe("block-ingress");
    settings.clear();
    await pass();
    expect(mode()).toBe("off");
  });
});
