/**
 * The literal oracle: walks a model's rules as the user wrote them, one by one, with addresses as strings of
 * bits. It never sees the intermediate form and shares no code with it. For tests only.
 */
import type {
  EniModel,
  NetworkAclEntry,
  RouteTarget,
  SecurityRule,
  SubnetModel,
  VpcModel,
} from "../model.ts";
import type { Packet } from "../packet.ts";

/** What the oracle says about a packet. */
export interface LiteralVerdict {
  readonly allowed: boolean;
  readonly delivered: boolean;
  readonly reply: "passes" | "lost" | "none";
  /** The interface id, `internet <source seen there>`, or the service that it arrives at. */
  readonly arrival: string | undefined;
  /** The stage that decided against it, `reply-` in front on the answer's way. */
  readonly denied: string | undefined;
}

interface Bare {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly icmpType: number;
  readonly icmpCode: number;
}

type End = { readonly to: string; readonly packet: Bare } | { readonly denied: string };

/** Says what becomes of a packet and of its answer. */
export function literalVerdict(model: VpcModel, packet: Packet): LiteralVerdict {
  const v6 = packet.source.includes(":");
  const bare: Bare = {
    source: packet.source,
    destination: packet.destination,
    protocol: packet.protocol,
    sourcePort: packet.sourcePort ?? 50_000,
    destinationPort: packet.destinationPort ?? 0,
    icmpType: packet.icmpType ?? (v6 ? 128 : 8),
    icmpCode: packet.icmpCode ?? 0,
  };
  const forward = send(model, { from: packet.from, packet: bare, released: "", admitted: "" });
  if ("denied" in forward) {
    return { allowed: false, delivered: false, reply: "none", arrival: undefined, denied: forward.denied };
  }
  const at = forward.to === "internet" ? `internet ${forward.packet.source}` : forward.to;
  const good = { delivered: true, arrival: at, denied: undefined };
  if (["metadata", "resolver", "time", "dhcp"].includes(forward.to))
    return { ...good, allowed: true, reply: "passes" };
  const answer = answerOf(forward.packet, v6);
  if (answer === undefined) return { ...good, allowed: true, reply: "none" };
  const back = send(model, { from: forward.to, packet: answer, released: forward.to, admitted: packet.from });
  if ("denied" in back) return { ...good, allowed: false, reply: "lost", denied: `reply-${back.denied}` };
  const returned = back.to === packet.from;
  return { ...good, allowed: returned, reply: returned ? "passes" : "lost" };
}

function answerOf(packet: Bare, v6: boolean): Bare | undefined {
  const swapped: Bare = {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
  };
  if (packet.protocol !== (v6 ? 58 : 1)) return swapped;
  const pairs: Record<string, number> = v6 ? { "128": 129 } : { "8": 0, "13": 14, "15": 16, "17": 18 };
  const type = pairs[`${packet.icmpType}`];
  return type === undefined ? undefined : { ...swapped, icmpType: type };
}

interface Sending {
  readonly from: string;
  readonly packet: Bare;
  /** The interfaces whose groups already know the flow, outbound and inbound. */
  readonly released: string;
  readonly admitted: string;
}

