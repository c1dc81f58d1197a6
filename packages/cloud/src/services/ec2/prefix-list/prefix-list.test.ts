import type {
  DescribeManagedPrefixListsResult,
  DescribePrefixListsResult,
  GetManagedPrefixListAssociationsResult,
  GetManagedPrefixListEntriesResult,
  ManagedPrefixList,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, operationNamed, type TestNetwork } from "../testing-network.ts";
import { rootOf } from "../testing.ts";
import { awsPrefixListId, gatewayServiceBlocks } from "./aws-prefix-lists.ts";
import { versionsPerListMax } from "./list-versions.ts";
import { prefixLists, prefixListVersions } from "./prefix-list.ts";

let net: TestNetwork;

beforeEach(async () => {
  net = await openTestNetwork();
});

const offices = [{ Cidr: "198.51.100.0/24", Description: "south" }, { Cidr: "203.0.113.0/24" }];
const create = (input: object = {}): string =>
  net.id(
    "CreateManagedPrefixList",
    { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 5, ...input },
    "PrefixList.PrefixListId",
  );
const show = (PrefixListId: string): ManagedPrefixList =>
  net.ask<DescribeManagedPrefixListsResult>("DescribeManagedPrefixLists", { PrefixListIds: [PrefixListId] })
    .PrefixLists?.[0] ?? {};
const entries = (PrefixListId: string, TargetVersion?: number) =>
  net
    .ask<GetManagedPrefixListEntriesResult>("GetManagedPrefixListEntries", { PrefixListId, TargetVersion })
    .Entries?.map(({ Cidr }) => Cidr);
const modify = (PrefixListId: string, input: object) =>
  net.ask("ModifyManagedPrefixList", { PrefixListId, ...input });
const group = (GroupName: string): string =>
  net.id("CreateSecurityGroup", { VpcId: net.vpcId, GroupName, Description: "d" }, "GroupId");
const permit = (GroupId: string, PrefixListId: string) => ({
  GroupId,
  IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId }] }],
});

