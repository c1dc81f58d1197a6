/**
 * Random worlds of two VPCs with every gateway: peered or not, with NAT gateways, endpoints, an endpoint
 * service, IPv6 gateways, prefixes and Block Public Access. For tests only.
 */
import type { EniModel, RouteModel, SecurityRule, VpcModel } from "../model.ts";
import type { PeeringModel } from "../model-gateways.ts";
import type { Traffic } from "../packet.ts";
import { interestingPorts, outsideAddresses, randomModel } from "./random-model.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Addresses of the internet that random worlds talk of beside those of IPv4. */
export const outsideAddresses6 = ["2001:db8:ffff::1", "2001:db8:fffe::9"] as const;

/** An address of the prefix list of gateway endpoints. */
export const storeAddress = "198.18.5.9";

/** What a random world is made of. */
export interface RandomWorldOptions {
  /** VPCs get this number and the next. */
  readonly firstVpcNumber: number;
  /** Interfaces are numbered from here; 20 numbers are taken. */
  readonly firstEniNumber: number;
  /** Whether interfaces forward and routes lead through them. */
  readonly middleboxes: boolean;
}

/** Two VPCs that may be peers. */
export interface RandomWorld {
  readonly a: VpcModel;
  readonly b: VpcModel;
}

/** Makes a world. */
export function randomWorld(random: SeededRandom, options: RandomWorldOptions): RandomWorld {
  const { firstVpcNumber, firstEniNumber, middleboxes } = options;
  const base = { enis: 4, ipv6: true, middleboxes };
  const a = randomModel(random, { ...base, number: firstVpcNumber, firstEniNumber });
  const raw = randomModel(random, {
    ...base,
    number: firstVpcNumber + 1,
    firstEniNumber: firstEniNumber + 4,
  });
  const b = moveToB(raw);
  const [crossedA, crossedB] = [crossRules(random, a, "10.1"), crossRules(random, b, "10.0")];
  return connect(
    random,
    addGateways(random, { ...crossedA, vpcId: "vpc-a" }, { letter: "a", first: firstEniNumber + 8 }),
    addGateways(random, crossedB, { letter: "b", first: firstEniNumber + 14 }),
  );
}