function send(model: VpcModel, sending: Sending): End {
  const { from, packet } = sending;
  if (from === "internet") return arriveFromInternet(model, sending);
  const eni = model.enis.find(({ id }) => id === from);
  if (eni === undefined) throw new Error(`no interface ${from}`);
  const v6 = packet.source.includes(":");
  const addresses = (v6 ? eni.ipv6s : eni.privateIps) ?? [];
  const service = routerOwns(model, packet.destination);
  if (!addresses.includes(packet.source)) {
    if (eni.sourceDestCheck || service !== undefined || addresses.length === 0)
      return { denied: "source-check" };
  }
  if (service !== undefined) return askService(service, eni, packet);
  const subnet = subnetOf(model, eni);
  const target = routeOf(model, subnet, packet.destination);
  if (target === undefined) return { denied: "route" };
  if (
    from !== sending.released &&
    !eni.securityGroupIds.some((id) => groupHas(model, { id, eni, packet, side: "egress" }))
  ) {
    return { denied: "sg-out" };
  }
  if (target === "internet") {
    if (!aclAllows(model, subnet, { packet, egress: true })) return { denied: "nacl-out" };
    const mapping = model.enis
      .flatMap(({ publicIps }) => publicIps ?? [])
      .find(({ privateIp }) => privateIp === packet.source);
    if (mapping === undefined || strayIcmp(sending)) return { denied: "internet-gateway" };
    return { to: "internet", packet: { ...packet, source: mapping.publicIp } };
  }
  const targetSubnet = subnetOf(model, target);
  if (targetSubnet.id !== subnet.id) {
    if (!aclAllows(model, subnet, { packet, egress: true })) return { denied: "nacl-out" };
    if (!aclAllows(model, targetSubnet, { packet, egress: false })) return { denied: "nacl-in" };
  }
  return arrive(model, { ...sending, target, sender: eni });
}

function arriveFromInternet(model: VpcModel, sending: Sending): End {
  const { packet } = sending;
  const inside = [...model.cidrs, ...(model.ipv6Cidrs ?? [])].some((cidr) => within(packet.source, cidr));
  const target = model.enis.find(({ publicIps }) =>
    publicIps?.some(({ publicIp }) => publicIp === packet.destination),
  );
  const mapping = target?.publicIps?.find(({ publicIp }) => publicIp === packet.destination);
  if (
    inside ||
    strayIcmp(sending) ||
    target === undefined ||
    mapping === undefined ||
    model.internetGateway === undefined
  ) {
    return { denied: "internet-gateway" };
  }
  const translated = { ...packet, destination: mapping.privateIp };
  if (!aclAllows(model, subnetOf(model, target), { packet: translated, egress: false }))
    return { denied: "nacl-in" };
  return arrive(model, { ...sending, packet: translated, target, sender: undefined });
}

/** ICMP that neither asks nor answers; the gateway translates none of it. */
function strayIcmp({ packet, released }: Sending): boolean {
  return packet.protocol === 1 && released === "" && ![8, 13, 15, 17].includes(packet.icmpType);
}

function arrive(
  model: VpcModel,
  arrival: Sending & { readonly target: EniModel; readonly sender: EniModel | undefined },
): End {
  const { target, packet, admitted, sender } = arrival;
  const admits = target.securityGroupIds.some((id) =>
    groupHas(model, { id, eni: target, packet, side: "ingress", sender }),
  );
  return target.id === admitted || admits ? { to: target.id, packet } : { denied: "sg-in" };
}

function subnetOf(model: VpcModel, eni: EniModel): SubnetModel {
  const subnet = model.subnets.find(({ id }) => id === eni.subnetId);
  if (subnet === undefined) throw new Error(`no subnet ${eni.subnetId}`);
  return subnet;
}

function askService(service: string, eni: EniModel, { protocol, destinationPort }: Bare): End {
  const packetless = { source: "", destination: "", protocol: 0, sourcePort: 0, destinationPort: 0 };
  const to = { to: service, packet: { ...packetless, icmpType: 0, icmpCode: 0 } };
  if (service === "metadata" && protocol === 6 && destinationPort === 80 && eni.metadata !== undefined)
    return to;
  if (service === "time" && protocol === 17 && destinationPort === 123) return to;
  if (service === "gateway" && protocol === 17 && destinationPort === 67) return { ...to, to: "dhcp" };
  if (service === "resolver" && (protocol === 6 || protocol === 17) && destinationPort === 53) return to;
  return { denied: "service" };
}

