/**
 * Follows a packet through devices and gateways and from one VPC to the next: middleboxes (supposed to
 * forward), NAT gateways, endpoints, peerings, and the internet where it leads straight back.
 */
import { contains } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { answerTo, isNatable, type Datagram } from "./packet.ts";
import type { Step } from "./steps.ts";
import { ownsAddress, walk, type KnownFlow, type Origin, type WalkEnd } from "./walk.ts";

/** A packet and where it is. */
export interface Place {
  readonly network: CompiledNetwork;
  readonly origin: Origin;
  readonly datagram: Datagram;
}

/** A step in its VPC. */
export interface PlacedStep {
  readonly network: CompiledNetwork;
  readonly step: Step;
}

/** What a packet was before a device translated it, by the device's interface. */
export type Translations = Map<CompiledEni, { readonly place: Place; readonly datagram: Datagram }>;

/** A way that was followed to its end. */
export interface Followed {
  readonly steps: readonly PlacedStep[];
  readonly end: WalkEnd;
  readonly network: CompiledNetwork;
  readonly datagram: Datagram;
  readonly entered: ReadonlySet<CompiledEni>;
  readonly left: ReadonlySet<CompiledEni>;
  readonly circles: boolean;
}

/** How many interfaces a packet may pass before it is taken to go in circles. */
export const segmentsMax = 16;

/** What following needs to know besides the packet. */
export interface FollowContext {
  readonly networks: readonly CompiledNetwork[];
  readonly known: KnownFlow;
  /** Filled on the way there, read on the way back. */
  readonly translations: Translations;
}

/** Follows a packet. */
export function follow(start: Place, context: FollowContext): Followed {
  const steps: PlacedStep[] = [];
  const entered = new Set<CompiledEni>();
  const left = new Set<CompiledEni>();
  let place = start;
  for (let segment = 0; ; segment++) {
    const { network, origin } = place;
    const {
      end,
      datagram,
      steps: taken,
    } = walk(network, { from: origin, datagram: place.datagram }, context.known);
    steps.push(...taken.map((step) => ({ network, step })));
    if (isEni(origin)) left.add(origin);
    if (end.kind === "eni") entered.add(end.eni);
    const next = nextPlace({ network, end, datagram }, context);
    if (next.step !== undefined) steps.push(next.step);
    const ended = { steps, network, datagram, entered, left };
    if (next.step?.step.passed === false) return { ...ended, end: { kind: "dropped" }, circles: false };
    if (next.place === undefined) return { ...ended, end, circles: false };
    if (segment + 1 === segmentsMax) return { ...ended, end, circles: true };
    place = next.place;
  }
}

function isEni(origin: Origin): origin is CompiledEni {
  return origin !== "internet" && "subnet" in origin;
}

interface Ended {
  readonly network: CompiledNetwork;
  readonly end: WalkEnd;
  readonly datagram: Datagram;
}

/** Where a packet goes on from, if it does, and what was noted about it. */
interface Next {
  readonly place?: Place | undefined;
  readonly step?: PlacedStep | undefined;
}

const arrived: Next = {};

function nextPlace(ended: Ended, context: FollowContext): Next {
  const { end, datagram, network } = ended;
  switch (end.kind) {
    case "eni":
      return nextFromEni(end.eni, { network, datagram }, context);
    case "peering": {
      const peer = context.networks.find(({ vpcId }) => vpcId === end.peering.peerVpcId);
      const peering = peer?.peerings.find(({ id }) => id === end.peering.id);
      if (peer === undefined) return arrived;
      if (peering === undefined) {
        const { peering: unknown } = end;
        const refused = { stage: "vpc-peering", direction: "in", peering: unknown, passed: false } as const;
        return { step: { network: peer, step: { ...refused, datagram } } };
      }
      return { place: { network: peer, origin: { peering, sender: end.sender.number }, datagram } };
    }
    case "internet": {
      const next = context.networks.find((each) => isPublicIn(each, datagram));
      return next === undefined ? arrived : { place: { network: next, origin: "internet", datagram } };
    }
    case "gateway-endpoint":
    case "service":
    case "dropped":
      return arrived;
  }
}

/** Whether the internet leads to a VPC. */
export function isPublicIn(
  { eniByPublicIp, eniByAddress }: CompiledNetwork,
  { destination, family }: Pick<Datagram, "destination" | "family">,
): boolean {
  return family === 4 ? eniByPublicIp.has(destination) : eniByAddress.has(destination);
}

interface Arrived {
  readonly network: CompiledNetwork;
  readonly datagram: Datagram;
}

