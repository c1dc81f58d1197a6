/** Account defaults of metadata options in a region, and how the options of a new instance come about. */
import { collection, type ReadTx } from "@casemate/store";
import type { InstanceMetadataOptionsRequest } from "@casemate/wire/ec2";
import { fault, type Call } from "../../../kit/index.ts";
import { declarativePolicyViolation } from "../declarative-policy.ts";
import { declaredMetadataDefaults } from "./declared-metadata-defaults.ts";
import type { MetadataOptionsRow } from "./instance.ts";

/** Defaults that an account has set; what is absent has no preference. */
export interface MetadataDefaultsRow {
  /** Account and region. */
  readonly key: string;
  readonly httpTokens?: "optional" | "required" | undefined;
  readonly httpEndpoint?: "enabled" | "disabled" | undefined;
  readonly hopLimit?: number | undefined;
  readonly instanceTags?: "enabled" | "disabled" | undefined;
  readonly httpTokensEnforced?: "enabled" | "disabled" | undefined;
}

export const metadataDefaults = collection<MetadataDefaultsRow>({
  kind: "ec2/metadata-defaults",
  key: (row) => row.key,
});

/**
 * The provided images say `imds-support: v2.0`: tokens are required and containers are within reach unless
 * told otherwise.
 */
const ofImage: MetadataOptionsRow = {
  httpTokens: "required",
  httpEndpoint: "enabled",
  hopLimit: 2,
  instanceTags: "disabled",
};

export const ipv6EndpointUnsupported = fault({
  code: "UnsupportedOperation",
  message: () => "The IPv6 endpoint of the instance metadata service is not supported by Casemate.",
});
export const optionsOnDisabledEndpoint = fault({
  code: "InvalidParameterCombination",
  message: (name: string) =>
    `The HttpEndpoint is disabled. The parameter ${name} cannot be specified together with it.`,
});
export const hopLimitInvalid = fault({
  code: "InvalidParameterValue",
  message: (value: string) =>
    `Value (${value}) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64.`,
});
export const tokensEnforced = fault({
  code: "UnsupportedOperation",
  message: () =>
    "You can't launch or change instances with HttpTokens set to optional: IMDSv2 is enforced for this account.",
});
export const metadataTagsInvalid = fault({
  code: "InvalidParameterValue",
  message: (key: string) =>
    `'${key}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index') when access to tags in instance metadata is enabled.`,
});

export const metadataOptionFaults = [
  ipv6EndpointUnsupported,
  optionsOnDisabledEndpoint,
  hopLimitInvalid,
  tokensEnforced,
  metadataTagsInvalid,
  declarativePolicyViolation,
];

/** The defaults that the caller has set in its region. */
export function ownDefaultsOf(tx: ReadTx, call: Call): MetadataDefaultsRow {
  const key = `${call.accountId}/${call.region}`;
  return tx.get(metadataDefaults, key) ?? { key };
}

/** The defaults in effect for the caller in its region: what its organization declares, else its own. */
export function defaultsOf(tx: ReadTx, call: Call): MetadataDefaultsRow {
  const own = ownDefaultsOf(tx, call);
  const declared = declaredMetadataDefaults(tx, call);
  return declared === undefined ? own : { key: own.key, ...declared.defaults };
}

/**
 * Options of a new instance: what the request says, else the account, else the image. @throws this module's
 * faults
 */
export function launchOptions(
  tx: ReadTx,
  call: Call,
  asked: InstanceMetadataOptionsRequest | undefined,
): MetadataOptionsRow {
  const account = defaultsOf(tx, call);
  return applyOptions(
    {
      httpTokens: account.httpTokens ?? ofImage.httpTokens,
      httpEndpoint: account.httpEndpoint ?? ofImage.httpEndpoint,
      hopLimit: account.hopLimit ?? ofImage.hopLimit,
      instanceTags: account.instanceTags ?? ofImage.instanceTags,
    },
    asked ?? {},
    account,
  );
}

/** Options with the asked changes. @throws this module's faults */
export function applyOptions(
  before: MetadataOptionsRow,
  asked: InstanceMetadataOptionsRequest,
  account: MetadataDefaultsRow,
): MetadataOptionsRow {
  if (asked.HttpProtocolIpv6 === "enabled") throw ipv6EndpointUnsupported();
  const hopLimit = asked.HttpPutResponseHopLimit;
  if (hopLimit !== undefined && (!Number.isInteger(hopLimit) || hopLimit < 1 || hopLimit > 64)) {
    throw hopLimitInvalid(String(hopLimit));
  }
  if (asked.HttpEndpoint === "disabled") {
    if (asked.HttpTokens !== undefined) throw optionsOnDisabledEndpoint("HttpTokens");
    if (hopLimit !== undefined) throw optionsOnDisabledEndpoint("HttpPutResponseHopLimit");
  }
  const after: MetadataOptionsRow = {
    httpTokens: asked.HttpTokens ?? before.httpTokens,
    httpEndpoint: asked.HttpEndpoint ?? before.httpEndpoint,
    hopLimit: hopLimit ?? before.hopLimit,
    instanceTags: asked.InstanceMetadataTags ?? before.instanceTags,
  };
  if (account.httpTokensEnforced === "enabled" && after.httpTokens === "optional") throw tokensEnforced();
  return after;
}

/** Refuses tags that metadata paths could not show. @throws metadataTagsInvalid */
export function checkMetadataTags(options: MetadataOptionsRow, keys: readonly string[]): void {
  if (options.instanceTags !== "enabled") return;
  const bad = keys.find(
    (key) => !/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) || [".", "..", "_index"].includes(key),
  );
  if (bad !== undefined) throw metadataTagsInvalid(bad);
}
