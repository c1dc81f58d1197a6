import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../../request-path/testing.ts";
import {
  allowing,
  credentialsIn,
  field,
  openSignedCloud,
  policyOf,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";
import { sealSecret, accessKeys, rootHolder } from "../../iam/index.ts";

const account = "111122223333";

let cloud: SignedCloud;
let ana: Credentials;
beforeEach(async () => {
  cloud = await openSignedCloud();
  ana = await cloud.user("ana", allowing(["sts:*", "ec2:DescribeVpcs", "ec2:DescribeSubnets"]));
});

type Parameters = Readonly<Record<string, string>>;
const federate = (as: Credentials, more: Parameters = {}): Promise<Answer> =>
  cloud.call(as, "sts:GetFederationToken", { Name: "guest", ...more });
const guest = async (more: Parameters = {}): Promise<Credentials> => {
  const answer = await federate(ana, more);
  if (answer.status !== 200) throw new Error(`${answer.code}: ${answer.message}`);
  return credentialsIn(answer);
};
const vpcs = allowing("ec2:DescribeVpcs");

function rootKey(): Credentials {
  const secretAccessKey = "r".repeat(40);
  const accessKeyId = "AKIAROOTROOTROOTROOT";
  cloud.store.transaction((tx) => {
    tx.put(accessKeys, {
      id: accessKeyId,
      accountId: account,
      holder: rootHolder,
      status: "Active",
      sealedSecret: sealSecret(cloud.environment, accessKeyId, secretAccessKey),
      createdAt: 0,
    });
  });
  return { accessKeyId, secretAccessKey };
}

describe("GetFederationToken", () => {
  it("gives a federated user, who is known by the name that was given", async () => {
    const answer = await federate(ana, { Policy: vpcs });
    expect(field(answer, "Arn")).toBe(`arn:aws:sts::${account}:federated-user/guest`);
    expect(field(answer, "FederatedUserId")).toBe(`${account}:guest`);
    expect(field(answer, "Expiration")).toBe("2026-01-16T00:00:00Z");
    expect(Number(field(answer, "PackedPolicySize"))).toBeGreaterThan(0);
    const who = await cloud.must(credentialsIn(answer), "sts:GetCallerIdentity");
    expect([field(who, "Arn"), field(who, "UserId")]).toEqual([
      `arn:aws:sts::${account}:federated-user/guest`,
      `${account}:guest`,
    ]);
  });

  it("gives what both the user and the session policy allow, and nothing without a session policy", async () => {
    const both = await guest({ Policy: vpcs });
    await cloud.must(both, "ec2:DescribeVpcs");
    expect((await cloud.call(both, "ec2:DescribeSubnets")).code).toBe("UnauthorizedOperation");
    const wide = await guest({ Policy: allowing("*") });
    await cloud.must(wide, "ec2:DescribeSubnets");
    expect((await cloud.call(wide, "ec2:DescribeImages")).code).toBe("UnauthorizedOperation");
    const none = await guest();
    expect((await cloud.call(none, "ec2:DescribeVpcs")).message).toContain(
      "because no session policy allows the ec2:DescribeVpcs action",
    );
    const managed = await guest({
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess",
    });
    await cloud.must(managed, "ec2:DescribeVpcs");
  });

  it("is shut to IAM and to the rest of STS", async () => {
    await cloud.must(cloud.admin, "PutUserPolicy", {
      UserName: "ana",
      PolicyName: "p0",
      PolicyDocument: allowing("*"),
    });
    const session = await guest({ Policy: allowing("*") });
    expect((await cloud.call(session, "ListUsers")).code).toBe("InvalidClientTokenId");
    for (const name of ["GetSessionToken", "GetFederationToken", "AssumeRole", "GetAccessKeyInfo"]) {
      const answer = await cloud.call(session, `sts:${name}`, {
        ...(name === "GetFederationToken" ? { Name: "other" } : {}),
        ...(name === "GetAccessKeyInfo" ? { AccessKeyId: ana.accessKeyId } : {}),
        ...(name === "AssumeRole"
          ? { RoleArn: `arn:aws:iam::${account}:role/app`, RoleSessionName: "job" }
          : {}),
      });
      expect([answer.code, answer.message]).toEqual([
        "AccessDenied",
        `Cannot call ${name} with session credentials`,
      ]);
    }
  });

  it("is not for sessions", async () => {
    const session = credentialsIn(await cloud.must(ana, "sts:GetSessionToken"));
    expect((await federate(session)).message).toBe("Cannot call GetFederationToken with session credentials");
  });

  it("needs its permission on the federated user's name, and TagSession for tags", async () => {
    const bob = await cloud.user(
      "bob",
      allowing("sts:GetFederationToken", `arn:aws:sts::${account}:federated-user/guest`),
    );
    expect((await federate(bob)).status).toBe(200);
    const other = await federate(bob, { Name: "other" });
    expect(other.message).toContain(
      `is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${account}:federated-user/other`,
    );
    const tags = { "Tags.member.1.Key": "team", "Tags.member.1.Value": "red" };
    expect((await federate(bob, tags)).message).toContain("sts:TagSession");
    expect((await federate(ana, tags)).status).toBe(200);
  });

  it("carries the user's tags with those of the session over them", async () => {
    await cloud.must(cloud.admin, "TagUser", {
      UserName: "ana",
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "blue",
      "Tags.member.2.Key": "floor",
      "Tags.member.2.Value": "2",
    });
    const when = (tags: object): string =>
      policyOf({
        Effect: "Allow",
        Action: "ec2:DescribeVpcs",
        Resource: "*",
        Condition: { StringEquals: tags },
      });
    const Policy = when({ "aws:PrincipalTag/team": "red", "aws:PrincipalTag/floor": "2" });
    const tags = { "Tags.member.1.Key": "Team", "Tags.member.1.Value": "red" };
    await cloud.must(await guest({ Policy, ...tags }), "ec2:DescribeVpcs");
    expect((await cloud.call(await guest({ Policy }), "ec2:DescribeVpcs")).code).toBe(
      "UnauthorizedOperation",
    );
  });

  it("stands in the trail with who vouched for it", async () => {
    await cloud.must(await guest({ Policy: vpcs }), "ec2:DescribeVpcs");
    const records = (await cloud.trail()).map(({ record }) => record);
    const record = records.find(({ eventName }) => eventName === "DescribeVpcs");
    expect(record?.userIdentity).toMatchObject({
      type: "FederatedUser",
      principalId: `${account}:guest`,
      arn: `arn:aws:sts::${account}:federated-user/guest`,
      accountId: account,
      sessionContext: {
        sessionIssuer: {
          type: "IAMUser",
          arn: `arn:aws:iam::${account}:user/ana`,
          accountId: account,
          userName: "ana",
        },
        attributes: { mfaAuthenticated: "false" },
      },
    });
  });

  it("tells policies what it is", async () => {
    const conditions = {
      StringEquals: {
        "aws:PrincipalType": "FederatedUser",
        "aws:userid": `${account}:guest`,
      },
      ArnEquals: { "aws:PrincipalArn": `arn:aws:sts::${account}:federated-user/guest` },
      Null: { "aws:username": "true" },
    };
    const Policy = policyOf({
      Effect: "Allow",
      Action: "ec2:DescribeVpcs",
      Resource: "*",
      Condition: conditions,
    });
    expect((await cloud.call(await guest({ Policy }), "ec2:DescribeVpcs")).status).toBe(200);
  });

  it("ends with the key that asked for it and with its user's permissions", async () => {
    const session = await guest({ Policy: allowing("*") });
    await cloud.must(cloud.admin, "PutUserPolicy", {
      UserName: "ana",
      PolicyName: "p0",
      PolicyDocument: allowing("s3:*"),
    });
    expect((await cloud.call(session, "ec2:DescribeVpcs")).code).toBe("UnauthorizedOperation");
    const key = { UserName: "ana", AccessKeyId: ana.accessKeyId };
    await cloud.must(cloud.admin, "DeleteAccessKey", key);
    expect((await cloud.call(session, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
  });

  it("for a root lasts an hour at most and is bounded by the session policy alone", async () => {
    const answer = await federate(rootKey(), { Policy: vpcs, DurationSeconds: "129600" });
    expect(field(answer, "Expiration")).toBe("2026-01-15T13:00:00Z");
    const session = credentialsIn(answer);
    await cloud.must(session, "ec2:DescribeVpcs");
    expect((await cloud.call(session, "ec2:DescribeSubnets")).code).toBe("UnauthorizedOperation");
    const none = credentialsIn(await federate(rootKey()));
    expect((await cloud.call(none, "ec2:DescribeVpcs")).code).toBe("UnauthorizedOperation");
  });
});

describe("GetAccessKeyInfo", () => {
  it("tells the account of any key, for those who may ask", async () => {
    const ask = (as: Credentials, AccessKeyId: string) =>
      cloud.call(as, "sts:GetAccessKeyInfo", { AccessKeyId });
    expect(field(await ask(ana, cloud.stranger.accessKeyId), "Account")).toBe("444455556666");
    expect(field(await ask(ana, ana.accessKeyId), "Account")).toBe(account);
    const invalid = await ask(ana, "AKIA1111111111111111");
    expect([invalid.code, invalid.message]).toEqual([
      "ValidationError",
      "AKIA1111111111111111 is not a valid access key ID.",
    ]);
    const bob = await cloud.user("bob");
    expect((await ask(bob, ana.accessKeyId)).code).toBe("AccessDenied");
  });
});
