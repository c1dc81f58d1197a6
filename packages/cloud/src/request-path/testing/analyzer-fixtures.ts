/** Test support of the ledgers: analyzers of the first account, with a rule, a finding and a job. */
import type { Answer } from "../testing.ts";

/** Names of what the analyzers hold. */
export interface AnalyzerFixtures {
  readonly accessPreviewId: string;
  readonly analyzerArn: string;
  readonly findingId: string;
  readonly policyGenerationId: string;
}

/** A role that trusts the stranger, which the finding is about. */
export const partnerArn = "arn:aws:iam::111122223333:role/partner";

/** What the role might be given: the policy that it has. */
export const proposedConfiguration = { [partnerArn]: { iamRole: {} } };

/** A filter that no finding meets. */
export const harmlessFilter = { isPublic: { eq: ["true"] } };

/** Makes them. */
export async function makeAnalyzers(
  make: (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>,
): Promise<AnalyzerFixtures> {
  const ask = async (action: string, parameters: Record<string, unknown>) =>
    (await make("access-analyzer", action, parameters)).json;
  const role = (RoleName: string, Principal: object) => {
    const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    return make("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
  };
  await role("partner", { AWS: "arn:aws:iam::444455556666:root" });
  await role("reader", { Service: "access-analyzer.amazonaws.com" });
  const archiveRules = [{ ruleName: "quiet", filter: harmlessFilter }];
  const external = { analyzerName: "external", type: "ACCOUNT", archiveRules, tags: { team: "red" } };
  const analyzerArn = text(await ask("CreateAnalyzer", external), "arn");
  await ask("CreateAnalyzer", { analyzerName: "unused", type: "ACCOUNT_UNUSED_ACCESS" });
  const { findings } = (await ask("ListFindings", { analyzerArn })) as {
    readonly findings: readonly { readonly id: string; readonly resource: string }[];
  };
  const policyGenerationDetails = { principalArn: partnerArn };
  const job = await ask("StartPolicyGeneration", { policyGenerationDetails });
  const preview = await ask("CreateAccessPreview", { analyzerArn, configurations: proposedConfiguration });
  return {
    accessPreviewId: text(preview, "id"),
    analyzerArn,
    findingId: findings.find(({ resource }) => resource === partnerArn)?.id ?? "",
    policyGenerationId: text(job, "jobId"),
  };
}

function text(json: Readonly<Record<string, unknown>>, name: string): string {
  const value = json[name];
  if (typeof value !== "string") throw new Error(`There is no ${name} in ${JSON.stringify(json)}`);
  return value;
}