function routerOwns(model: VpcModel, destination: string): string | undefined {
  if (same(destination, "169.254.169.254") || same(destination, "fd00:ec2::254")) return "metadata";
  if (same(destination, "169.254.169.253") || same(destination, "fd00:ec2::253")) return "resolver";
  if (same(destination, "169.254.169.123") || same(destination, "fd00:ec2::123")) return "time";
  const plus = (cidr: string, offset: number): string => {
    const [base = ""] = cidr.split("/");
    const bits = BigInt(`0b${bitsOf(base)}`) + BigInt(offset);
    return [24n, 16n, 8n, 0n].map((shift) => `${(bits >> shift) & 255n}`).join(".");
  };
  if (destination === plus(model.cidrs[0] ?? "0.0.0.0/0", 2)) return "resolver";
  return model.subnets.some(({ cidr }) => destination === plus(cidr, 1)) ? "gateway" : undefined;
}

function routeOf(
  model: VpcModel,
  subnet: SubnetModel,
  destination: string,
): EniModel | "internet" | undefined {
  const never = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32"];
  if ([...never, "::/127", "fe80::/10", "ff00::/8"].some((cidr) => within(destination, cidr)))
    return undefined;
  const v6 = destination.includes(":");
  const local = model.enis.find(({ privateIps, ipv6s }) =>
    [...privateIps, ...(ipv6s ?? [])].some((address) => same(address, destination)),
  );
  if (within(destination, (v6 ? subnet.ipv6Cidr : subnet.cidr) ?? "::/128")) return local;
  const table = model.routeTables.find(({ id }) => id === subnet.routeTableId);
  const candidates: { cidr: string; target: RouteTarget; listed: boolean }[] = [];
  for (const route of table?.routes ?? []) {
    const list = model.prefixLists.find(({ id }) => id === route.destination);
    if (list === undefined && route.destination.startsWith("pl-")) continue;
    for (const cidr of list?.cidrs ?? [route.destination]) {
      candidates.push({ cidr, target: route.target, listed: list !== undefined });
    }
  }
  for (const cidr of [...model.cidrs, ...(model.ipv6Cidrs ?? [])]) {
    if (!candidates.some((each) => !each.listed && each.cidr === cidr)) {
      candidates.push({ cidr, target: { kind: "local" }, listed: false });
    }
  }
  let best: (typeof candidates)[number] | undefined;
  for (const each of candidates.filter(({ cidr }) => within(destination, cidr))) {
    const longer = lengthOf(each.cidr) - (best === undefined ? -1 : lengthOf(best.cidr));
    if (longer > 0 || (longer === 0 && best?.listed === true && !each.listed)) best = each;
  }
  return resolve(model, best?.target, { local, v6 });
}

function resolve(
  model: VpcModel,
  target: RouteTarget | undefined,
  { local, v6 }: { readonly local: EniModel | undefined; readonly v6: boolean },
): EniModel | "internet" | undefined {
  if (target?.kind === "local") return local;
  if (target?.kind === "internet-gateway") {
    return !v6 && model.internetGateway?.id === target.id ? "internet" : undefined;
  }
  if (target?.kind !== "eni") return undefined;
  const eni = model.enis.find(({ id }) => id === target.eniId);
  const carries = v6 ? (eni?.ipv6s ?? []).length > 0 : (eni?.privateIps ?? []).length > 0;
  return eni === undefined || eni.sourceDestCheck || !carries ? undefined : eni;
}

interface GroupQuestion {
  readonly id: string;
  readonly eni: EniModel;
  readonly packet: Bare;
  readonly side: "ingress" | "egress";
  readonly sender?: EniModel | undefined;
}

function groupHas(model: VpcModel, { id, packet, side, sender }: GroupQuestion): boolean {
  const group = model.securityGroups.find((each) => each.id === id);
  return (group?.[side] ?? []).some(
    (rule) => ruleTalksOf(rule, packet) && ruleNames(model, rule, { packet, side, sender }),
  );
}

