/** What an analyzer of unused access is set to: from what age access counts as unused, and whom it skips. */
import type { AnalyzerConfiguration } from "@casemate/wire/access-analyzer";
import type { Tags } from "../../../kit/index.ts";
import { invalidField, notSupported } from "../faults.ts";
import { isOrganizational, isUnusedAccess, type AnalyzerRow } from "./analyzer.ts";

/** Days from which on access counts as unused, when the caller does not say. */
export const unusedAccessAgeDefault = 90;
export const unusedAccessAgeMax = 365;
/** Rules that leave users and roles out. */
export const exclusionsMax = 100;
/** Accounts that one rule leaves out. */
export const excludedAccountsMax = 2000;

/** Users and roles that are left out: those of the accounts, and those with any of the tags. */
export interface Exclusion {
  readonly accountIds?: readonly string[] | undefined;
  /** An empty value stands for any. */
  readonly resourceTags?: readonly Readonly<Record<string, string>>[] | undefined;
}

/** The setting. */
export interface UnusedAccessSetting {
  readonly ageDays: number;
  readonly exclusions: readonly Exclusion[];
}

/**
 * The setting that a configuration asks for; undefined for an analyzer of external access, which has none.
 * @throws invalidField, notSupported
 */
export function readSetting(
  analyzer: Pick<AnalyzerRow, "accountId" | "type">,
  configuration: AnalyzerConfiguration | undefined,
): UnusedAccessSetting | undefined {
  if (configuration?.internalAccess !== undefined) throw notSupported("Analysis of internal access");
  if (!isUnusedAccess(analyzer)) {
    if (configuration?.unusedAccess === undefined) return undefined;
    throw invalidField("configuration", "An external access analyzer has no configuration");
  }
  const { unusedAccessAge, analysisRule } = configuration?.unusedAccess ?? {};
  const ageDays = unusedAccessAge ?? unusedAccessAgeDefault;
  if (ageDays < 1 || ageDays > unusedAccessAgeMax) {
    throw invalidField("unusedAccessAge", `unusedAccessAge must be between 1 and ${unusedAccessAgeMax} days`);
  }
  const exclusions = analysisRule?.exclusions ?? [];
  if (exclusions.length > exclusionsMax) {
    throw invalidField("exclusions", `An analysis rule has at most ${exclusionsMax} exclusions`);
  }
  return { ageDays, exclusions: exclusions.map((exclusion) => readExclusion(analyzer, exclusion)) };
}

function readExclusion(
  analyzer: Pick<AnalyzerRow, "accountId" | "type">,
  { accountIds, resourceTags }: Exclusion,
): Exclusion {
  if (accountIds !== undefined) checkAccounts(analyzer, accountIds);
  for (const key of (resourceTags ?? []).flatMap((tags) => Object.keys(tags))) {
    if (key === "" || key.length > 128 || /^aws:/i.test(key)) {
      throw invalidField("resourceTags", `The tag key ${key} is not valid`);
    }
  }
  return {
    ...(accountIds === undefined ? {} : { accountIds }),
    ...(resourceTags === undefined ? {} : { resourceTags }),
  };
}

function checkAccounts(
  analyzer: Pick<AnalyzerRow, "accountId" | "type">,
  accountIds: readonly string[],
): void {
  if (!isOrganizational(analyzer)) {
    throw invalidField("accountIds", "Account IDs can only be used for organization-level analyzers");
  }
  if (accountIds.length > excludedAccountsMax) {
    throw invalidField("accountIds", `The list cannot include more than ${excludedAccountsMax} account IDs`);
  }
  for (const accountId of accountIds) {
    if (!/^\d{12}$/.test(accountId)) throw invalidField("accountIds", `${accountId} is not an account ID`);
    if (accountId === analyzer.accountId) {
      throw invalidField("accountIds", "The accounts cannot include the organization analyzer owner account");
    }
  }
}

/** Whether the setting leaves out all of an account. */
export function excludesAccount({ exclusions }: UnusedAccessSetting, accountId: string): boolean {
  return exclusions.some(
    ({ accountIds, resourceTags }) => resourceTags === undefined && accountIds?.includes(accountId) === true,
  );
}

/** Whether the setting leaves out a user or role: every criterion of a rule has to hold. */
export function excludes(
  { exclusions }: UnusedAccessSetting,
  entity: { readonly accountId: string; readonly tags: Tags },
): boolean {
  return exclusions.some(({ accountIds, resourceTags }) => {
    if (accountIds !== undefined && !accountIds.includes(entity.accountId)) return false;
    if (resourceTags === undefined) return accountIds !== undefined;
    return resourceTags.some((wanted) =>
      Object.entries(wanted).some(([key, value]) => {
        const held = Object.hasOwn(entity.tags, key) ? entity.tags[key] : undefined;
        return held !== undefined && (value === "" || held === value);
      }),
    );
  });
}

/** The setting as the API shows it. */
export function configurationView(setting: UnusedAccessSetting): AnalyzerConfiguration {
  const { ageDays, exclusions } = setting;
  return {
    unusedAccess: {
      unusedAccessAge: ageDays,
      ...(exclusions.length === 0 ? {} : { analysisRule: { exclusions } }),
    },
  };
}
