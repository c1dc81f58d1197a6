import { describe, expect, it } from "vitest";
import {
  allowing,
  credentialsIn,
  openSignedCloud,
  trusting,
} from "../../../request-path/testing/signed-calls.ts";

const account = "111122223333";

describe("service last accessed details", () => {
  it("tell what was decided on the way of requests: allowed, refused, and by a session for its role", async () => {
    const cloud = await openSignedCloud();
    const { admin, must, call } = cloud;
    const ana = await cloud.user("ana", allowing(["iam:GetUser", "sts:AssumeRole", "ec2:*"]));
    await must(admin, "CreateRole", {
      RoleName: "app",
      AssumeRolePolicyDocument: trusting({ AWS: account }),
    });
    const grants = { PolicyName: "p", PolicyDocument: allowing(["ec2:Describe*", "iam:List*"]) };
    await must(admin, "PutRolePolicy", { RoleName: "app", ...grants });
    await must(ana, "GetUser");
    expect((await call(ana, "ListUsers")).code).toBe("AccessDenied");
    const assumed = await must(ana, "sts:AssumeRole", {
      RoleArn: `arn:aws:iam::${account}:role/app`,
      RoleSessionName: "job",
    });
    await must(credentialsIn(assumed), "ec2:DescribeVpcs");

    const details = async (entity: string) => {
      const Arn = `arn:aws:iam::${account}:${entity}`;
      const job = await must(admin, "GenerateServiceLastAccessedDetails", {
        Arn,
        Granularity: "ACTION_LEVEL",
      });
      const JobId = job.element("JobId") ?? "";
      const { text } = await must(admin, "GetServiceLastAccessedDetails", { JobId });
      return [...text.matchAll(/<(?:ActionName|ServiceNamespace)>([^<]+)</g)].map(([, name = ""]) => name);
    };
    expect((await details("user/ana")).toSorted()).toEqual([
      "AssumeRole",
      "GetUser",
      "ListUsers",
      "ec2",
      "iam",
      "sts",
    ]);
    expect((await details("role/app")).toSorted()).toEqual(["DescribeVpcs", "ec2", "iam"]);
    expect(cloud.defects).toEqual([]);
  });

  it("tell nothing of a call that nobody was found for", async () => {
    const cloud = await openSignedCloud();
    const ana = await cloud.user("ana", allowing("iam:*"));
    const answer = await cloud.call({ ...ana, secretAccessKey: "x".repeat(40) }, "GetUser");
    expect(answer.code).toBe("SignatureDoesNotMatch");
    const Arn = `arn:aws:iam::${account}:user/ana`;
    const job = await cloud.must(cloud.admin, "GenerateServiceLastAccessedDetails", { Arn });
    const details = await cloud.must(cloud.admin, "GetServiceLastAccessedDetails", {
      JobId: job.element("JobId") ?? "",
    });
    expect(details.text).not.toContain("LastAuthenticated>");
    expect(details.element("TotalAuthenticatedEntities")).toBe("0");
  });
});
