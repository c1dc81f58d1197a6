import { memoryLog, openStore, type Store } from "@casemate/store";
import type {
  GetGeneratedPolicyResponse,
  ListPolicyGenerationsResponse,
  StartPolicyGenerationResponse,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import { trailEntries, type CloudEnvironment, type TrailEntry } from "../../../kit/index.ts";
import {
  asAccount,
  dayMs,
  openTestAnalyzer,
  otherAccount,
  testAccount,
  testNow,
  trusting,
  type TestAnalyzer,
} from "../testing.ts";
import { generationLifetimeMs, generationsAtOnceMax, policyGenerations } from "./policy-generation.ts";
import { withPlaceholders } from "./placeholders.ts";
import { policyGenerationReconciler } from "./reconciler.ts";

let cloud: TestAnalyzer;
let principalArn: string;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
  principalArn = cloud.role("app", { AWS: testAccount });
});

const start = (more: object = {}) =>
  cloud.run<StartPolicyGenerationResponse>("StartPolicyGeneration", {
    policyGenerationDetails: { principalArn },
    ...more,
  }).jobId;
const get = (jobId: string, more: object = {}) =>
  cloud.run<GetGeneratedPolicyResponse>("GetGeneratedPolicy", { jobId, ...more });
const trail = `arn:aws:cloudtrail:us-east-1:${testAccount}:trail/all`;
const accessRole = () => {
  const AssumeRolePolicyDocument = trusting({ Service: "access-analyzer.amazonaws.com" });
  return cloud.run<{ Role: { Arn: string } }>("CreateRole", {
    RoleName: "reader",
    AssumeRolePolicyDocument,
    Tags: [{ Key: "team", Value: "red" }],
  }).Role.Arn;
};
const details = (more: object = {}) => ({
  accessRole: accessRole(),
  trails: [{ cloudTrailArn: trail, allRegions: true }],
  startTime: new Date(testNow - dayMs),
  ...more,
});

/** A store with jobs as rows and calls in its trail, for the reconciler. */
async function history(calls: readonly Partial<Seen>[]): Promise<Store> {
  const store = await openStore({
    collections: [policyGenerations],
    tables: [trailEntries],
    log: memoryLog(),
  });
  const { seq } = store.transaction((tx) => {
    for (const call of calls) {
      const { action, resource, allowed, at, region, arn }: Seen = {
        action: "ec2:StopInstances",
        resource: "*",
        allowed: true,
        at: testNow,
        region: "us-east-1",
        arn: principalArn,
        ...call,
      };
      const record = {
        userIdentity: { type: "AssumedRole", sessionContext: { sessionIssuer: { arn } } },
        recipientAccountId: testAccount,
        awsRegion: region,
        requestID: "r",
        eventName: "E",
      };
      const decisions = [{ action, resource, allowed, because: {} }];
      tx.append(trailEntries, { at, record: record as unknown as TrailEntry["record"], decisions });
    }
    for (const row of cloud.store.read((read) => [...read.scan(policyGenerations)]))
      tx.put(policyGenerations, row);
  });
  await store.settled(seq);
  return store;
}
interface Seen {
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly at: number;
  readonly region: string;
  readonly arn: string;
}

