/**
 * What a ModifyInstanceAttribute request asks to be changed. The older form names the attribute beside its
 * value; both forms are read into one, so that a policy on an attribute holds however it is written.
 */
import type { InstanceAttributeName, ModifyInstanceAttributeRequest } from "@casemate/wire/ec2";
import { fault, type ConditionKeys } from "../../../kit/index.ts";

/** One attribute with the value it is to have. */
export type AttributeChange =
  | {
      readonly name: "DisableApiStop" | "DisableApiTermination" | "EbsOptimized" | "SourceDestCheck";
      readonly value: boolean;
    }
  | {
      readonly name: "InstanceInitiatedShutdownBehavior" | "InstanceType" | "UserData";
      readonly value: string;
    }
  | { readonly name: "Groups"; readonly value: readonly string[] };

export const noAttribute = fault({
  code: "InvalidParameterCombination",
  message: () => "No attributes specified.",
});
export const severalAttributes = fault({
  code: "InvalidParameterCombination",
  message: () => "Fields for multiple attribute types specified",
});
export const attributeValueMissing = fault({
  code: "MissingParameter",
  message: (name: string) => `The request must contain the parameter ${name}`,
});
export const attributeValueInvalid = fault({
  code: "InvalidParameterValue",
  message: (value: string, name: string) => `Invalid value '${value}' for ${name}.`,
});
export const attributeUnmodifiable = fault({
  code: "UnsupportedOperation",
  message: (name: string) => `The attribute ${name} cannot be modified on Casemate.`,
});

export const attributeChangeFaults = [
  noAttribute,
  severalAttributes,
  attributeValueMissing,
  attributeValueInvalid,
  attributeUnmodifiable,
];

/** The older form's names that can be changed through it. */
const olderNames: Partial<Readonly<Record<InstanceAttributeName, AttributeChange["name"]>>> = {
  disableApiStop: "DisableApiStop",
  disableApiTermination: "DisableApiTermination",
  ebsOptimized: "EbsOptimized",
  groupSet: "Groups",
  instanceInitiatedShutdownBehavior: "InstanceInitiatedShutdownBehavior",
  instanceType: "InstanceType",
  sourceDestCheck: "SourceDestCheck",
  userData: "UserData",
};

type Given = readonly [name: string, value: string | boolean | readonly string[] | undefined];

/** Every attribute that a request names, in either form, under the name of the newer one. */
function given(input: ModifyInstanceAttributeRequest): readonly Given[] {
  const { Attribute: older, Groups: groups = [] } = input;
  const members: readonly (readonly [
    string,
    { readonly Value?: string | boolean | undefined } | undefined,
  ])[] = [
    ["DisableApiStop", input.DisableApiStop],
    ["DisableApiTermination", input.DisableApiTermination],
    ["EbsOptimized", input.EbsOptimized],
    ["InstanceInitiatedShutdownBehavior", input.InstanceInitiatedShutdownBehavior],
    ["InstanceType", input.InstanceType],
    ["SourceDestCheck", input.SourceDestCheck],
    ["UserData", input.UserData && { Value: asBase64(input.UserData.Value) }],
  ];
  return [
    ...members.flatMap(([name, member]): Given[] => (member === undefined ? [] : [[name, member.Value]])),
    ...(groups.length === 0 ? [] : [["Groups", groups] as const]),
    ...(older === undefined ? [] : [[olderNames[older] ?? older, input.Value] as const]),
  ];
}

function asBase64(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("base64");
}

/** The condition keys of the attributes that a request names. */
export function attributeKeys(input: ModifyInstanceAttributeRequest): ConditionKeys {
  const attributes = given(input);
  const names = attributes.map(([name]) => name);
  return {
    "ec2:Attribute": names.length > 1 ? names : names[0],
    ...Object.fromEntries(
      attributes.map(([name, value]) => [
        `ec2:Attribute/${name}`,
        // Differs: user data may hold secrets, and refusals quote their keys: this key's value stays out.
        name === "UserData" ? "" : value,
      ]),
    ),
  };
}

/** The one change that a request asks for. @throws attributeChangeFaults */
export function readAttributeChange(input: ModifyInstanceAttributeRequest): AttributeChange {
  const [first, ...more] = given(input);
  if (first === undefined)
    throw input.Value === undefined ? noAttribute() : attributeValueMissing("attribute");
  if (more.length > 0) throw severalAttributes();
  const [name, value] = first;
  if (value === undefined) throw attributeValueMissing("value");
  switch (name) {
    case "DisableApiStop":
    case "DisableApiTermination":
    case "EbsOptimized":
    case "SourceDestCheck":
      return { name, value: readBoolean(name, value) };
    case "InstanceInitiatedShutdownBehavior":
    case "InstanceType":
    case "UserData":
      return { name, value: String(value) };
    case "Groups":
      return { name, value: typeof value === "object" ? value : [String(value)] };
    default:
      throw attributeUnmodifiable(name);
  }
}

function readBoolean(name: string, value: string | boolean | readonly string[]): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  throw attributeValueInvalid(String(value), name);
}
