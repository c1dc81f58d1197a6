/**
 * From a template's version to a launch: what it adds to a request, what of it no launch honours, and which
 * resources of the launch are the template's own.
 */
import type { ReadTx } from "@casemate/store";
import type {
  RequestLaunchTemplateData,
  RunInstancesRequest,
  TagSpecification,
  ValidationWarning,
} from "@casemate/wire/ec2";
import { Fault, type Call, type ConditionKeys } from "../../../kit/index.ts";
import { templateParameterUnsupported } from "./faults.ts";
import {
  fetchVersion,
  findVersion,
  givenOf,
  launchTemplates,
  type LaunchTemplateRow,
} from "./launch-template.ts";
import { fetchNamedTemplate, findNamedTemplate } from "./named-template.ts";

/** The parameters of a template that launches honour. */
const honoured = [
  "DisableApiStop",
  "DisableApiTermination",
  "EbsOptimized",
  "IamInstanceProfile",
  "ImageId",
  "InstanceInitiatedShutdownBehavior",
  "InstanceType",
  "KeyName",
  "MetadataOptions",
  "Monitoring",
  "NetworkInterfaces",
  "Placement",
  "SecurityGroupIds",
  "SecurityGroups",
  "TagSpecifications",
  "UserData",
] as const satisfies readonly (keyof RequestLaunchTemplateData & keyof RunInstancesRequest)[];

const honouredNames: ReadonlySet<string> = new Set(honoured);

/** The parameters of a template that no launch honours. */
export function unhonouredParameters(data: RequestLaunchTemplateData): readonly string[] {
  return Object.entries(data)
    .filter(([name, value]) => value !== undefined && !honouredNames.has(name))
    .map(([name]) => name);
}

/** A launch with what its template says, the request's own parameters first. */
export interface TemplatedLaunch {
  /** What is launched. */
  readonly input: RunInstancesRequest;
  /** The request as it came. */
  readonly asked: RunInstancesRequest;
  readonly template?: LaunchTemplateRow | undefined;
}

/** The launch that a request means, as far as its template is there: for needs. */
export function meantLaunch(call: Call, asked: RunInstancesRequest): TemplatedLaunch {
  const named = asked.LaunchTemplate;
  const template = named && findNamedTemplate(call.tx, call, named);
  if (named === undefined || template === undefined) return { input: asked, asked };
  const version = findVersion(call.tx, template, named.Version ?? "$Default");
  const data = version === undefined ? {} : givenOf(call.environment, version);
  return { input: withTemplate(asked, data), asked, template };
}

/** The launch that a request means. @throws the template's faults, templateParameterUnsupported */
export function templatedLaunch(tx: ReadTx, call: Call, asked: RunInstancesRequest): TemplatedLaunch {
  const named = asked.LaunchTemplate;
  if (named === undefined) return { input: asked, asked };
  const template = fetchNamedTemplate(tx, call, named);
  const data = givenOf(call.environment, fetchVersion(tx, template, named.Version ?? "$Default"));
  const [unsupported] = unhonouredParameters(data);
  if (unsupported !== undefined) throw templateParameterUnsupported(unsupported);
  return { input: withTemplate(asked, data), asked, template };
}

function withTemplate(asked: RunInstancesRequest, data: RequestLaunchTemplateData): RunInstancesRequest {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const { TagSpecifications: _joined, ...launched } = {
    ...launchParameters(data),
    ...Object.fromEntries(given),
  };
  const tags = joinTags(data.TagSpecifications ?? [], asked.TagSpecifications ?? []);
  return { ...launched, ...(tags.length === 0 ? {} : { TagSpecifications: tags }) } as RunInstancesRequest;
}

/** The parameters of a launch that a template gives. */
function launchParameters(data: RequestLaunchTemplateData): Partial<RunInstancesRequest> {
  const given = honoured.filter((name) => data[name] !== undefined).map((name) => [name, data[name]]);
  return Object.fromEntries(given) as Partial<RunInstancesRequest>;
}

/** Tags of both, by resource type; where both name a key, the request's value holds. */
function joinTags(
  template: readonly TagSpecification[],
  request: readonly TagSpecification[],
): readonly TagSpecification[] {
  const added = template.flatMap((specification): readonly TagSpecification[] => {
    const own = request.find(({ ResourceType }) => ResourceType === specification.ResourceType);
    if (own === undefined) return [specification];
    const keys = new Set((own.Tags ?? []).map(({ Key = "" }) => Key.toLowerCase()));
    const more = (specification.Tags ?? []).filter(({ Key = "" }) => !keys.has(Key.toLowerCase()));
    return more.length === 0 ? [] : [{ ...specification, Tags: more }];
  });
  const joined = request.map((specification) => {
    const same = added.find(({ ResourceType }) => ResourceType === specification.ResourceType);
    return same === undefined
      ? specification
      : { ...specification, Tags: [...(specification.Tags ?? []), ...(same.Tags ?? [])] };
  });
  const types = new Set(joined.map(({ ResourceType }) => ResourceType));
  return [...joined, ...added.filter(({ ResourceType }) => !types.has(ResourceType))];
}

/** The parameters by which a request chooses each kind of resource itself. */
const choices = {
  image: ["ImageId"],
  instance: [
    "DisableApiStop",
    "DisableApiTermination",
    "EbsOptimized",
    "IamInstanceProfile",
    "InstanceInitiatedShutdownBehavior",
    "InstanceType",
    "MetadataOptions",
    "Monitoring",
    "Placement",
    "UserData",
  ],
  "key-pair": ["KeyName"],
  "launch-template": [],
  "network-interface": [
    "Ipv6AddressCount",
    "Ipv6Addresses",
    "NetworkInterfaces",
    "PrivateIpAddress",
    "SecurityGroupIds",
    "SecurityGroups",
    "SubnetId",
  ],
  "security-group": ["NetworkInterfaces", "SecurityGroupIds", "SecurityGroups"],
  subnet: ["NetworkInterfaces", "Placement", "SubnetId"],
  volume: [],
} as const satisfies Readonly<Record<string, readonly (keyof RunInstancesRequest)[]>>;

/**
 * `ec2:LaunchTemplate` and `ec2:IsLaunchTemplateResource` of a kind of resource; none without a template. A
 * resource is the template's own unless the request chooses it.
 */
export function templateKeys(launch: TemplatedLaunch, kind: keyof typeof choices): ConditionKeys {
  const { template, asked } = launch;
  if (template === undefined) return {};
  return {
    "ec2:LaunchTemplate": launchTemplates.arn(template),
    "ec2:IsLaunchTemplateResource": choices[kind].every((name) => asked[name] === undefined),
  };
}

/** What is wrong with a template's parameters, as its creation tells: they are kept, but nothing launches. */
export function templateWarning(
  data: RequestLaunchTemplateData,
  check: (launch: RunInstancesRequest) => void,
): ValidationWarning | undefined {
  const faults = unhonouredParameters(data).map((name) => templateParameterUnsupported(name));
  try {
    check({ MinCount: 1, MaxCount: 1, ...launchParameters(data) });
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    faults.push(thrown);
  }
  if (faults.length === 0) return undefined;
  return { Errors: faults.map(({ code, message }) => ({ Code: code, Message: message })) };
}