describe("a customer's prefix list", () => {
  it("is in progress at first, and complete when it is looked at", () => {
    const input = { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 5, Entries: offices };
    const made = net.ask<{ PrefixList: ManagedPrefixList }>("CreateManagedPrefixList", input).PrefixList;
    expect(made).toEqual({
      PrefixListId: made.PrefixListId,
      PrefixListArn: `arn:aws:ec2:us-east-1:111122223333:prefix-list/${made.PrefixListId}`,
      PrefixListName: "offices",
      AddressFamily: "IPv4",
      State: "create-in-progress",
      StateMessage: undefined,
      MaxEntries: 5,
      Version: 1,
      OwnerId: "111122223333",
      Tags: [],
    });
    expect(show(made.PrefixListId ?? "")).toEqual({ ...made, State: "create-complete" });
    expect(entries(made.PrefixListId ?? "")).toEqual(["198.51.100.0/24", "203.0.113.0/24"]);
  });

  it("is made once per client token", () => {
    expect(create({ ClientToken: "t" })).toBe(create({ ClientToken: "t" }));
    expect(create()).not.toBe(create());
  });

  it("gets a version with every change of its entries, and with no other change", () => {
    const id = create({ Entries: offices });
    modify(id, {
      CurrentVersion: 1,
      AddEntries: [{ Cidr: "192.0.2.7/24" }],
      RemoveEntries: [{ Cidr: "203.0.113.0/24" }],
    });
    expect(show(id)).toMatchObject({ State: "modify-complete", Version: 2 });
    expect(entries(id)).toEqual(["192.0.2.0/24", "198.51.100.0/24"]);
    expect(entries(id, 1)).toEqual(["198.51.100.0/24", "203.0.113.0/24"]);
    modify(id, { PrefixListName: "places", MaxEntries: 9 });
    expect(show(id)).toMatchObject({ PrefixListName: "places", MaxEntries: 9, Version: 2 });
  });

  it("refuses a change that was made for another version", () => {
    const id = create({ Entries: offices });
    const change = { PrefixListId: id, AddEntries: [{ Cidr: "192.0.2.0/24" }] };
    net.ask("ModifyManagedPrefixList", { ...change, CurrentVersion: 1 });
    expect(net.refusal("ModifyManagedPrefixList", { ...change, CurrentVersion: 1 })).toBe(
      "PrefixListVersionMismatch: The prefix list has the incorrect version number.",
    );
    expect(net.refusal("ModifyManagedPrefixList", change)).toContain("MissingParameter");
    expect(entries(id)).toHaveLength(3);
  });

  it("goes back to the entries of a version, in a version of its own", () => {
    const id = create({ Entries: offices });
    modify(id, { CurrentVersion: 1, RemoveEntries: offices.map(({ Cidr }) => ({ Cidr })) });
    expect(entries(id)).toEqual([]);
    net.ask("RestoreManagedPrefixListVersion", { PrefixListId: id, PreviousVersion: 1, CurrentVersion: 2 });
    expect(show(id)).toMatchObject({ State: "restore-complete", Version: 3 });
    expect(entries(id)).toHaveLength(2);
    const stale = { PrefixListId: id, PreviousVersion: 1, CurrentVersion: 2 };
    expect(net.refusal("RestoreManagedPrefixListVersion", stale)).toContain("PrefixListVersionMismatch");
  });

  it("forgets its oldest version beyond a thousand", () => {
    const id = create({ Entries: offices });
    net.store.transaction((tx) => {
      const row = tx.get(prefixLists.collection, id);
      if (row !== undefined) prefixLists.change(tx, row, { version: versionsPerListMax });
    });
    modify(id, { CurrentVersion: versionsPerListMax, AddEntries: [{ Cidr: "192.0.2.0/24" }] });
    expect(net.refusal("GetManagedPrefixListEntries", { PrefixListId: id, TargetVersion: 1 })).toContain(
      "InvalidPrefixListVersion.NotFound",
    );
  });

  it("goes with all its versions", () => {
    const id = create({ Entries: offices });
    net.ask("DeleteManagedPrefixList", { PrefixListId: id });
    expect(net.refusal("DescribeManagedPrefixLists", { PrefixListIds: [id] })).toContain(
      "InvalidPrefixListID.NotFound",
    );
    expect(net.store.read((tx) => [...tx.scan(prefixListVersions)])).toEqual([]);
  });

  it("is nobody else's", () => {
    const PrefixListId = create({ Entries: offices });
    const stranger = { principal: rootOf("444455556666") };
    expect(net.refusal("GetManagedPrefixListEntries", { PrefixListId }, stranger)).toContain("NotFound");
    const GroupId = group("web");
    expect(net.refusal("AuthorizeSecurityGroupIngress", permit(GroupId, "pl-0aaaaaaaaaaaaaaaa"))).toContain(
      "InvalidPrefixListID.NotFound",
    );
  });

  it("is needed with the attributes of a change as keys", () => {
    const PrefixListId = create();
    const input = { PrefixListId, CurrentVersion: 1, AddEntries: [{ Cidr: "192.0.2.0/24" }] };
    const [need] = net.needsOf(operationNamed("ModifyManagedPrefixList"), input);
    expect(need?.target.arn).toBe(`arn:aws:ec2:us-east-1:111122223333:prefix-list/${PrefixListId}`);
    expect(need?.keys).toMatchObject({
      "ec2:Attribute": "AddEntries",
      "ec2:Attribute/AddEntries": ["192.0.2.0/24"],
    });
    expect(need?.keys).not.toHaveProperty("ec2:Attribute/MaxEntries");
  });
});

