// The VPCs that the benchmarks of the network are made of.
import type { EniModel, SecurityGroupModel, SecurityRule, VpcModel } from "@casemate/net-engine";

/** Where the traffic goes: this port and the four after it. */
export const trafficPort = 7000;

/** A rule for a port and a block of its own, so that no two become one. */
export function distinctRule(index: number): SecurityRule {
  return {
    id: `sgr-${index}`,
    protocol: 6,
    fromPort: 10_000 + index,
    toPort: 10_000 + index,
    source: { cidr: `10.${index % 200}.0.0/16` },
  };
}

/** So many rules, all distinct. */
export function distinctRules(count: number): SecurityRule[] {
  return Array.from({ length: count }, (_, index) => distinctRule(index));
}

/** So many rules of which the traffic needs one, or two where there are others. */
export function trafficRules(count: number): SecurityRule[] {
  const source = { cidr: "10.0.0.0/16" };
  if (count === 1) return [{ id: "sgr-own", protocol: -1, source }];
  const own = [6, 17].map((protocol) => ({
    id: `sgr-own-${protocol}`,
    protocol,
    fromPort: trafficPort,
    toPort: trafficPort + 4,
    source,
  }));
  return [...own, ...distinctRules(count - own.length)];
}

/** A group that lets everything out. */
export function group(id: string, ingress: readonly SecurityRule[]): SecurityGroupModel {
  return { id, ingress, egress: [{ id: `${id}-all`, protocol: -1, source: { cidr: "0.0.0.0/0" } }] };
}

/** An interface: the even ones are in one subnet, the odd ones in another. */
export function interfaceOf(number: number, securityGroupIds: string[]): EniModel {
  const hex = number.toString(16).padStart(4, "0");
  const host = 10 + (number >> 1);
  const third = (number % 2 === 0 ? 16 : 32) + (host >> 8);
  return {
    id: `eni-${number}`,
    number,
    mac: `02:0b:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`,
    subnetId: number % 2 === 0 ? "subnet-even" : "subnet-odd",
    privateIps: [`10.0.${third}.${host & 255}`],
    securityGroupIds,
    sourceDestCheck: true,
    metadata: { enabled: true, hopLimit: 2 },
  };
}

/** A VPC of two subnets with the default network ACL. */
export function network(
  number: number,
  enis: readonly EniModel[],
  securityGroups: readonly SecurityGroupModel[],
): VpcModel {
  const entry = (egress: boolean) =>
    ({ ruleNumber: 100, egress, action: "allow", protocol: -1, cidr: "0.0.0.0/0" }) as const;
  return {
    vpcId: `vpc-bench-${number}`,
    number,
    cidrs: ["10.0.0.0/16"],
    subnets: [
      { id: "subnet-even", number: 1, cidr: "10.0.16.0/20", routeTableId: "rtb", networkAclId: "acl" },
      { id: "subnet-odd", number: 2, cidr: "10.0.32.0/20", routeTableId: "rtb", networkAclId: "acl" },
    ],
    routeTables: [{ id: "rtb", number: 1, routes: [] }],
    networkAcls: [{ id: "acl", entries: [entry(false), entry(true)] }],
    securityGroups,
    prefixLists: [],
    enis,
  };
}
