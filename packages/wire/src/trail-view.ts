// How an operation's input and output stand in a CloudTrail record: plain JSON under CloudTrail's names,
// without secrets. EC2 writes lists as `{"items": [..]}`; the query and JSON services write plain lists.
import type { ServiceModel } from "./service-model.ts";
import type { Ref, StructureShape, TableMember } from "./table.ts";

export type TrailJson =
  null | boolean | number | string | readonly TrailJson[] | { readonly [key: string]: TrailJson };
export type TrailObject = { readonly [key: string]: TrailJson };

type Viewer = (value: unknown) => TrailJson;

const removed = "<sensitiveDataRemoved>";
/** Longest text that a record keeps; a longer one is cut and marked. */
export const trailTextLengthMax = 102_400;

/**
 * EC2's records keep names of its first API: the member as requested -> the name of the list and of its
 * item's field.
 */
const ec2ListNames: Record<string, readonly [list: string, item?: string]> = {
  InstanceIds: ["instancesSet", "instanceId"],
  Filters: ["filterSet"],
  "Filter.Values": ["valueSet", "value"],
  Resources: ["resourcesSet", "resourceId"],
  SecurityGroupIds: ["groupSet", "groupId"],
  GroupIds: ["securityGroupIdSet", "groupId"],
  VolumeIds: ["volumeSet", "volumeId"],
  VpcIds: ["vpcSet", "vpcId"],
  SubnetIds: ["subnetSet", "subnetId"],
  ImageIds: ["imagesSet", "imageId"],
  SnapshotIds: ["snapshotSet", "snapshotId"],
  KeyNames: ["keySet", "keyName"],
  TagSpecifications: ["tagSpecificationSet"],
  Tags: ["tagSet"],
};
/** Secrets that the published model does not mark. */
const unmarkedSecrets = new Set([
  "UserData",
  "PasswordData",
  "KeyMaterial",
  "SecretAccessKey",
  "Password",
  "PrivateKey",
  "TokenCode",
  "AuthenticationCode1",
  "AuthenticationCode2",
]);

const builders = new WeakMap<ServiceModel, TrailBuilder>();

/** The `requestParameters` of an operation; null when there are none. */
export function trailParameters(model: ServiceModel, operation: string, input: unknown): TrailObject | null {
  return view(builderOf(model).viewer(model.inputOf(operation), "input"), input);
}

/**
 * The `responseElements` of an operation; null when it answers nothing. An operation of EC2 without output
 * says `_return`.
 */
export function trailResponse(model: ServiceModel, operation: string, output: unknown): TrailObject | null {
  const ref = model.outputOf(operation);
  if (ref === "U") return model.protocol === "ec2" ? { _return: true } : null;
  return view(builderOf(model).viewer(ref, "output"), output);
}

function view(viewer: Viewer, value: unknown): TrailObject | null {
  if (value === undefined || value === null) return null;
  const result = viewer(value);
  if (typeof result !== "object" || result === null || Array.isArray(result)) return null;
  return Object.keys(result).length === 0 ? null : (result as TrailObject);
}

function builderOf(model: ServiceModel): TrailBuilder {
  let builder = builders.get(model);
  if (builder === undefined) builders.set(model, (builder = new TrailBuilder(model)));
  return builder;
}

class TrailBuilder {
  readonly #model: ServiceModel;
  readonly #structures = new Map<string, Viewer>();
  readonly #ec2: boolean;

  constructor(model: ServiceModel) {
    this.#model = model;
    this.#ec2 = model.protocol === "ec2";
  }

  viewer(ref: Ref, side: "input" | "output"): Viewer {
    if (typeof ref === "string") return this.#scalar(ref);
    const shape = this.#model.table.shapes[ref];
    switch (shape?.[0]) {
      case "S":
        return this.#structure(shape, `${side} ${ref}`);
      case "L": {
        const item = this.viewer(shape[1], side);
        if (shape[2]?.s === 1) return () => removed;
        return this.#ec2
          ? (value) => ({ items: (value as readonly unknown[]).map(item) })
          : (value) => (value as readonly unknown[]).map(item);
      }
      case "M": {
        const item = this.viewer(shape[2], side);
        return (value) =>
          Object.fromEntries(
            Object.entries(value as Record<string, unknown>).map(([key, sent]) => [key, item(sent)]),
          );
      }
      case "E":
        return this.#scalar("s");
      case undefined:
        throw new Error(`Shape ${ref} is not in the table of ${this.#model.id}`);
    }
  }

  #structure(shape: StructureShape, key: string): Viewer {
    const known = this.#structures.get(key);
    if (known !== undefined) return known;
    let body: Viewer | undefined;
    const side = key.startsWith("input") ? "input" : "output";
    const viewer: Viewer = (value) => (body ??= this.#structureBody(shape, side))(value);
    this.#structures.set(key, viewer);
    return viewer;
  }

  #structureBody([, structure, members, , sensitive]: StructureShape, side: "input" | "output"): Viewer {
    const views = members.flatMap((member) => {
      const [name, ref, traits] = member;
      if (sensitive === 1 || traits?.s === 1 || unmarkedSecrets.has(name)) {
        // The query services leave a secret out; EC2 says that it took it out.
        return this.#ec2 ? [{ name, as: this.#name(member), show: () => removed }] : [];
      }
      const renamed = this.#ec2 && side === "input" ? this.#renamed(structure, name) : undefined;
      if (renamed === undefined) return [{ name, as: this.#name(member), show: this.viewer(ref, side) }];
      return [{ name, as: renamed[0], show: itemized(this.viewer(ref, side), renamed[1]) }];
    });
    return (value) => {
      const record = value as Record<string, unknown>;
      const result: Record<string, TrailJson> = {};
      for (const { name, as, show } of views) {
        const sent = record[name];
        if (sent !== undefined && sent !== null) result[as] = show(sent);
      }
      return result;
    };
  }

  #renamed(structure: string, name: string): readonly [string, string?] | undefined {
    return ec2ListNames[`${structure}.${name}`] ?? ec2ListNames[name];
  }

  #name([name, , traits]: TableMember): string {
    const given = this.#ec2 ? (traits?.x ?? name) : name;
    return given.charAt(0).toLowerCase() + given.slice(1);
  }

  #scalar(ref: string): Viewer {
    switch (ref.charAt(0)) {
      case "t":
        return this.#ec2 ? (value) => (value as Date).getTime() : (value) => longDate(value as Date);
      case "B":
        return (value) => Buffer.from(value as Uint8Array).toString("base64");
      case "s":
        return (value) => clip(String(value));
      case "n":
      case "b":
        return (value) => value as number | boolean;
      default:
        return () => null;
    }
  }
}

/** Wraps each plain item as `{field: item}`. */
function itemized(show: Viewer, field: string | undefined): Viewer {
  if (field === undefined) return show;
  return (value) => {
    const list = show(value) as { readonly items: readonly TrailJson[] };
    return { items: list.items.map((item) => ({ [field]: item })) };
  };
}

function clip(text: string): string {
  return text.length > trailTextLengthMax ? `${text.slice(0, trailTextLengthMax)}...` : text;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time as the query services record it, such as `Nov 24, 2026, 9:55:02 PM`. */
function longDate(time: Date): string {
  const hour = time.getUTCHours();
  const two = (part: number) => String(part).padStart(2, "0");
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  const clock = `${twelve}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  const day = `${months[time.getUTCMonth()] ?? ""} ${time.getUTCDate()}, ${time.getUTCFullYear()}`;
  return `${day}, ${clock} ${hour < 12 ? "AM" : "PM"}`;
}
