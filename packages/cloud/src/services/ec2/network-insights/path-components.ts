/**
 * A path in the shapes of Network Insights: its components there and back, and why a packet does not pass.
 */
import type { Hop, PacketHeader, RouteModel, Verdict, VpcModel } from "@casemate/net-engine";
import type {
  AnalysisAclRule,
  AnalysisComponent,
  AnalysisPacketHeader,
  AnalysisRouteTableRoute,
  AnalysisSecurityGroupRule,
  Explanation,
  PathComponent,
  PortRange,
} from "@casemate/wire/ec2";
import { componentArn, type InsightOwner } from "./insight-world.ts";
import { isForward } from "./path-search.ts";

/** Where components are looked up. */
export interface ComponentContext extends InsightOwner {
  readonly models: readonly VpcModel[];
  /** The instance that an interface is attached to. */
  readonly instanceOf: (eniId: string) => string | undefined;
}

const protocolNames: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

/** The components of the way there. */
export function forwardComponents(context: ComponentContext, { hops }: Verdict): readonly PathComponent[] {
  return componentsOf(context, hops.filter(isForward));
}

/** The components of the answer's way back. */
export function returnComponents(context: ComponentContext, { hops }: Verdict): readonly PathComponent[] {
  return componentsOf(
    context,
    hops.filter((hop) => !isForward(hop)),
  );
}

/**
 * The engine routes first, to know whom a packet is for; Network Insights shows the sender's groups and its
 * subnet's network ACL before the table that routes on. What is not reached is not shown.
 */
function inOrderOfComponents(hops: readonly Hop[]): readonly Hop[] {
  const ordered: Hop[] = [];
  let table: Hop | undefined;
  const flush = (): void => {
    if (table !== undefined) ordered.push(table);
    table = undefined;
  };
  for (const hop of hops) {
    const stage = stageOf(hop);
    if (stage === "sg-out" || stage === "nacl-out") {
      ordered.push(hop);
      if (!hop.passed) table = undefined;
      continue;
    }
    flush();
    if (stage === "route") table = hop;
    else ordered.push(hop);
  }
  flush();
  return ordered;
}

interface Placed {
  readonly hop: Hop;
  readonly kind: string;
  readonly id: string;
}

function componentsOf(context: ComponentContext, hops: readonly Hop[]): readonly PathComponent[] {
  const placed = withInterfaces(context, inOrderOfComponents(hops));
  return placed.map((each, index) => ({
    SequenceNumber: index + 1,
    ...pathComponent(context, each, placed[index + 1]?.hop.header),
  }));
}

/**
 * The hops with the interfaces that they pass: rules of groups are met at an interface, which stands before
 * those of its sender and after those of its receiver.
 */
function withInterfaces({ models }: ComponentContext, hops: readonly Hop[]): readonly Placed[] {
  return hops.flatMap((hop): Placed[] => {
    const { component } = hop;
    const id = ruleGroup(hop) ?? component.ids[0] ?? hop.at;
    const own = { hop, kind: component.kind, id };
    if (component.kind !== "security-group") return [own];
    const eni = { hop, kind: "network-interface", id: hop.at };
    const guarded = models.some(({ enis }) => enis.some((each) => each.id === hop.at));
    if (!guarded) return [own];
    const without = component.ids.length === 0;
    if (stageOf(hop) === "sg-out") return without ? [eni] : [eni, own];
    return without ? [eni] : [own, eni];
  });
}

/** The group whose rule decided. */
function ruleGroup({ rule }: Hop): string | undefined {
  return rule?.kind === "security-group" ? rule.groupId : undefined;
}

function stageOf({ stage }: Hop): string {
  return stage.replace(/^reply-/, "");
}

