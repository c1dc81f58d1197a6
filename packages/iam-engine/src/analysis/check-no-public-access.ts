// Whether a resource policy lets strangers in: anonymous callers, and principals of accounts that it does
// not name. A condition on a fixed network, account, organization or ARN keeps them out; no other counts.

import { accessCheck, reasonAbout } from "./access-check.ts";
import type { AccessCheck } from "./access-check.ts";
import { newBudget } from "./budget.ts";
import { keepsStrangersOut, truthFor, vouchesForAnybody } from "./caller-class.ts";
import type { CallerClass } from "./caller-class.ts";
import { reachesPast } from "./joint-coverage.ts";
import { VariableNames } from "./pattern-language.ts";
import { namesEveryone } from "./principal-scope.ts";
import { regionsOf } from "./region.ts";
import type { Region } from "./region.ts";

/** The types of resource that Access Analyzer checks for public access. */
export const PUBLIC_ACCESS_RESOURCE_TYPES = [
  "AWS::ApiGateway::RestApi",
  "AWS::Backup::BackupVault",
  "AWS::CloudTrail::Dashboard",
  "AWS::CloudTrail::EventDataStore",
  "AWS::CodeArtifact::Domain",
  "AWS::DynamoDB::Stream",
  "AWS::DynamoDB::Table",
  "AWS::EFS::FileSystem",
  "AWS::IAM::AssumeRolePolicyDocument",
  "AWS::KMS::Key",
  "AWS::Kinesis::Stream",
  "AWS::Kinesis::StreamConsumer",
  "AWS::Lambda::Function",
  "AWS::OpenSearchService::Domain",
  "AWS::S3::AccessPoint",
  "AWS::S3::Bucket",
  "AWS::S3::Glacier",
  "AWS::S3Express::AccessPoint",
  "AWS::S3Express::DirectoryBucket",
  "AWS::S3Outposts::AccessPoint",
  "AWS::S3Outposts::Bucket",
  "AWS::S3Tables::Table",
  "AWS::S3Tables::TableBucket",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
  "AWS::SecretsManager::Secret",
] as const;

export type PublicAccessResourceType = (typeof PUBLIC_ACCESS_RESOURCE_TYPES)[number];

const MESSAGES = {
  pass: "The resource policy does not grant public access for the given resource type.",
  fail: "The resource policy grants public access for the given resource type.",
};

/**
 * Whether the policy lets no stranger in. A trust policy may have no Resource; every other kind of policy
 * without one is about the resource that carries it.
 * @throws PolicyFault when the document is no resource policy.
 */
export function checkNoPublicAccess(document: string): AccessCheck {
  const regions = regionsOf(document, "RESOURCE_POLICY", new VariableNames());
  const budget = newBudget();
  const denies = regions.filter((region) => deniesClass(region, { type: "stranger" }));
  const reasons = regions
    .filter((region) => isOpenToStrangers(region) && reachesPast(region, denies, { budget }))
    .map((region) => reasonAbout("Public access granted in the following statement", region));
  return accessCheck(reasons, MESSAGES);
}

/** Whether the statement allows something to callers of whom nothing is known. */
export function isOpenToStrangers(region: Region): boolean {
  if (region.deny || !namesStrangers(region)) return false;
  return !region.parsed.conditions.some((condition) => keepsStrangersOut(condition, region.variables));
}

function namesStrangers({ principals, parsed }: Region): boolean {
  if (namesEveryone(principals)) return true;
  const entries = parsed.principals?.entries ?? [];
  return entries.some(({ type, value }) => type === "Federated" && vouchesForAnybody(value.text));
}

/** Whether the statement denies all that it covers to every caller of the class. */
export function deniesClass(region: Region, caller: CallerClass): boolean {
  if (!region.deny || !namesEveryone(region.principals)) return false;
  return region.parsed.conditions.every(
    (condition) => truthFor(condition, region.variables, caller) === "holds",
  );
}