describe("references to a prefix list", () => {
  it("are listed and keep it from being deleted", () => {
    const id = create({ Entries: offices });
    const GroupId = group("web");
    net.ask("AuthorizeSecurityGroupIngress", permit(GroupId, id));
    const route = { RouteTableId: net.publicTableId, DestinationPrefixListId: id, GatewayId: net.gatewayId };
    net.ask("CreateRoute", route);
    const asked = { PrefixListId: id };
    const found = net.ask<GetManagedPrefixListAssociationsResult>("GetManagedPrefixListAssociations", asked);
    expect(found.PrefixListAssociations?.map(({ ResourceId }) => ResourceId).toSorted()).toEqual(
      [GroupId, net.publicTableId].toSorted(),
    );
    expect(net.refusal("DeleteManagedPrefixList", asked)).toContain("DependencyViolation");
    net.ask("RevokeSecurityGroupIngress", permit(GroupId, id));
    net.ask("DeleteRoute", { RouteTableId: net.publicTableId, DestinationPrefixListId: id });
    net.ask("DeleteManagedPrefixList", asked);
  });

  it("count in a group for every entry that the list may have", () => {
    const GroupId = group("web");
    net.ask("AuthorizeSecurityGroupIngress", permit(GroupId, create({ MaxEntries: 50 })));
    const more = permit(GroupId, create({ MaxEntries: 11 }));
    expect(net.refusal("AuthorizeSecurityGroupIngress", more)).toContain(
      "RulesPerSecurityGroupLimitExceeded",
    );
    net.ask("AuthorizeSecurityGroupEgress", more);
    net.ask("AuthorizeSecurityGroupIngress", permit(GroupId, create({ MaxEntries: 10 })));
    // AWS's own lists have a weight of their own; a list of the other family counts with its own.
    expect(
      net.refusal("AuthorizeSecurityGroupIngress", permit(GroupId, awsPrefixListId("s3", "us-east-1"))),
    ).toContain("RulesPerSecurityGroupLimitExceeded");
    net.ask(
      "AuthorizeSecurityGroupIngress",
      permit(GroupId, create({ MaxEntries: 60, AddressFamily: "IPv6" })),
    );
  });

  it("count in a route table for every entry that the list may have", () => {
    const route = (DestinationPrefixListId: string) => ({
      RouteTableId: net.mainTableId,
      DestinationPrefixListId,
      GatewayId: net.gatewayId,
    });
    net.ask("CreateRoute", route(create({ MaxEntries: 499 })));
    expect(net.refusal("CreateRoute", route(create({ MaxEntries: 2 })))).toContain("RouteLimitExceeded");
    net.ask("CreateRoute", route(create({ MaxEntries: 1 })));
  });

  it("keep a list from growing beyond what they have room for, which its state tells", () => {
    const GroupId = group("web");
    const id = create();
    net.ask("AuthorizeSecurityGroupIngress", permit(GroupId, id));
    modify(id, { MaxEntries: 60 });
    expect(show(id)).toMatchObject({ State: "modify-complete", MaxEntries: 60 });
    modify(id, { MaxEntries: 61 });
    expect(show(id)).toMatchObject({ State: "modify-failed", MaxEntries: 60 });
    expect(show(id).StateMessage).toContain(GroupId);
    modify(id, { MaxEntries: 5 });
    expect(show(id)).toMatchObject({ State: "modify-complete", MaxEntries: 5, StateMessage: undefined });
  });

  it("decide about packets by what the list says now", () => {
    net.ask("ModifySubnetAttribute", { SubnetId: net.publicSubnetId, MapPublicIpOnLaunch: { Value: true } });
    const GroupId = group("web");
    const id = create({ Entries: offices });
    net.ask("AuthorizeSecurityGroupIngress", permit(GroupId, id));
    const { eniId } = net.instanceIn(net.publicSubnetId, { SecurityGroupIds: [GroupId] });
    const publicIp = net.model().enis.find((eni) => eni.id === eniId)?.publicIps?.[0]?.publicIp ?? "";
    const delivered = (source: string) =>
      net.verdict({
        from: "internet",
        source,
        destination: publicIp,
        protocol: 6,
        sourcePort: 50_000,
        destinationPort: 443,
      }).allowed;
    expect([delivered("198.51.100.7"), delivered("192.0.2.7")]).toEqual([true, false]);
    modify(id, {
      CurrentVersion: 1,
      AddEntries: [{ Cidr: "192.0.2.0/24" }],
      RemoveEntries: [{ Cidr: "198.51.100.0/24" }],
    });
    expect([delivered("198.51.100.7"), delivered("192.0.2.7")]).toEqual([false, true]);
  });

  it("stand in routes as the blocks of the list", () => {
    const id = create({ Entries: offices });
    net.ask("DeleteRoute", { RouteTableId: net.publicTableId, DestinationCidrBlock: "0.0.0.0/0" });
    net.ask("ModifySubnetAttribute", { SubnetId: net.publicSubnetId, MapPublicIpOnLaunch: { Value: true } });
    const { eniId } = net.instanceIn(net.publicSubnetId);
    const source = net.model().enis.find((eni) => eni.id === eniId)?.privateIps[0] ?? "";
    const leaves = (destination: string) =>
      net.verdict({ from: eniId, source, destination, protocol: 6, sourcePort: 50_000, destinationPort: 443 })
        .allowed;
    expect(leaves("198.51.100.7")).toBe(false);
    const route = { RouteTableId: net.publicTableId, DestinationPrefixListId: id, GatewayId: net.gatewayId };
    net.ask("CreateRoute", route);
    expect([leaves("198.51.100.7"), leaves("192.0.2.7")]).toEqual([true, false]);
  });
});

