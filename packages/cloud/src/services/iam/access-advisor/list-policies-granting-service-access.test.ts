import type { ListPoliciesGrantingServiceAccessResponse } from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, testAccount, type TestIam } from "../testing.ts";

const own = (resource: string): string => `arn:aws:iam::${testAccount}:${resource}`;
const document = (...Statement: object[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: Statement.map((each) => ({ Effect: "Allow", Resource: "*", ...each })),
  });

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  iam.run("CreateUser", { UserName: "ana" });
  iam.run("CreateGroup", { GroupName: "team" });
  iam.run("AddUserToGroup", { GroupName: "team", UserName: "ana" });
});

const list = (Arn: string, ServiceNamespaces: string[], more: object = {}) =>
  iam.run<ListPoliciesGrantingServiceAccessResponse>("ListPoliciesGrantingServiceAccess", {
    Arn,
    ServiceNamespaces,
    ...more,
  });
/** The names of the policies that grant each service. */
const granting = (Arn: string, ...namespaces: string[]) =>
  list(Arn, namespaces).PoliciesGrantingServiceAccess.map(({ Policies }) =>
    Policies?.map(({ PolicyName }) => PolicyName),
  );

describe("policies that grant access to a service", () => {
  it("are those of the entity and its groups, inline ones with their owner", () => {
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess";
    iam.run("AttachUserPolicy", { UserName: "ana", PolicyArn });
    iam.run("PutUserPolicy", {
      UserName: "ana",
      PolicyName: "own",
      PolicyDocument: document({ Action: "ec2:Get*" }),
    });
    iam.run("PutGroupPolicy", {
      GroupName: "team",
      PolicyName: "shared",
      PolicyDocument: document({ Action: "s3:*" }, { Action: "EC2:RunInstances" }),
    });
    expect(list(own("user/ana"), ["ec2", "s3", "sqs"])).toEqual({
      PoliciesGrantingServiceAccess: [
        {
          ServiceNamespace: "ec2",
          Policies: [
            { PolicyName: "AmazonEC2ReadOnlyAccess", PolicyType: "MANAGED", PolicyArn },
            { PolicyName: "own", PolicyType: "INLINE", EntityType: "USER", EntityName: "ana" },
            { PolicyName: "shared", PolicyType: "INLINE", EntityType: "GROUP", EntityName: "team" },
          ],
        },
        {
          ServiceNamespace: "s3",
          Policies: [{ PolicyName: "shared", PolicyType: "INLINE", EntityType: "GROUP", EntityName: "team" }],
        },
        { ServiceNamespace: "sqs", Policies: [] },
      ],
      IsTruncated: false,
    });
    expect(granting(own("group/team"), "ec2")).toEqual([["shared"]]);
  });

  it.each([
    [{ Action: "*" }, true],
    [{ Action: "s3:GetObject" }, true],
    [{ Action: "s3:*", Effect: "Deny" }, false],
    [{ Action: "s3-object-lambda:*" }, false],
    [{ NotAction: "iam:*" }, true],
    [{ NotAction: "s3:*" }, false],
    [{ NotAction: "s3:Get*" }, true],
  ])("by %j: %j", (statement, grants) => {
    iam.run("PutUserPolicy", {
      UserName: "ana",
      PolicyName: "p",
      PolicyDocument: document(statement),
    });
    expect(granting(own("user/ana"), "s3")).toEqual([grants ? ["p"] : []]);
  });

  it("are not those of the boundary", () => {
    iam.run("PutUserPermissionsBoundary", {
      UserName: "ana",
      PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
    });
    expect(granting(own("user/ana"), "s3")).toEqual([[]]);
  });

  it("come in pages of a hundred services, in the order asked for", () => {
    const namespaces = Array.from({ length: 101 }, (_, index) => `s${100 - index}`);
    const first = list(own("user/ana"), namespaces);
    expect(first.PoliciesGrantingServiceAccess[0]?.ServiceNamespace).toBe("s100");
    expect([first.PoliciesGrantingServiceAccess.length, first.IsTruncated]).toEqual([100, true]);
    const rest = list(own("user/ana"), namespaces, { Marker: first.Marker });
    expect(rest.PoliciesGrantingServiceAccess).toMatchObject([{ ServiceNamespace: "s0" }]);
  });

  it("need the entity, and are of one that exists", () => {
    const input = (Arn: string) => ({ Arn, ServiceNamespaces: ["s3"] });
    expect(iam.needsOf("ListPoliciesGrantingServiceAccess", input(own("user/ana")))).toMatchObject([
      { action: "iam:ListPoliciesGrantingServiceAccess", target: { arn: own("user/ana") } },
    ]);
    expect(iam.faultOf("ListPoliciesGrantingServiceAccess", input(own("role/none")))).toMatch(
      /^NoSuchEntity/,
    );
  });
});
