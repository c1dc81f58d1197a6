/**
 * Can one end reach the other? Follows the packet through middleboxes (supposed to forward) and through the
 * internet gateway and back, then its answer, and names the rule that decided every hop.
 */
import { parseAddress, type Address, type Family } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { describeArrival, type Arrival, type ReplyOutcome, type Verdict } from "./evaluate.ts";
import { explainSteps, type Hop } from "./explain.ts";
import { answerTo, makeDatagram, PacketFault, readAddress, type Datagram, type Traffic } from "./packet.ts";
import type { Step } from "./steps.ts";
import { newFlow, walk, type KnownFlow, type Origin, type Walk } from "./walk.ts";

/** The two ends: ids of interfaces, or addresses. */
export interface ReachEnds {
  readonly from: string;
  readonly to: string;
}

/** How many interfaces a packet may pass before it is taken to go in circles. */
export const segmentsMax = 16;

/** Follows a flow from one end to the other. @throws PacketFault */
export function reach(compiled: CompiledNetwork, ends: ReachEnds, traffic: Traffic): Verdict {
  const { origin, datagram } = start(compiled, ends, traffic);
  const forward = follow(compiled, { origin, datagram }, newFlow);
  const answer = answerTo(forward.last.datagram);
  const { end } = forward.last;
  const back =
    answer === undefined || end.kind === "dropped" || end.kind === "service" || forward.circles
      ? undefined
      : follow(
          compiled,
          { origin: end.kind === "eni" ? end.eni : "internet", datagram: answer },
          {
            answers: true,
            leaves: (eni) => forward.entered.has(eni),
            enters: (eni) => forward.left.has(eni),
          },
        );
  const delivered = end.kind !== "dropped" && !forward.circles;
  const reply = replyOutcome(origin, end.kind === "service", back);
  const hops = [
    ...explainSteps(compiled, forward.steps, ""),
    ...explainSteps(compiled, back?.steps ?? [], "reply-"),
  ];
  const allowed = delivered && reply !== "lost";
  const denied: Hop | undefined = allowed ? undefined : hops.find((hop) => !hop.passed);
  const arrival: Arrival | undefined = delivered ? describeArrival(end, forward.last) : undefined;
  return {
    allowed,
    delivered,
    reply,
    hops,
    ...(arrival === undefined ? {} : { arrival }),
    ...(denied === undefined ? {} : { denied }),
  };
}

function replyOutcome(origin: Origin, served: boolean, back: Followed | undefined): ReplyOutcome {
  if (served) return "passes";
  if (back === undefined) return "none";
  const { end } = back.last;
  const returned = end.kind === "eni" ? end.eni : end.kind;
  return returned === origin && !back.circles ? "passes" : "lost";
}

interface Start {
  readonly origin: Origin;
  readonly datagram: Datagram;
}

interface Followed {
  readonly steps: readonly Step[];
  readonly last: Walk;
  readonly entered: ReadonlySet<CompiledEni>;
  readonly left: ReadonlySet<CompiledEni>;
  readonly circles: boolean;
}

function follow(compiled: CompiledNetwork, { origin, datagram }: Start, known: KnownFlow): Followed {
  const steps: Step[] = [];
  const entered = new Set<CompiledEni>();
  const left = new Set<CompiledEni>();
  let from = origin;
  let current = datagram;
  for (let segment = 0; ; segment++) {
    const last = walk(compiled, { from, datagram: current }, known);
    steps.push(...last.steps);
    if (from !== "internet") left.add(from);
    if (last.end.kind === "eni") entered.add(last.end.eni);
    const next = nextOrigin(compiled, last);
    if (next === undefined) return { steps, last, entered, left, circles: false };
    if (segment + 1 === segmentsMax) return { steps, last, entered, left, circles: true };
    if (next !== "internet")
      steps.push({ stage: "middlebox", eni: next, passed: true, datagram: last.datagram });
    from = next;
    current = last.datagram;
  }
}

/**
 * Where a packet goes on from: a middlebox that it is not addressed to, or the internet if it comes straight
 * back.
 */
function nextOrigin(compiled: CompiledNetwork, { end, datagram }: Walk): Origin | undefined {
  if (end.kind === "eni") {
    return end.eni.addresses[datagram.family].includes(datagram.destination) ? undefined : end.eni;
  }
  return end.kind === "internet" && compiled.eniByPublicIp.has(datagram.destination) ? "internet" : undefined;
}

function start(compiled: CompiledNetwork, { from, to }: ReachEnds, traffic: Traffic): Start {
  const wanted = parseAddress(to) ?? parseAddress(from);
  const family: Family = typeof wanted === "bigint" ? 6 : 4;
  const origin = findEnd(compiled, from);
  const target = findEnd(compiled, to);
  const source =
    parseAddress(from) ?? (origin === "internet" ? readAddress(from) : primaryAddress(origin, family));
  const given = parseAddress(to);
  if (given !== undefined) return { origin, datagram: makeDatagram(source, given, traffic) };
  if (target === "internet") throw new PacketFault(`there is no interface ${to}`);
  const destination = origin === "internet" ? publicAddress(target) : primaryAddress(target, family);
  return { origin, datagram: makeDatagram(source, destination, traffic) };
}

/** The interface with an id or an address; what is neither lies in the internet. @throws PacketFault */
function findEnd(compiled: CompiledNetwork, end: string): Origin {
  const address = parseAddress(end);
  const eni = address === undefined ? compiled.eniById.get(end) : compiled.eniByAddress.get(address);
  if (eni === undefined && address === undefined) throw new PacketFault(`there is no interface ${end}`);
  return eni ?? "internet";
}

function primaryAddress(eni: CompiledEni, family: Family): Address {
  const address = eni.addresses[family][0] ?? eni.addresses[family === 4 ? 6 : 4][0];
  if (address === undefined) throw new PacketFault(`${eni.id} has no address`);
  return address;
}

/** Without a public address the private one stands in, which no internet gateway lets in. */
function publicAddress(eni: CompiledEni): Address {
  return eni.publicIps[0]?.publicIp ?? primaryAddress(eni, 4);
}

/** Says a verdict in one line. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.allowed) return `reachable${verdict.reply === "none" ? "" : ", the answer passes"}`;
  const why = verdict.denied === undefined ? "it goes in circles" : verdict.denied.text;
  return verdict.delivered ? `arrives, but its answer is lost: ${why}` : `not reachable: ${why}`;
}
