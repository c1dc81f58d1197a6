/** Metadata options: of one instance, in effect at once, and the account's defaults for new instances. */
import type { ModifyInstanceMetadataDefaultsRequest } from "@casemate/wire/ec2";
import type { ConditionKeys } from "../../../kit/index.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { noAttribute } from "./attribute-change.ts";
import { declaredMetadataDefaults, refuseDeclared } from "./declared-metadata-defaults.ts";
import { metadataOptionsView } from "./instance-view.ts";
import { changeInstance, instances } from "./instance.ts";
import {
  applyOptions,
  checkMetadataTags,
  defaultsOf,
  hopLimitInvalid,
  metadataDefaults,
  ownDefaultsOf,
  type MetadataDefaultsRow,
} from "./metadata-defaults.ts";
import { fetchModifiable } from "./modify-attribute.ts";

type OptionName =
  | "HttpEndpoint"
  | "HttpProtocolIpv6"
  | "HttpPutResponseHopLimit"
  | "HttpTokens"
  | "HttpTokensEnforced"
  | "InstanceMetadataTags";

/** The options that a request sets, each with its value. */
function optionKeys(
  asked: Partial<Readonly<Record<OptionName, string | number | undefined>>>,
): ConditionKeys {
  return Object.fromEntries(
    Object.entries(asked)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`ec2:Attribute/${name}`, value]),
  );
}

export const modifyInstanceMetadataOptions = operation("ModifyInstanceMetadataOptions", {
  access: "write",
  honours: "all",
  needs({ InstanceId: id, DryRun: _dryRun, ...options }, call) {
    const names = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    const keys = { "ec2:Attribute": names.length > 1 ? names : names[0], ...optionKeys(options) };
    return [call.need(instances.target(call, id), keys)];
  },
  handle(tx, { InstanceId: id, DryRun: _dryRun, ...asked }, call) {
    const row = fetchModifiable(tx, call, id);
    if (Object.values(asked).every((value) => value === undefined)) throw noAttribute();
    const metadataOptions = applyOptions(row.metadataOptions, asked, defaultsOf(tx, call));
    checkMetadataTags(metadataOptions, Object.keys(row.tags));
    const after = changeInstance(tx, row, { metadataOptions });
    // The packet filter holds the endpoint and the hop limit.
    tx.wish(networkTopic);
    return {
      InstanceId: id,
      InstanceMetadataOptions: { ...metadataOptionsView(after), State: "pending" as const },
    };
  },
});

export const getInstanceMetadataDefaults = operation("GetInstanceMetadataDefaults", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    const { key: _key, ...set } = defaultsOf(tx, call);
    const declared = declaredMetadataDefaults(tx, call);
    if (declared === undefined && Object.keys(set).length === 0) return { AccountLevel: {} };
    return {
      AccountLevel: {
        HttpTokens: set.httpTokens,
        HttpPutResponseHopLimit: set.hopLimit,
        HttpEndpoint: set.httpEndpoint,
        InstanceMetadataTags: set.instanceTags,
        HttpTokensEnforced: set.httpTokensEnforced,
        ManagedBy: declared === undefined ? ("account" as const) : ("declarative-policy" as const),
        ManagedExceptionMessage: declared?.exceptionMessage,
      },
    };
  },
});

export const modifyInstanceMetadataDefaults = operation("ModifyInstanceMetadataDefaults", {
  access: "write",
  honours: "all",
  needs: ({ DryRun: _dryRun, ...options }, call) => [call.need(call.anything, optionKeys(options))],
  handle(tx, input, call) {
    refuseDeclared(tx, call);
    tx.put(metadataDefaults, withDefaults(ownDefaultsOf(tx, call), input));
    return { Return: true };
  },
});

/** The defaults with the asked changes; what has no preference any more is absent. @throws hopLimitInvalid */
function withDefaults(
  before: MetadataDefaultsRow,
  asked: ModifyInstanceMetadataDefaultsRequest,
): MetadataDefaultsRow {
  const hopLimit = asked.HttpPutResponseHopLimit;
  if (
    hopLimit !== undefined &&
    hopLimit !== -1 &&
    !(Number.isInteger(hopLimit) && hopLimit >= 1 && hopLimit <= 64)
  ) {
    throw hopLimitInvalid(String(hopLimit));
  }
  const after: MetadataDefaultsRow = {
    key: before.key,
    httpTokens: preferred(before.httpTokens, asked.HttpTokens),
    httpEndpoint: preferred(before.httpEndpoint, asked.HttpEndpoint),
    instanceTags: preferred(before.instanceTags, asked.InstanceMetadataTags),
    httpTokensEnforced: preferred(before.httpTokensEnforced, asked.HttpTokensEnforced),
    hopLimit: hopLimit === -1 ? undefined : (hopLimit ?? before.hopLimit),
  };
  const set = Object.entries(after).filter(([, value]) => value !== undefined);
  return { key: before.key, ...Object.fromEntries(set) };
}

function preferred<Value extends string>(
  before: Value | undefined,
  asked: Value | "no-preference" | undefined,
): Value | undefined {
  if (asked === "no-preference") return undefined;
  return asked ?? before;
}
