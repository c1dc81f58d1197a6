// Access Analyzer by the aws command line and the SDK for JavaScript: what a trust policy opens is found, put
// aside and resolved, policies are judged, and one is made from what was done.
import {
  AccessAnalyzerClient,
  CheckNoNewAccessCommand,
  CreateAnalyzerCommand,
  GetAnalyzerCommand,
  GetFindingV2Command,
  GetGeneratedPolicyCommand,
  ListFindingsV2Command,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  StartPolicyGenerationCommand,
  UntagResourceCommand,
  ValidationException,
} from "@aws-sdk/client-accessanalyzer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { hasProgram, run } from "./programs.ts";
import { until } from "./until.ts";

let daemon: Daemon;
let client: AccessAnalyzerClient;
let analyzerArn: string;
/** Whether the command line has the operations of today. */
let knows = false;

beforeAll(async () => {
  daemon = await startDaemon();
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } =
    daemon.environment;
  client = new AccessAnalyzerClient({
    region: "us-east-1",
    endpoint: daemon.endpoint,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  const usage = hasProgram("aws") ? await tryAws(["accessanalyzer", "get-findings-statistics"]) : undefined;
  knows = usage?.stderr.includes("--analyzer-arn") === true;
});
afterAll(async () => {
  client?.destroy();
  await daemon?.stop();
});
beforeEach((context) => {
  context.skip(!knows, "no aws command line that knows this version of Access Analyzer");
});

/** The output of the command line, as far as a test looks at it. */
type Output = Record<string, unknown>;

function tryAws(words: readonly string[], more: Record<string, string> = {}) {
  return run("aws", [...words, "--output", "json"], { ...daemon.environment, ...more });
}
async function aws<Answer = Output>(...words: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await tryAws(words);
  if (code !== 0) throw new Error(`aws ${words.join(" ")}: ${stderr}`);
  return (stdout.trim() === "" ? {} : JSON.parse(stdout)) as Answer;
}
const trust = (Principal: object, more: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...more }],
  });
const policy = (...Action: string[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const findings = async () => (await client.send(new ListFindingsV2Command({ analyzerArn }))).findings ?? [];

test("an analyzer is made by the command line and read by the SDK", async () => {
  const made = await aws(
    ..."accessanalyzer create-analyzer --analyzer-name outside --type ACCOUNT --tags team=red,stage=".split(
      " ",
    ),
  );
  analyzerArn = made["arn"] as string;
  const { analyzer } = await client.send(new GetAnalyzerCommand({ analyzerName: "outside" }));
  expect(analyzer).toMatchObject({ arn: analyzerArn, type: "ACCOUNT", status: "ACTIVE" });
  const { analyzers } = await aws<{ analyzers: Output[] }>(
    ..."accessanalyzer list-analyzers --type ACCOUNT --max-results 5".split(" "),
  );
  expect(analyzers).toMatchObject([{ name: "outside" }]);
  await client.send(new UntagResourceCommand({ resourceArn: analyzerArn, tagKeys: ["stage", "none"] }));
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: analyzerArn }));
  expect(tags).toEqual({ team: "red" });
  const listed = await aws("accessanalyzer", "list-tags-for-resource", "--resource-arn", analyzerArn);
  expect(listed).toEqual({ tags: { team: "red" } });
});

test("a role that trusts outsiders is found, put aside by a rule, and resolved", async () => {
  const condition = { Condition: { StringEquals: { "sts:ExternalId": "shared" } } };
  const create = ["iam", "create-role", "--role-name", "open", "--assume-role-policy-document"];
  const { Role } = await aws<{ Role: { Arn: string } }>(...create, trust({ AWS: "*" }, condition));
  const [found] = await findings();
  expect(found).toMatchObject({ findingType: "ExternalAccess", resource: Role.Arn, status: "ACTIVE" });
  const id = found?.id ?? "";
  const whole = await client.send(new GetFindingV2Command({ analyzerArn, id }));
  expect(whole.findingDetails?.[0]?.externalAccessDetails).toMatchObject({
    principal: { AWS: "*" },
    action: ["sts:AssumeRole"],
    condition: { "sts:ExternalId": "shared" },
  });
  const first = await aws("accessanalyzer", "get-finding", "--analyzer-arn", analyzerArn, "--id", id);
  expect(first["finding"]).toMatchObject({
    id,
    isPublic: whole.findingDetails?.[0]?.externalAccessDetails?.isPublic,
  });

  const filter = '{"condition.sts:ExternalId":{"eq":["shared"]},"resourceType":{"neq":["AWS::S3::Bucket"]}}';
  const rule = ["--analyzer-name", "outside", "--rule-name", "known"];
  await aws("accessanalyzer", "create-archive-rule", ...rule, "--filter", filter);
  await aws("accessanalyzer", "apply-archive-rule", "--analyzer-arn", analyzerArn, "--rule-name", "known");
  expect(await findings()).toMatchObject([{ id, status: "ARCHIVED" }]);
  await aws(
    "accessanalyzer",
    "update-findings",
    "--analyzer-arn",
    analyzerArn,
    "--status",
    "ACTIVE",
    "--ids",
    id,
  );
  await aws(
    "accessanalyzer",
    "start-resource-scan",
    "--analyzer-arn",
    analyzerArn,
    "--resource-arn",
    Role.Arn,
  );
  await aws("iam", "delete-role", "--role-name", "open");
  expect(await findings()).toMatchObject([{ id, status: "RESOLVED" }]);
  const statistics = await aws("accessanalyzer", "get-findings-statistics", "--analyzer-arn", analyzerArn);
  expect(statistics["findingsStatistics"]).toMatchObject([
    { externalAccessFindingsStatistics: { totalActiveFindings: 0, totalResolvedFindings: 1 } },
  ]);
});

