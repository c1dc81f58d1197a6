/**
 * What answers behind an endpoint service: ports of interfaces, named by ARNs where AWS takes those of load
 * balancers. Differs: AWS names load balancers here; there are none, so their ARNs are refused.
 */
import type { ReadTx } from "@casemate/store";
import { formatArn, parseArn, type Call } from "../../../kit/index.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { loadBalancerUnsupported, targetElsewhere, targetOfService, targetsExceeded } from "./faults.ts";

/** Targets that one service may have. */
export const targetsPerServiceMax = 50;

/** A port of an interface, and the port of the service that leads there. */
export interface ServiceTarget {
  readonly networkInterfaceId: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly targetPort: number;
}

/** The ARN of an interface without a port. */
export function interfaceOf(arn: string): string | undefined {
  return parseTarget(arn)?.target.networkInterfaceId;
}

/** The ARN that names a target; the target's port is left out where it is the service's own. */
export function targetArn(
  { region, accountId }: { readonly region: string; readonly accountId: string },
  { networkInterfaceId, protocol, port, targetPort }: ServiceTarget,
): string {
  const ports = port === targetPort ? String(port) : `${port}/${targetPort}`;
  const resource = `network-interface/${networkInterfaceId}/${protocol}/${ports}`;
  return formatArn({ service: "ec2", region, accountId, resource });
}

function parseTarget(arn: string): { readonly owner: string; readonly target: ServiceTarget } | undefined {
  const parts = parseArn(arn);
  const match = /^network-interface\/(eni-[0-9a-f]{8,17})\/(tcp|udp)\/(\d{1,5})(?:\/(\d{1,5}))?$/.exec(
    parts?.resource ?? "",
  );
  if (parts?.partition !== "aws" || parts.service !== "ec2" || match === null) return undefined;
  const [, networkInterfaceId = "", protocol, first = "", second = first] = match;
  const port = Number(first);
  const targetPort = Number(second);
  if ([port, targetPort].some((each) => each < 1 || each > 65_535)) return undefined;
  return {
    owner: `${parts.accountId}/${parts.region}`,
    target: { networkInterfaceId, protocol: protocol === "udp" ? "udp" : "tcp", port, targetPort },
  };
}

/**
 * The targets that ARNs name: ports of interfaces of the caller, all in one VPC. @throws
 * loadBalancerUnsupported, the faults of interfaces, targetElsewhere, targetOfService, targetsExceeded
 */
export function fetchTargets(
  tx: ReadTx,
  call: Call,
  asked: { readonly arns: readonly string[]; readonly vpcId?: string | undefined },
): readonly { readonly target: ServiceTarget; readonly eni: NetworkInterfaceRow }[] {
  const arns = [...new Set(asked.arns)];
  if (arns.length > targetsPerServiceMax) throw targetsExceeded(String(targetsPerServiceMax));
  let { vpcId } = asked;
  return arns.map((arn) => {
    const parsed = parseTarget(arn);
    if (parsed === undefined || parsed.owner !== `${call.accountId}/${call.region}`) {
      throw loadBalancerUnsupported(arn);
    }
    const eni = networkInterfaces.fetch(tx, call, parsed.target.networkInterfaceId);
    if (eni.requester !== undefined) throw targetOfService(eni.id);
    vpcId ??= eni.vpcId;
    if (eni.vpcId !== vpcId) throw targetElsewhere(eni.id, vpcId);
    return { target: parsed.target, eni };
  });
}

/** Whether two targets are one. */
export function isSameTarget(one: ServiceTarget, other: ServiceTarget): boolean {
  return (
    one.networkInterfaceId === other.networkInterfaceId &&
    one.protocol === other.protocol &&
    one.port === other.port &&
    one.targetPort === other.targetPort
  );
}
