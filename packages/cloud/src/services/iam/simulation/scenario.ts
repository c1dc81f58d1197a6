/** The scenarios of launches that a simulation may be held to: which kinds of resources each must name. */
import { parseArn } from "../../../kit/index.ts";
import { scenarioIncomplete, scenarioUnknown } from "./simulation-faults.ts";

const always = ["instance", "image", "security-group", "network-interface"];

const scenarios: ReadonlyMap<string, readonly string[]> = new Map([
  ["EC2-VPC-InstanceStore", always],
  ["EC2-VPC-InstanceStore-Subnet", [...always, "subnet"]],
  ["EC2-VPC-EBS", [...always, "volume"]],
  ["EC2-VPC-EBS-Subnet", [...always, "subnet", "volume"]],
]);

/** Refuses resources that are not those of the scenario. @throws scenarioUnknown, scenarioIncomplete */
export function checkScenario(option: string | undefined, resources: readonly string[]): void {
  if (option === undefined) return;
  const wanted = scenarios.get(option);
  if (wanted === undefined) throw scenarioUnknown(option);
  const given = new Set(resources.map(kindOf));
  const lacking = wanted.find((kind) => !given.has(kind));
  if (lacking !== undefined) throw scenarioIncomplete(option, lacking);
}

function kindOf(arn: string): string | undefined {
  const parts = parseArn(arn);
  return parts?.service === "ec2" ? parts.resource.split("/")[0] : undefined;
}
