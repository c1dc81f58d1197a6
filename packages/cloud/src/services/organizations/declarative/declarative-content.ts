/**
 * Documents of declarative EC2 policies: which settings there are and what they may be set to. What is not
 * known is refused, and so is what could not be enforced.
 */
import { malformedPolicyDocument } from "../faults.ts";
import { childControl, isObject, isValueOperator, type Json, type JsonObject } from "./inheritance.ts";

/** What a setting may be: one of some words, a text that passes a test, or a list of such texts. */
type Setting =
  | { readonly kind: "text"; readonly test: RegExp }
  | { readonly kind: "list"; readonly test: RegExp }
  | { readonly kind: "group"; readonly members: Readonly<Record<string, Setting>> };

const words = (...all: readonly string[]): Setting => ({
  kind: "text",
  test: new RegExp(`^(?:${all.join("|")})$`),
});
const group = (members: Readonly<Record<string, Setting>>): Setting => ({ kind: "group", members });

/**
 * The settings.
 * Differs: allowed_images_settings are refused, because nothing here would hold to them. Sharing of images
 * and snapshots and the serial console do not exist, so what forbids them is kept.
 */
const settings: Setting = group({
  ec2_attributes: group({
    exception_message: { kind: "text", test: /^[^]{1,2048}$/ },
    image_block_public_access: group({ state: words("unblocked", "block_new_sharing") }),
    instance_metadata_defaults: group({
      http_tokens: words("no_preference", "required", "optional"),
      http_put_response_hop_limit: { kind: "text", test: /^(?:no_preference|[1-9]|[1-5]\d|6[0-4])$/ },
      http_endpoint: words("no_preference", "enabled", "disabled"),
      instance_metadata_tags: words("no_preference", "enabled", "disabled"),
      http_tokens_enforced: words("no_preference", "enabled", "disabled"),
    }),
    serial_console_access: group({ status: words("enabled", "disabled") }),
    snapshot_block_public_access: group({
      state: words("unblocked", "block_new_sharing", "block_all_sharing"),
    }),
    vpc_block_public_access: group({
      internet_gateway_block: group({
        mode: words("off", "block_ingress", "block_bidirectional"),
        exclusions_allowed: words("enabled", "disabled"),
      }),
    }),
  }),
});

const controlNames: readonly Json[] = ["@@all", "@@none", "@@assign", "@@append", "@@remove"];

/** The document of a checked policy. */
export function declarativeDocument(content: string): JsonObject {
  return JSON.parse(content) as JsonObject;
}

/** Refuses what is no declarative EC2 policy. @throws malformedPolicyDocument */
export function checkDeclarativeContent(content: string): void {
  let document: Json;
  try {
    document = JSON.parse(content) as Json;
  } catch {
    throw malformedPolicyDocument("It is not JSON.");
  }
  if (!isObject(document) || !isObject(document["ec2_attributes"])) {
    throw malformedPolicyDocument("It must have the member ec2_attributes.");
  }
  check(document, settings, "");
}

function check(value: Json, setting: Setting, path: string): void {
  if (!isObject(value)) throw malformedPolicyDocument(`${path} must be an object.`);
  if (Object.keys(value).length === 0) throw malformedPolicyDocument(`${path} must not be empty.`);
  for (const [name, member] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`;
    if (name === childControl) checkControl(member, at);
    else if (isValueOperator(name)) checkValue(member, setting, at);
    else {
      const next =
        setting.kind === "group" && Object.hasOwn(setting.members, name) ? setting.members[name] : undefined;
      if (next === undefined) throw malformedPolicyDocument(`${at} is not supported.`);
      check(member, next, at);
    }
  }
}

function checkControl(value: Json, at: string): void {
  const names = Array.isArray(value) ? (value as readonly Json[]) : [];
  const known = names.length > 0 && names.every((name) => controlNames.includes(name));
  if (!known) throw malformedPolicyDocument(`${at} must be a list of operators.`);
}

function checkValue(value: Json, setting: Setting, at: string): void {
  const list = Array.isArray(value);
  const texts: readonly Json[] = list ? (value as readonly Json[]) : [value];
  const fits =
    setting.kind !== "group" &&
    list === (setting.kind === "list") &&
    (setting.kind === "list" || at.endsWith("@@assign")) &&
    texts.every((text) => typeof text === "string" && setting.test.test(text));
  if (!fits) throw malformedPolicyDocument(`The value of ${at} is not valid.`);
}