function ruleTalksOf(rule: SecurityRule, packet: Bare): boolean {
  const { protocol, fromPort, toPort } = rule;
  if (protocol === -1) return true;
  if (protocol !== packet.protocol) return false;
  if (isIcmp(packet)) return icmpIs(packet, fromPort, toPort);
  return protocol === 6 || protocol === 17 ? portIs(packet, fromPort, toPort) : true;
}

function isIcmp({ protocol, source }: Bare): boolean {
  return protocol === (source.includes(":") ? 58 : 1);
}

function icmpIs({ icmpType, icmpCode }: Bare, type = -1, code = -1): boolean {
  return type === -1 || (type === icmpType && (code === -1 || code === icmpCode));
}

function portIs({ destinationPort }: Bare, from = -1, to = -1): boolean {
  return from === -1 || (from <= destinationPort && destinationPort <= (to === -1 ? from : to));
}

function ruleNames(
  model: VpcModel,
  { source }: SecurityRule,
  { packet, side, sender }: Pick<GroupQuestion, "packet" | "side" | "sender">,
): boolean {
  const far = side === "ingress" ? packet.source : packet.destination;
  if ("cidr" in source) return within(far, source.cidr);
  if ("prefixListId" in source) {
    const list = model.prefixLists.find(({ id }) => id === source.prefixListId);
    return list?.cidrs.some((cidr) => within(far, cidr)) ?? false;
  }
  const has = ({ privateIps, ipv6s }: EniModel): boolean =>
    [...privateIps, ...(ipv6s ?? [])].some((address) => same(address, far));
  const members = side === "ingress" ? (sender === undefined ? [] : [sender]) : model.enis;
  return members.some((eni) => has(eni) && eni.securityGroupIds.includes(source.groupId));
}

function aclAllows(
  model: VpcModel,
  subnet: SubnetModel,
  { packet, egress }: { readonly packet: Bare; readonly egress: boolean },
): boolean {
  const acl = model.networkAcls.find(({ id }) => id === subnet.networkAclId);
  const far = egress ? packet.destination : packet.source;
  let first: NetworkAclEntry | undefined;
  for (const entry of acl?.entries ?? []) {
    if (entry.egress !== egress || !entryTalksOf(entry, packet) || !within(far, entry.cidr)) continue;
    if (first === undefined || entry.ruleNumber < first.ruleNumber) first = entry;
  }
  return first?.action === "allow";
}

function entryTalksOf(entry: NetworkAclEntry, packet: Bare): boolean {
  if (entry.protocol === -1) return true;
  if (entry.protocol !== packet.protocol) return false;
  if (isIcmp(packet)) return icmpIs(packet, entry.icmpType, entry.icmpCode);
  return entry.protocol === 6 || entry.protocol === 17 ? portIs(packet, entry.fromPort, entry.toPort) : true;
}

function lengthOf(cidr: string): number {
  return Number(cidr.split("/")[1]);
}

function within(address: string, cidr: string): boolean {
  if (address.includes(":") !== cidr.includes(":")) return false;
  const [base = ""] = cidr.split("/");
  return bitsOf(address).startsWith(bitsOf(base).slice(0, lengthOf(cidr)));
}

function same(a: string, b: string): boolean {
  return a.includes(":") === b.includes(":") && bitsOf(a) === bitsOf(b);
}

const bitsKnown = new Map<string, string>();

function bitsOf(address: string): string {
  const known = bitsKnown.get(address);
  if (known !== undefined) return known;
  const bits = address.includes(":") ? bitsOfIpv6(address) : bitsOfIpv4(address);
  bitsKnown.set(address, bits);
  return bits;
}

function bitsOfIpv4(address: string): string {
  return address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
}

function bitsOfIpv6(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined): string[] =>
    (text ?? "").split(":").flatMap((group) => (group === "" ? [] : [group]));
  const before = groups(head);
  const after = groups(tail);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}