function pathComponent(
  context: ComponentContext,
  { hop, kind, id }: Placed,
  next: PacketHeader | undefined,
): PathComponent {
  const { header, component, vpcId } = hop;
  const named = (of: string, name: string): AnalysisComponent => ({
    Id: name,
    Arn: componentArn(context, of, name),
  });
  const inwards = /(?:-in|middlebox|endpoint)$/.test(stageOf(hop));
  const translated =
    next !== undefined && (next.source !== header.source || next.destination !== header.destination);
  const instance = kind === "network-interface" ? context.instanceOf(id) : undefined;
  const isRule = kind === component.kind;
  return {
    Component: named(kind, id),
    Vpc: named("vpc", vpcId),
    ...(component.subnetId === undefined ? {} : { Subnet: named("subnet", component.subnetId) }),
    ...(instance === undefined ? {} : { AttachedTo: named("instance", instance) }),
    ...(inwards || translated ? { InboundHeader: headerView(header) } : {}),
    ...(translated
      ? { OutboundHeader: headerView(next) }
      : inwards
        ? {}
        : { OutboundHeader: headerView(header) }),
    ...(isRule ? ruleOf(context, hop) : {}),
  };
}

function headerView({
  source,
  destination,
  protocol,
  sourcePort,
  destinationPort,
}: PacketHeader): AnalysisPacketHeader {
  const port = (number: number | undefined): readonly PortRange[] | undefined =>
    number === undefined ? undefined : [{ From: number, To: number }];
  return {
    Protocol: protocolNames[protocol] ?? String(protocol),
    SourceAddresses: [`${source}/${source.includes(":") ? 128 : 32}`],
    SourcePortRanges: port(sourcePort),
    DestinationAddresses: [`${destination}/${destination.includes(":") ? 128 : 32}`],
    DestinationPortRanges: port(destinationPort),
  };
}

interface RuleView {
  readonly AclRule?: AnalysisAclRule;
  readonly RouteTableRoute?: AnalysisRouteTableRoute;
  readonly SecurityGroupRule?: AnalysisSecurityGroupRule;
}

/** The rule that decided a hop, as written. */
function ruleOf({ models }: ComponentContext, { rule, vpcId, stage }: Hop): RuleView {
  const model = models.find((each) => each.vpcId === vpcId);
  if (rule === undefined || model === undefined) return {};
  switch (rule.kind) {
    case "route":
      return { RouteTableRoute: routeView(model, rule) };
    case "network-acl": {
      const egress = stage.endsWith("-out");
      const entry = model.networkAcls
        .find(({ id }) => id === rule.networkAclId)
        ?.entries.find((each) => each.egress === egress && each.ruleNumber === rule.ruleNumber);
      if (entry === undefined) {
        const Cidr = "0.0.0.0/0";
        return { AclRule: { Cidr, Egress: egress, Protocol: "all", RuleAction: "deny", RuleNumber: 32_767 } };
      }
      return {
        AclRule: {
          Cidr: entry.cidr,
          Egress: egress,
          PortRange: rangeView(entry),
          Protocol: protocolView(entry.protocol),
          RuleAction: entry.action,
          RuleNumber: entry.ruleNumber,
        },
      };
    }
    case "security-group": {
      const group = model.securityGroups.find(({ id }) => id === rule.groupId);
      const egress = stage.endsWith("-out");
      const found = (egress ? group?.egress : group?.ingress)?.find(({ id }) => id === rule.ruleId);
      if (found === undefined) return {};
      const { source } = found;
      return {
        SecurityGroupRule: {
          Direction: egress ? "egress" : "ingress",
          Protocol: protocolView(found.protocol),
          PortRange: rangeView(found),
          ...("cidr" in source ? { Cidr: source.cidr } : {}),
          ...("groupId" in source ? { SecurityGroupId: source.groupId } : {}),
          ...("prefixListId" in source ? { PrefixListId: source.prefixListId } : {}),
        },
      };
    }
  }
}

function protocolView(protocol: number): string {
  return protocol === -1 ? "all" : (protocolNames[protocol] ?? String(protocol));
}

function rangeView(of: { fromPort?: number | undefined; toPort?: number | undefined; protocol: number }) {
  const { fromPort, toPort, protocol } = of;
  if (protocol !== 6 && protocol !== 17) return undefined;
  return { From: fromPort ?? 0, To: toPort ?? 65_535 };
}

