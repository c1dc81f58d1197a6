/**
 * Findings are about what is enforced: whoever of another account gets into a role has a finding, and so has
 * the role that they got into. Random trust policies, asked by signed calls.
 */
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { allowing, openSignedCloud, type SignedCloud } from "../../../request-path/testing/signed-calls.ts";

const account = "111122223333";
const outside = "444455556666";
const principals = [
  { AWS: "*" },
  { AWS: account },
  { AWS: outside },
  { AWS: `arn:aws:iam::${outside}:user/eve` },
  { AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::${outside}:root`] },
  { Service: "ec2.amazonaws.com" },
  { Federated: "accounts.google.com" },
];
const conditions = [
  undefined,
  { StringEquals: { "sts:ExternalId": "shared" } },
  { StringNotEquals: { "aws:PrincipalAccount": outside } },
  { StringEquals: { "aws:PrincipalAccount": account } },
  { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${outside}:user/*` } },
  { Bool: { "aws:SecureTransport": "true" } },
  { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
  { StringLike: { "aws:userid": "AIDA*" } },
];
const statement = fc.record({
  Effect: fc.constantFrom("Allow", "Allow", "Allow", "Deny"),
  Principal: fc.constantFrom(...principals),
  Action: fc.constantFrom("sts:AssumeRole", "sts:Assume*", "sts:TagSession"),
  Condition: fc.constantFrom(...conditions),
});
const documents = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map((Statement) => JSON.stringify({ Version: "2012-10-17", Statement }));

let cloud: SignedCloud;
let eve: SignedCloud["admin"];
let analyzerArn: string;
beforeAll(async () => {
  cloud = await openSignedCloud();
  await cloud.must(cloud.stranger, "CreateUser", { UserName: "eve" });
  const policy = { UserName: "eve", PolicyName: "p", PolicyDocument: allowing("sts:*") };
  await cloud.must(cloud.stranger, "PutUserPolicy", policy);
  const key = await cloud.must(cloud.stranger, "CreateAccessKey", { UserName: "eve" });
  eve = { accessKeyId: key.element("AccessKeyId")!, secretAccessKey: key.element("SecretAccessKey")! };
  const made = await cloud.must(cloud.admin, "access-analyzer:CreateAnalyzer", {
    analyzerName: "a",
    type: "ACCOUNT",
  });
  analyzerArn = String(made.json["arn"]);
  await cloud.must(cloud.admin, "CreateRole", {
    RoleName: "r",
    AssumeRolePolicyDocument: documentFor(account),
  });
});

function documentFor(AWS: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" }],
  });
}

it("whoever gets in from outside has a finding", { timeout: 60_000 }, async () => {
  let entered = 0;
  const property = fc.asyncProperty(
    documents,
    fc.constantFrom(undefined, "shared"),
    async (document, ExternalId) => {
      await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", { RoleName: "r", PolicyDocument: document });
      const answer = await cloud.call(eve, "sts:AssumeRole", {
        RoleArn: `arn:aws:iam::${account}:role/r`,
        RoleSessionName: "eve",
        ...(ExternalId === undefined ? {} : { ExternalId }),
      });
      if (answer.status !== 200) return;
      entered += 1;
      const filter = { status: { eq: ["ACTIVE"] } };
      const { json } = await cloud.must(cloud.admin, "access-analyzer:ListFindings", { analyzerArn, filter });
      const found = (json["findings"] as { principal: Record<string, string>; action: string[] }[]).filter(
        ({ principal: { AWS = "" }, action }) =>
          (AWS === "*" || AWS.includes(outside)) &&
          action.some((each) => /^sts:Assume(?:Role|\*)$/.test(each)),
      );
      // The counterexample that fast-check prints has the document.
      expect(found).not.toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 300 });
  expect(entered).toBeGreaterThan(30);
});