function nextFromEni(eni: CompiledEni, at: Arrived, context: FollowContext): Next {
  switch (eni.device.kind) {
    case "guest":
      return ownsAddress(eni, at.datagram.destination) ? arrived : pass("middlebox", eni, at);
    case "nat-gateway":
      return translate(eni, at, context);
    case "local-endpoint": {
      const { kind, value } = at.datagram;
      const passed = kind === "tcp" && eni.device.ports.includes(value);
      return { step: noteDevice(eni, at, { stage: "endpoint", passed }) };
    }
    case "service-endpoint":
      return enterService(eni, at, context);
    case "endpoint-service":
      return leaveService(eni, at, context);
  }
}

function pass(stage: "middlebox", eni: CompiledEni, { network, datagram }: Arrived): Next {
  return {
    step: { network, step: { stage, eni, passed: true, datagram } },
    place: { network, origin: eni, datagram },
  };
}

interface Outcome {
  readonly stage: "nat-gateway" | "endpoint";
  readonly passed: boolean;
  readonly becomes?: Datagram | undefined;
}

function noteDevice(eni: CompiledEni, { network, datagram }: Arrived, outcome: Outcome): PlacedStep {
  return { network, step: { ...outcome, eni, datagram } };
}

/** A NAT gateway sends with its own address what comes from inside, and lets in only answers. */
function translate(eni: CompiledEni, at: Arrived, { translations, known }: FollowContext): Next {
  const { network, datagram } = at;
  const stage = "nat-gateway";
  const address = eni.addresses[4][0];
  if (eni.addresses[4].includes(datagram.destination)) {
    const before = translations.get(eni);
    const becomes = before === undefined ? undefined : answerTo(before.datagram);
    if (becomes === undefined) return { step: noteDevice(eni, at, { stage, passed: false }) };
    const restored = { ...datagram, destination: becomes.destination };
    return {
      step: noteDevice(eni, at, { stage, passed: true, becomes: restored }),
      place: { network, origin: eni, datagram: restored },
    };
  }
  const inside = network.cidrs.some((cidr) => contains(cidr, datagram.source));
  // An answer that it did not send the question for would come back from another address.
  if (!inside || !isNatable(datagram) || address === undefined || known.answers) {
    return { step: noteDevice(eni, at, { stage, passed: false }) };
  }
  const place = { network, origin: eni, datagram };
  translations.set(eni, { place, datagram });
  const becomes = { ...datagram, source: address };
  return {
    step: noteDevice(eni, at, { stage, passed: true, becomes }),
    place: { network, origin: eni, datagram: becomes },
  };
}

/** From a consumer's endpoint to a target of the service, whose own interface it then comes from. */
function enterService(eni: CompiledEni, at: Arrived, context: FollowContext): Next {
  const found = findService(eni, context.networks);
  if (found === undefined) return { step: noteDevice(eni, at, { stage: "endpoint", passed: true }) };
  const { network, service } = found;
  const { device } = service;
  const { protocol, value } = at.datagram;
  const accepted = device.kind === "endpoint-service" && device.consumers.includes(eni.number);
  const listeners = device.kind === "endpoint-service" ? device.listeners : [];
  const listener = listeners.find((each) => each.protocol === protocol && each.port === value);
  const target = listener?.targets[0];
  const source = service.addresses[4][0];
  if (!accepted || target === undefined || source === undefined) {
    const provider = { network, datagram: at.datagram };
    return { step: noteDevice(service, provider, { stage: "endpoint", passed: false }) };
  }
  const becomes = { ...at.datagram, source, destination: target.address, value: target.port };
  const place = { network: at.network, origin: eni, datagram: at.datagram };
  context.translations.set(service, { place, datagram: at.datagram });
  return {
    step: noteDevice(
      service,
      { network, datagram: at.datagram },
      { stage: "endpoint", passed: true, becomes },
    ),
    place: { network, origin: service, datagram: becomes },
  };
}

function findService(
  { device }: CompiledEni,
  networks: readonly CompiledNetwork[],
): { readonly network: CompiledNetwork; readonly service: CompiledEni } | undefined {
  if (device.kind !== "service-endpoint") return undefined;
  for (const network of networks) {
    const service = network.enis.find(
      (eni) => eni.number === device.serviceEniNumber && eni.device.kind === "endpoint-service",
    );
    if (service !== undefined) return { network, service };
  }
  return undefined;
}

/** From a target back to the consumer; nothing begins on this side. */
function leaveService(eni: CompiledEni, at: Arrived, { translations, known }: FollowContext): Next {
  const before = known.answers ? translations.get(eni) : undefined;
  const becomes = before === undefined ? undefined : answerTo(before.datagram);
  if (before === undefined || becomes === undefined) {
    return { step: noteDevice(eni, at, { stage: "endpoint", passed: false }) };
  }
  return {
    step: noteDevice(eni, at, { stage: "endpoint", passed: true, becomes }),
    place: { ...before.place, datagram: becomes },
  };
}