describe("AWS's prefix lists", () => {
  it("are those of S3 and DynamoDB, in every account and told apart by region", () => {
    const [dynamodb, s3] = ["dynamodb", "s3"] as const;
    const names = (region: string) =>
      net
        .ask<DescribePrefixListsResult>("DescribePrefixLists", {}, { region })
        .PrefixLists?.map(({ PrefixListId, PrefixListName, Cidrs }) => [PrefixListId, PrefixListName, Cidrs]);
    for (const region of ["us-east-1", "eu-west-1"]) {
      expect(names(region)).toEqual([
        [
          awsPrefixListId(dynamodb, region),
          `com.amazonaws.${region}.dynamodb`,
          gatewayServiceBlocks.dynamodb,
        ],
        [awsPrefixListId(s3, region), `com.amazonaws.${region}.s3`, gatewayServiceBlocks.s3],
      ]);
    }
    expect(awsPrefixListId(s3, "us-east-1")).not.toBe(awsPrefixListId(s3, "eu-west-1"));
    expect(awsPrefixListId(s3, "mars-north-1")).toMatch(/^pl-[0-9a-f]{8}$/);
  });

  it("stand beside the customer's, show neither version nor size, and can be read but not changed", () => {
    const id = awsPrefixListId("s3", "us-east-1");
    create();
    expect(show(id)).toEqual({
      PrefixListId: id,
      PrefixListArn: `arn:aws:ec2:us-east-1:aws:prefix-list/${id}`,
      PrefixListName: "com.amazonaws.us-east-1.s3",
      AddressFamily: "IPv4",
      State: "create-complete",
      OwnerId: "AWS",
      Tags: [],
    });
    expect(entries(id)).toEqual(gatewayServiceBlocks.s3);
    const count = (Filters: readonly object[]) =>
      net.ask<DescribeManagedPrefixListsResult>("DescribeManagedPrefixLists", { Filters }).PrefixLists
        ?.length;
    expect(count([{ Name: "owner-id", Values: ["AWS"] }])).toBe(2);
    expect(count([{ Name: "owner-id", Values: ["111122223333"] }])).toBe(1);
    expect(count([{ Name: "prefix-list-name", Values: ["com.amazonaws.*"] }])).toBe(2);
    for (const operation of ["DeleteManagedPrefixList", "GetManagedPrefixListAssociations"]) {
      expect(net.refusal(operation, { PrefixListId: id })).toContain("OperationNotPermitted");
    }
    expect(net.needs("GetManagedPrefixListEntries", { PrefixListId: id })).toEqual([
      ["ec2:GetManagedPrefixListEntries", `arn:aws:ec2:us-east-1:aws:prefix-list/${id}`],
    ]);
  });

  it("come in pages with the others, each once", () => {
    for (let made = 0; made < 3; made += 1) create();
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const input = { MaxResults: 2, ...(NextToken === undefined ? {} : { NextToken }) };
      const page = net.ask<DescribeManagedPrefixListsResult>("DescribeManagedPrefixLists", input);
      seen.push(...(page.PrefixLists ?? []).map(({ PrefixListId }) => PrefixListId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });
});