test("policies are judged", async () => {
  const validated = await aws(
    ..."accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document".split(" "),
    policy("ec2:RunInstancez"),
  );
  expect(validated["findings"]).toMatchObject([{ findingType: "ERROR", issueCode: "INVALID_ACTION" }]);
  const changed = await client.send(
    new CheckNoNewAccessCommand({
      existingPolicyDocument: policy("s3:Get*"),
      newPolicyDocument: policy("s3:*"),
      policyType: "IDENTITY_POLICY",
    }),
  );
  expect(changed.result).toBe("FAIL");
  const granted = await aws(
    ..."accessanalyzer check-access-not-granted --policy-type IDENTITY_POLICY --access actions=s3:PutObject".split(
      " ",
    ),
    "--policy-document",
    policy("s3:Get*"),
  );
  expect(granted["result"]).toBe("PASS");
  const open = await aws(
    ..."accessanalyzer check-no-public-access --resource-type AWS::IAM::AssumeRolePolicyDocument".split(" "),
    "--policy-document",
    trust({ AWS: "*" }),
  );
  expect(open["result"]).toBe("FAIL");
});

test("a policy is made from what the administrator did", async () => {
  const { Arn: principalArn } = await aws<{ Arn: string }>("sts", "get-caller-identity");
  await aws("iam", "list-users");
  const { jobId } = await client.send(
    new StartPolicyGenerationCommand({ policyGenerationDetails: { principalArn } }),
  );
  const made = await until("the policy is made", async () => {
    const answer = await client.send(new GetGeneratedPolicyCommand({ jobId }));
    return answer.jobDetails?.status === "IN_PROGRESS" ? undefined : answer;
  });
  expect(made.jobDetails?.status).toBe("SUCCEEDED");
  const policies = made.generatedPolicyResult?.generatedPolicies ?? [];
  expect(policies.map((each) => each.policy).join("")).toContain("iam:ListUsers");
  const { policyGenerations } = await aws("accessanalyzer", "list-policy-generations");
  expect(policyGenerations).toMatchObject([{ jobId, status: "SUCCEEDED" }]);
});

test("refusals are the exceptions that clients know", async () => {
  const missing = client.send(new GetAnalyzerCommand({ analyzerName: "none" }));
  const error = await missing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ResourceNotFoundException);
  expect(error).toMatchObject({ resourceId: "none", resourceType: "Analyzer" });
  const invalid = client.send(new CreateAnalyzerCommand({ analyzerName: "1", type: "ACCOUNT" }));
  const refused = await invalid.catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(ValidationException);
  expect(refused).toMatchObject({ reason: "fieldValidationFailed" });
  const outcome = await tryAws(["accessanalyzer", "get-analyzer", "--analyzer-name", "none"]);
  expect(outcome.stderr).toContain("(ResourceNotFoundException)");
  const wrong = { AWS_SECRET_ACCESS_KEY: "wrong" };
  const forged = await tryAws(["accessanalyzer", "list-analyzers"], wrong);
  expect(forged.stderr).toContain("(InvalidSignatureException)");
});

test("an analyzer of unused access is made, changed and deleted", async () => {
  const configuration =
    '{"unusedAccess":{"unusedAccessAge":30,"analysisRule":{"exclusions":[{"resourceTags":[{"team":"red"}]}]}}}';
  const named = ["--analyzer-name", "idle"];
  const made = await aws(
    ..."accessanalyzer create-analyzer --type ACCOUNT_UNUSED_ACCESS".split(" "),
    ...named,
    "--configuration",
    configuration,
  );
  const { analyzer } = await aws<{ analyzer: Output }>("accessanalyzer", "get-analyzer", ...named);
  expect(analyzer["configuration"]).toEqual(JSON.parse(configuration));
  const listed = await aws("accessanalyzer", "list-findings-v2", "--analyzer-arn", made["arn"] as string);
  expect(listed).toEqual({ findings: [] });
  await aws("accessanalyzer", "delete-analyzer", ...named);
  await aws("accessanalyzer", "delete-analyzer", "--analyzer-name", "outside");
  expect(await aws("accessanalyzer", "list-analyzers")).toEqual({ analyzers: [] });
  expect(daemon.complaints).toEqual([]);
});
