/**
 * Can one end reach the other? Follows the packet to its end, then its answer, and names the rule that
 * decided every hop.
 */
import { parseAddress, type Address, type Family } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { describeArrival, returnsTo, type Arrival, type ReplyOutcome, type Verdict } from "./evaluate.ts";
import { explainSteps, type Hop } from "./explain.ts";
import { follow, isPublicIn, type Followed, type Place, type Translations } from "./follow.ts";
import { answerTo, makeDatagram, PacketFault, readAddress, type Traffic } from "./packet.ts";
import { newFlow, type Origin } from "./walk.ts";

/** The two ends: ids of interfaces, or addresses. */
export interface ReachEnds {
  readonly from: string;
  readonly to: string;
  /** The address that it sends from; absent: its first one. */
  readonly source?: string | undefined;
}

/** Follows a flow from one end to the other within one VPC. @throws PacketFault */
export function reach(compiled: CompiledNetwork, ends: ReachEnds, traffic: Traffic): Verdict {
  return reachAcross([compiled], ends, traffic);
}

/**
 * Follows a flow from one end to the other through several VPCs: peerings, endpoint services and public
 * addresses lead on into those that are given. Addresses are looked for in the first VPC first.
 * @throws PacketFault
 */
export function reachAcross(
  networks: readonly CompiledNetwork[],
  ends: ReachEnds,
  traffic: Traffic,
): Verdict {
  const begin = start(networks, ends, traffic);
  const translations: Translations = new Map();
  const forward = follow(begin, { networks, known: newFlow, translations });
  const back = followBack(networks, forward, translations);
  const { end } = forward;
  const delivered = end.kind !== "dropped" && !forward.circles;
  const reply = replyOutcome(begin, end.kind === "service", back);
  const hops = [...explain(forward, ""), ...explain(back, "reply-")];
  const allowed = delivered && reply !== "lost";
  const denied: Hop | undefined = allowed ? undefined : hops.find((hop) => !hop.passed);
  const arrival: Arrival | undefined = delivered ? describeArrival(end, forward) : undefined;
  return {
    allowed,
    delivered,
    reply,
    hops,
    ...(arrival === undefined ? {} : { arrival }),
    ...(denied === undefined ? {} : { denied }),
  };
}

function explain(followed: Followed | undefined, prefix: "" | "reply-"): Hop[] {
  return (followed?.steps ?? []).flatMap(({ network, step }) => explainSteps(network, [step], prefix));
}

function followBack(
  networks: readonly CompiledNetwork[],
  forward: Followed,
  translations: Translations,
): Followed | undefined {
  const answer = answerTo(forward.datagram);
  const origin = responderOf(forward);
  if (answer === undefined || origin === undefined || forward.circles) return undefined;
  return follow(
    { network: forward.network, origin, datagram: answer },
    {
      networks,
      translations,
      known: {
        answers: true,
        leaves: (eni) => forward.entered.has(eni),
        enters: (eni) => forward.left.has(eni),
      },
    },
  );
}

/** Who answers; nobody that is known here does at a service, beyond a peering or behind an endpoint. */
function responderOf({ end }: Followed): Origin | undefined {
  if (end.kind === "eni") return end.eni.device.kind === "service-endpoint" ? undefined : end.eni;
  if (end.kind === "gateway-endpoint") return end;
  return end.kind === "internet" ? "internet" : undefined;
}

function replyOutcome(begin: Place, served: boolean, back: Followed | undefined): ReplyOutcome {
  if (served) return "passes";
  if (back === undefined) return "none";
  const { source, destination } = back.datagram;
  const isAnswer = source === begin.datagram.destination && destination === begin.datagram.source;
  return returnsTo(back.end, begin.origin) && isAnswer && !back.circles ? "passes" : "lost";
}

function start(networks: readonly CompiledNetwork[], ends: ReachEnds, traffic: Traffic): Place {
  const { from, to } = ends;
  const wanted = parseAddress(to) ?? parseAddress(ends.source ?? from);
  const family: Family = typeof wanted === "bigint" ? 6 : 4;
  const begin = findEnd(networks, from);
  const source =
    parseAddress(ends.source ?? from) ??
    (begin === undefined ? readAddress(from) : primaryAddress(begin.eni, family));
  const given = parseAddress(to);
  const target = given === undefined ? findEnd(networks, to) : undefined;
  if (given === undefined && target === undefined) throw new PacketFault(`there is no interface ${to}`);
  const destination = given ?? addressOf(target?.eni, begin === undefined, family);
  const datagram = makeDatagram(source, destination, traffic);
  if (begin !== undefined) return { network: begin.network, origin: begin.eni, datagram };
  const network = target?.network ?? networks.find((each) => isPublicIn(each, datagram)) ?? networks[0];
  if (network === undefined) throw new PacketFault("there is no network");
  return { network, origin: "internet", datagram };
}

interface End {
  readonly network: CompiledNetwork;
  readonly eni: CompiledEni;
}

/** The interface with an id or an address; what is neither lies in the internet. @throws PacketFault */
function findEnd(networks: readonly CompiledNetwork[], end: string): End | undefined {
  const address = parseAddress(end);
  for (const network of networks) {
    const eni = address === undefined ? network.eniById.get(end) : network.eniByAddress.get(address);
    if (eni !== undefined) return { network, eni };
  }
  if (address === undefined) throw new PacketFault(`there is no interface ${end}`);
  return undefined;
}

function addressOf(eni: CompiledEni | undefined, outside: boolean, family: Family): Address {
  if (eni === undefined) throw new PacketFault("there is no interface");
  return outside && family === 4 ? publicAddress(eni) : primaryAddress(eni, family);
}

function primaryAddress(eni: CompiledEni, family: Family): Address {
  const address = eni.addresses[family][0] ?? eni.addresses[family === 4 ? 6 : 4][0];
  if (address === undefined) throw new PacketFault(`${eni.id} has no address`);
  return address;
}

/** Without a public address the private one stands in, which no internet gateway lets in. */
function publicAddress(eni: CompiledEni): Address {
  const mapping = eni.publicIps[0] ?? eni.blockedPublicIps[0];
  return mapping?.publicIp ?? primaryAddress(eni, 4);
}

/** Says a verdict in one line. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.allowed) return `reachable${verdict.reply === "none" ? "" : ", the answer passes"}`;
  const why = verdict.denied === undefined ? "it goes in circles" : verdict.denied.text;
  return verdict.delivered ? `arrives, but its answer is lost: ${why}` : `not reachable: ${why}`;
}