function routeView(
  { routeTables }: VpcModel,
  { routeTableId, destination }: { readonly routeTableId: string; readonly destination: string },
): AnalysisRouteTableRoute {
  const table = routeTables.find(({ id }) => id === routeTableId);
  const route = table?.routes.find((each) => each.destination === destination);
  const where = destination.startsWith("pl-")
    ? { DestinationPrefixListId: destination }
    : { DestinationCidr: destination };
  const implied = { GatewayId: "local", Origin: "createroutetable", State: "active" };
  if (route === undefined || route.target.kind === "local") return { ...where, ...implied };
  const State = route.target.kind === "blackhole" ? "blackhole" : "active";
  return { ...where, ...targetView(route), Origin: "createroute", State };
}

function targetView({ target }: RouteModel): AnalysisRouteTableRoute {
  switch (target.kind) {
    case "internet-gateway":
    case "vpc-endpoint":
      return { GatewayId: target.id };
    case "egress-only-internet-gateway":
      return { EgressOnlyInternetGatewayId: target.id };
    case "nat-gateway":
      return { NatGatewayId: target.id };
    case "vpc-peering":
      return { VpcPeeringConnectionId: target.id };
    case "eni":
      return { NetworkInterfaceId: target.eniId };
    case "local":
    case "blackhole":
      return {};
  }
}

const explained: Readonly<
  Record<
    string,
    | "Acl"
    | "RouteTable"
    | "InternetGateway"
    | "NatGateway"
    | "NetworkInterface"
    | "VpcPeeringConnection"
    | "VpcEndpoint"
  >
> = {
  "network-acl": "Acl",
  "route-table": "RouteTable",
  "internet-gateway": "InternetGateway",
  "nat-gateway": "NatGateway",
  "network-interface": "NetworkInterface",
  "vpc-peering-connection": "VpcPeeringConnection",
  "vpc-endpoint": "VpcEndpoint",
};

/** Why a packet does not pass: at the hop that decided, in AWS's codes. */
export function explanationsOf(context: ComponentContext, verdict: Verdict): readonly Explanation[] {
  const { denied } = verdict;
  if (denied === undefined) {
    // It arrives, but not where it was meant to.
    return [{ ExplanationCode: "NO_POSSIBLE_DESTINATION" }];
  }
  const { component, code, header, vpcId } = denied;
  const named = (kind: string, id: string): AnalysisComponent => ({
    Id: id,
    Arn: componentArn(context, kind, id),
  });
  const [id] = component.ids;
  const member = explained[component.kind];
  const inwards = stageOf(denied).endsWith("-in");
  const groups = component.kind === "security-group";
  return [
    {
      ExplanationCode: code,
      Direction: inwards ? "ingress" : "egress",
      Vpc: named("vpc", vpcId),
      ...(component.subnetId === undefined ? {} : { Subnet: named("subnet", component.subnetId) }),
      ...(id === undefined ? {} : { Component: named(component.kind, id) }),
      ...(member === undefined || id === undefined ? {} : { [member]: named(component.kind, id) }),
      ...(groups
        ? {
            Component: named("network-interface", denied.at),
            NetworkInterface: named("network-interface", denied.at),
            SecurityGroups: component.ids.map((group) => named("security-group", group)),
          }
        : {}),
      Address: inwards ? header.source : header.destination,
      ...(header.destinationPort === undefined ? {} : { Port: header.destinationPort }),
      Protocols: [protocolNames[header.protocol] ?? String(header.protocol)],
      ...ruleExplained(context, denied),
    },
  ];
}

function ruleExplained(context: ComponentContext, hop: Hop): Explanation {
  const { AclRule, RouteTableRoute } = ruleOf(context, hop);
  return {
    ...(AclRule === undefined ? {} : { AclRule }),
    ...(RouteTableRoute === undefined ? {} : { RouteTableRoute }),
  };
}