/** The same model with other addresses and ids. */
function moveToB(model: VpcModel): VpcModel {
  const text = JSON.stringify(model)
    .replaceAll(/"10\.0\./g, '"10.1.')
    .replaceAll("2001:db8:a:", "2001:db8:b:")
    .replaceAll("203.0.113.", "203.0.114.")
    .replaceAll(/"(eni|sg|sgr|igw|rtb|acl|subnet)-/g, '"$1-b')
    .replaceAll("vpc-random", "vpc-b");
  return JSON.parse(text) as VpcModel;
}

/** Some rules talk of the other VPC. */
function crossRules(random: SeededRandom, model: VpcModel, other: "10.0" | "10.1"): VpcModel {
  const theirs = other === "10.0" ? "" : "b";
  const cross = (rule: SecurityRule): SecurityRule => {
    if (!random.chance(0.35)) return rule;
    const source = random.pick<SecurityRule["source"]>([
      { cidr: `${other}.0.0/16` },
      { cidr: `${other}.1.0/24` },
      { cidr: `2001:db8:${other === "10.0" ? "a" : "b"}::/56` },
      { groupId: `sg-${theirs}${random.pick(["a", "b", "c", "d"])}` },
      { groupId: `sg-${theirs}${random.pick(["a", "b", "c", "d"])}` },
      { prefixListId: "pl-store" },
    ]);
    return { ...rule, source };
  };
  return {
    ...model,
    securityGroups: model.securityGroups.map((group) => ({
      ...group,
      ingress: [...group.ingress.map(cross), ...openRules(random, `${group.id}-in`, 0.35)],
      egress: [...group.egress.map(cross), ...openRules(random, `${group.id}-out`, 0.6)],
    })),
  };
}

/** Without these hardly a flow would pass both ends. */
function openRules(random: SeededRandom, id: string, probability: number): SecurityRule[] {
  return ["0.0.0.0/0", "::/0"]
    .filter(() => random.chance(probability))
    .map((cidr, at) => ({ id: `${id}${at}`, protocol: random.pick([-1, 6, 17]), source: { cidr } }));
}

interface Place {
  readonly letter: "a" | "b";
  readonly first: number;
}

function device(
  name: string,
  { letter, first }: Place,
  parts: { readonly at: number; readonly ip: string } & Partial<EniModel>,
): EniModel {
  const { at, ip, ...rest } = parts;
  const number = first + at;
  const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
  const net = letter === "a" ? "10.0" : "10.1";
  const prefix = letter === "a" ? "" : "b";
  return {
    id: `eni-${prefix}${name}`,
    number,
    mac: `02:0a:00:01:${hex(number >> 8)}:${hex(number & 255)}`,
    subnetId: `subnet-${prefix}0`,
    privateIps: [`${net}.${ip}`],
    securityGroupIds: [],
    sourceDestCheck: true,
    ...rest,
  };
}

function addGateways(random: SeededRandom, model: VpcModel, place: Place): VpcModel {
  const { letter } = place;
  const prefix = letter === "a" ? "" : "b";
  const net = letter === "a" ? "10.0" : "10.1";
  const eips = letter === "a" ? "203.0.113" : "203.0.114";
  const group = (): string[] => [`sg-${prefix}${random.pick(["a", "b", "c", "d"])}`];
  const nat = device("nat", place, {
    at: 0,
    ip: "0.5",
    publicIps: [{ privateIp: `${net}.0.5`, publicIp: `${eips}.5` }],
  });
  const endpoint = device("ep", place, {
    at: 1,
    ip: "1.50",
    subnetId: `subnet-${prefix}1`,
    securityGroupIds: group(),
  });
  const link = device("pl", place, {
    at: 2,
    ip: "1.60",
    subnetId: `subnet-${prefix}1`,
    securityGroupIds: group(),
  });
  const service = device("svc", place, { at: 3, ip: "0.70" });
  const igw = `igw-${prefix}a`;
  const routes = (): RouteModel[] => [
    ...(random.chance(0.7)
      ? [
          {
            destination: "::/0",
            target: random.chance(0.5)
              ? ({ kind: "internet-gateway", id: igw } as const)
              : ({ kind: "egress-only-internet-gateway", id: "eigw-a" } as const),
          },
        ]
      : []),
    ...(random.chance(0.5)
      ? [{ destination: "pl-store", target: { kind: "vpc-endpoint", id: "vpce-store" } as const }]
      : []),
  ];
  const throughNat: RouteModel = { destination: "0.0.0.0/0", target: { kind: "nat-gateway", id: "nat-a" } };
  return {
    ...model,
    routeTables: model.routeTables.map((table) => ({
      ...table,
      routes: [
        ...(random.chance(0.4)
          ? [...table.routes.filter(({ destination }) => destination !== "0.0.0.0/0"), throughNat]
          : table.routes),
        ...routes(),
      ],
    })),
    prefixLists: [...model.prefixLists, { id: "pl-store", cidrs: ["198.18.5.0/24"] }],
    enis: [...model.enis.map((eni) => delegate(random, eni, net)), nat, endpoint, link, service],
    ...(random.chance(0.8) ? { egressOnlyInternetGateways: [{ id: "eigw-a" }] } : {}),
    natGateways: [{ id: "nat-a", eniId: nat.id }],
    gatewayEndpoints: [{ id: "vpce-store", number: place.first + 4, prefixListId: "pl-store" }],
    interfaceEndpoints: [
      { id: "vpce-api", eniIds: [endpoint.id], service: { kind: "local", ports: [443, 8080] } },
    ],
    ...randomAccess(random, model),
  };
}

function delegate(random: SeededRandom, eni: EniModel, net: string): EniModel {
  if (!random.chance(0.3)) return eni;
  const third = eni.subnetId.slice(-1);
  const at = 128 + 16 * (eni.number % 4);
  return { ...eni, prefixes: [`${net}.${third}.${at}/28`] };
}

function randomAccess(random: SeededRandom, model: VpcModel): Pick<VpcModel, "publicAccess"> {
  if (random.chance(0.7)) return {};
  const mode = random.pick(["block-bidirectional", "block-ingress"] as const);
  const exclusions = random
    .some([...model.subnets.map(({ id }) => id), model.vpcId], 0.3)
    .map((resourceId) => ({
      resourceId,
      mode: random.pick(["allow-bidirectional", "allow-egress"] as const),
    }));
  return { publicAccess: { mode, exclusions } };
}

/** Peers the two and links their endpoints. */
function connect(random: SeededRandom, a: VpcModel, b: VpcModel): RandomWorld {
  const peered = random.chance(0.85);
  const side = (model: VpcModel): PeeringModel => ({
    id: "pcx-ab",
    peerVpcId: model.vpcId,
    peerNumber: model.number,
    peerCidrs: model.cidrs,
    peerIpv6Cidrs: model.ipv6Cidrs,
    peerEnis: model.enis,
  });
  const accepted = random.chance(0.85);
  const finish = (model: VpcModel, other: VpcModel): VpcModel => {
    const find = (from: VpcModel, name: string): EniModel => {
      const found = from.enis.find(({ id }) => id.endsWith(name));
      if (found === undefined) throw new Error(`no ${name}`);
      return found;
    };
    const [target] = model.enis;
    const address = target?.privateIps[0] ?? "";
    return {
      ...model,
      routeTables: model.routeTables.map((table) => ({
        ...table,
        routes: [...table.routes, ...peerRoutes(random, other)],
      })),
      peerings: peered && random.chance(0.95) ? [side(other)] : [],
      interfaceEndpoints: [
        ...(model.interfaceEndpoints ?? []),
        {
          id: "vpce-link",
          eniIds: [find(model, "pl").id],
          service: { kind: "service", serviceId: "vpce-svc", serviceEniNumber: find(other, "svc").number },
        },
      ],
      endpointServices: [
        {
          id: "vpce-svc",
          eniId: find(model, "svc").id,
          listeners: [
            { protocol: 6, port: 80, targets: [{ address, port: random.pick(interestingPorts) }] },
            { protocol: 17, port: 443, targets: [{ address, port: random.pick(interestingPorts) }] },
          ],
          consumers: accepted ? [{ endpointId: "vpce-link", eniNumber: find(other, "pl").number }] : [],
        },
      ],
    };
  };
  return { a: finish(a, b), b: finish(b, a) };
}

function peerRoutes(random: SeededRandom, other: VpcModel): RouteModel[] {
  const target = { kind: "vpc-peering", id: "pcx-ab" } as const;
  const wide = other.cidrs.map((destination) => ({ destination, target }));
  const narrow = [{ destination: other.cidrs[0]?.replace(".0.0/16", ".1.0/24") ?? "", target }];
  const v6 = (other.ipv6Cidrs ?? []).map((destination) => ({ destination, target }));
  return [
    ...(random.chance(0.75) ? wide : random.chance(0.5) ? narrow : []),
    ...(random.chance(0.75) ? v6 : []),
  ];
}

/** The first packet of a flow in a world. */
export interface WorldPacket extends Traffic {
  /** The id of an interface, or `internet`. */
  readonly from: string;
  readonly source: string;
  readonly destination: string;
}

/** Makes a packet of TCP or UDP that one of the guests, or the internet, sends. */
export function randomWorldPacket(random: SeededRandom, { a, b }: RandomWorld): WorldPacket {
  const guests = [...a.enis.slice(0, 4), ...b.enis.slice(0, 4)];
  const v6 = random.chance(0.25);
  const sender = random.chance(0.15) ? undefined : random.pick(guests);
  const sixth = v6 && (sender === undefined || (sender.ipv6s ?? []).length > 0);
  const sources = sender === undefined ? (sixth ? outsideAddresses6 : outsideAddresses) : own(sender, sixth);
  return {
    from: sender?.id ?? "internet",
    source: random.pick(sources),
    destination: random.pick(destinations(random, { a, b }, { sixth, inbound: sender === undefined })),
    protocol: random.pick([6, 6, 17]),
    destinationPort: random.pick(interestingPorts),
  };
}

function own(eni: EniModel, sixth: boolean): readonly string[] {
  return sixth ? (eni.ipv6s ?? []) : [...eni.privateIps, ...delegatedAddresses(eni)];
}

/** The addresses of a delegated prefix that the guests of random worlds use. */
export function delegatedAddresses({ prefixes }: EniModel): string[] {
  return (prefixes ?? []).map((prefix) =>
    prefix.replace("/28", "").replace(/\d+$/, (low) => `${Number(low) + 3}`),
  );
}

function destinations(
  random: SeededRandom,
  { a, b }: RandomWorld,
  { sixth, inbound }: { readonly sixth: boolean; readonly inbound: boolean },
): readonly string[] {
  const enis = [...a.enis, ...b.enis];
  const publicIps = enis.flatMap((eni) => eni.publicIps ?? []).map(({ publicIp }) => publicIp);
  const sixths = enis.flatMap((eni) => eni.ipv6s ?? []);
  if (sixth) return inbound || random.chance(0.8) ? sixths : outsideAddresses6;
  if (inbound) return publicIps;
  const roll = random.between(0, 9);
  if (roll < 5) return enis.flatMap((eni) => [...eni.privateIps, ...delegatedAddresses(eni)]);
  if (roll < 7) return enis.filter(({ id }) => /ep|pl|nat/.test(id)).flatMap(({ privateIps }) => privateIps);
  if (roll < 8) return [storeAddress];
  return random.chance(0.7) ? outsideAddresses : publicIps;
}