/** Does the jobs over a history, and takes the rows back. */
async function reconcile(calls: readonly Partial<Seen>[], clock = testNow): Promise<void> {
  const store = await history(calls);
  await policyGenerationReconciler().run(store, { clock: () => clock } as CloudEnvironment);
  const rows = store.read((tx) => [...tx.scan(policyGenerations)]);
  await store.close();
  cloud.store.transaction((tx) => {
    for (const { id } of tx.scan(policyGenerations)) tx.delete(policyGenerations, id);
    for (const row of rows) tx.put(policyGenerations, row);
  });
}
const statements = (result: GetGeneratedPolicyResponse) =>
  (result.generatedPolicyResult.generatedPolicies ?? []).flatMap(
    ({ policy }) => (JSON.parse(policy) as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
  );

describe("a policy generation", () => {
  const instance = `arn:aws:ec2:us-east-1:${testAccount}:instance/i-0123456789abcdef0`;

  it("makes the policy of what the role did, and of nothing else", async () => {
    const jobId = start();
    expect(get(jobId).jobDetails).toEqual({ jobId, status: "IN_PROGRESS", startedOn: new Date(testNow) });
    await reconcile([
      { resource: instance },
      { action: "ec2:StartInstances", resource: instance, allowed: false },
      { action: "ec2:RunInstances", arn: "arn:aws:iam::111122223333:role/other" },
      { action: "ec2:DescribeVpcs", at: testNow - 91 * dayMs },
    ]);
    const result = get(jobId);
    const times = { startedOn: new Date(testNow), completedOn: new Date(testNow) };
    expect(result.jobDetails).toEqual({ jobId, status: "SUCCEEDED", ...times });
    expect(result.generatedPolicyResult.properties).toEqual({ principalArn, isComplete: true });
    expect(statements(result)).toMatchObject([{ Action: "ec2:StopInstances", Resource: instance }]);
    expect(statements(get(jobId, { includeResourcePlaceholders: true }))).toMatchObject([
      { Resource: "arn:aws:ec2:${Region}:${Account}:instance/${InstanceId}" },
    ]);
    expect(cloud.faultOf("GetGeneratedPolicy", { jobId, includeServiceLevelTemplate: true })).toBe(
      "ValidationException: includeServiceLevelTemplate is not supported.",
    );
  });

  it("looks at the time and the regions that its trails name", async () => {
    const trails = [{ cloudTrailArn: trail, regions: ["eu-west-1"] }];
    const times = { startTime: new Date(testNow - dayMs), endTime: new Date(testNow - 1000) };
    const jobId = start({ cloudTrailDetails: details({ trails, ...times }) });
    await reconcile([
      { action: "ec2:RunInstances", region: "eu-west-1", at: testNow - 5000 },
      { action: "ec2:StopInstances", at: testNow - 5000 },
      { action: "ec2:DescribeVpcs", region: "eu-west-1", at: testNow },
    ]);
    const result = get(jobId);
    expect(statements(result)).toMatchObject([{ Action: "ec2:RunInstances" }]);
    expect(result.generatedPolicyResult.properties.cloudTrailProperties).toEqual({
      trailProperties: trails,
      ...times,
    });
  });

  it("of a role that did nothing has no policy", async () => {
    const jobId = start();
    await reconcile([]);
    expect(get(jobId)).toMatchObject({
      jobDetails: { status: "SUCCEEDED" },
      generatedPolicyResult: { generatedPolicies: [] },
    });
  });

  it("that is cancelled stays so", async () => {
    const jobId = start();
    cloud.run("CancelPolicyGeneration", { jobId });
    await reconcile([{}]);
    expect(get(jobId)).toMatchObject({ jobDetails: { status: "CANCELED", completedOn: new Date(testNow) } });
    expect(cloud.faultOf("CancelPolicyGeneration", { jobId })).toBe(
      `ValidationException: The job ${jobId} is CANCELED`,
    );
  });

  it("is listed newest first, by principal, and kept for a week", async () => {
    const first = start();
    cloud.advance(1000);
    const other = cloud.run<{ User: { Arn: string } }>("CreateUser", { UserName: "ana" }).User.Arn;
    const second = start({ policyGenerationDetails: { principalArn: other } });
    const list = (more: object = {}) =>
      cloud
        .run<ListPolicyGenerationsResponse>("ListPolicyGenerations", more)
        .policyGenerations.map(({ jobId }) => jobId);
    expect(list()).toEqual([second, first]);
    expect(list({ principalArn: other })).toEqual([second]);
    expect(list({ maxResults: 1 })).toEqual([second]);
    cloud.advance(generationLifetimeMs);
    expect(list()).toEqual([second]);
    expect(cloud.faultOf("GetGeneratedPolicy", { jobId: first })).toMatch(/There is no job/);
    await reconcile([], testNow + generationLifetimeMs + 1);
    expect(cloud.store.read((tx) => tx.count(policyGenerations))).toBe(1);
  });

  it("is nobody else's", () => {
    const jobId = start();
    const missing = `ValidationException: There is no job ${jobId}`;
    expect(cloud.faultOf("GetGeneratedPolicy", { jobId }, asAccount(otherAccount))).toBe(missing);
    expect(cloud.faultOf("CancelPolicyGeneration", { jobId }, { region: "eu-west-1" })).toBe(missing);
  });

  it("is answered once for a token, and few are in progress at once", () => {
    const first = start({ clientToken: "t" });
    expect(start({ clientToken: "t" })).toBe(first);
    for (let count = 1; count < generationsAtOnceMax; count += 1) start();
    expect(cloud.faultOf("StartPolicyGeneration", { policyGenerationDetails: { principalArn } })).toBe(
      "ServiceQuotaExceededException: You have reached the maximum number of policy generations in progress.",
    );
  });

  it.each([
    [{ trails: [] }, /At least one trail/],
    [{ trails: [{ cloudTrailArn: trail.replace(testAccount, otherAccount) }] }, /There is no trail/],
    [{ startTime: new Date(testNow + 1) }, /before the end time$/],
    [{ startTime: new Date(testNow - 91 * dayMs) }, /within the last 90 days$/],
    [{ accessRole: "arn:aws:iam::111122223333:role/app" }, /cannot be assumed by access-analyzer/],
    [{ accessRole: "arn:aws:iam::111122223333:role/none" }, /cannot be assumed by access-analyzer/],
  ])("refuses %j", (more, message) => {
    const asked = { policyGenerationDetails: { principalArn }, cloudTrailDetails: details(more) };
    expect(cloud.faultOf("StartPolicyGeneration", asked)).toMatch(message);
  });

  it.each(["role/none", "user/app", "role/path/app"])("refuses %s, which does not exist", (name) => {
    const asked = { policyGenerationDetails: { principalArn: `arn:aws:iam::${testAccount}:${name}` } };
    expect(cloud.faultOf("StartPolicyGeneration", asked)).toMatch(
      /^ValidationException: There is no user or role/,
    );
  });

  it("needs the role that reads trails to be passed", () => {
    const needs = (more: object = {}) =>
      cloud.needsOf("StartPolicyGeneration", { policyGenerationDetails: { principalArn }, ...more });
    expect(needs()).toMatchObject([
      { action: "access-analyzer:StartPolicyGeneration", target: { arn: "*" } },
    ]);
    const cloudTrailDetails = details();
    expect(needs({ cloudTrailDetails })[1]).toEqual({
      action: "iam:PassRole",
      target: {
        arn: cloudTrailDetails.accessRole,
        accountId: testAccount,
        keys: { "aws:ResourceTag/team": "red", "iam:ResourceTag/team": "red" },
      },
      keys: { "iam:PassedToService": "access-analyzer.amazonaws.com" },
    });
  });
});

describe("placeholders", () => {
  const placed = (Action: string, ...Resource: string[]) =>
    (
      JSON.parse(withPlaceholders(JSON.stringify({ Statement: [{ Action, Resource }] }))) as {
        Statement: [{ Resource: unknown }];
      }
    ).Statement[0].Resource;

  it.each([
    [
      "iam:GetRole",
      [`arn:aws:iam::${testAccount}:role/path/app`],
      "arn:aws:iam::${Account}:role/${RoleNameWithPath}",
    ],
    ["ec2:RunInstances", ["arn:aws:ec2:us-east-1::image/ami-1"], "arn:aws:ec2:${Region}::image/${ImageId}"],
    [
      "ec2:StopInstances",
      ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:us-east-1:1:instance/i-1"],
      "arn:aws:ec2:${Region}:${Account}:instance/${InstanceId}",
    ],
    ["ec2:DescribeVpcs", ["*"], "*"],
    ["coffee:Brew", ["arn:aws:coffee:::cup"], "arn:aws:coffee:::cup"],
  ])("stand for the resources of %s", (action, resources, expected) => {
    expect(placed(action, ...resources)).toBe(expected);
  });
});
