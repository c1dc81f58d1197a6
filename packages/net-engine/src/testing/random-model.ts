/**
 * Random models that are small and full of collisions, so that rules meet, shadow and contradict each other.
 */
import type {
  EniModel,
  NetworkAclEntry,
  NetworkAclModel,
  RouteModel,
  RulePeer,
  SecurityGroupModel,
  SecurityRule,
  SubnetModel,
  VpcModel,
} from "../model.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** What a random model may contain. */
export interface RandomModelOptions {
  /** The number of the VPC; default 1. */
  readonly number?: number | undefined;
  /** The number that interfaces count up from; default 1. */
  readonly firstEniNumber?: number | undefined;
  readonly ipv6?: boolean | undefined;
  /** Interfaces; default 6. */
  readonly enis?: number | undefined;
  /** Subnets, at most 8; default 3. */
  readonly subnets?: number | undefined;
  /**
   * Whether route tables hold more than local routes and the internet gateway, and interfaces may forward.
   */
  readonly middleboxes?: boolean | undefined;
}

/** Addresses outside the VPC that random rules and packets talk of. */
export const outsideAddresses = ["198.51.100.1", "198.51.100.150", "198.51.100.200", "192.0.2.9"] as const;

/** Ports that random rules and packets talk of. */
export const interestingPorts = [22, 80, 443, 3306, 8080, 50_000] as const;

const outsideBlocks = ["198.51.100.0/24", "198.51.100.128/25", "192.0.2.9/32", "198.51.0.0/16"];

/** Makes a model. */
export function randomModel(random: SeededRandom, options: RandomModelOptions = {}): VpcModel {
  const subnets = randomSubnets(random, options);
  const groupIds = ["sg-a", "sg-b", "sg-c", "sg-d"];
  const prefixLists = [
    { id: "pl-a", cidrs: random.some([...outsideBlocks, "10.0.1.0/25", "10.0.0.16/28"], 0.4) },
    { id: "pl-b", cidrs: random.some([...outsideBlocks, "10.0.2.10/32"], 0.4) },
  ];
  const makeEni = (at: number): EniModel => randomEni(random, { at, subnets, groupIds, options });
  const enis = Array.from({ length: options.enis ?? 6 }, (_, at) => makeEni(at));
  const middleboxes = options.middleboxes ?? true;
  return {
    vpcId: "vpc-random",
    number: options.number ?? 1,
    cidrs: ["10.0.0.0/16"],
    ...(options.ipv6 === true ? { ipv6Cidrs: ["2001:db8:a::/56"] } : {}),
    subnets,
    routeTables: ["rtb-a", "rtb-b"].map((id, at) => ({
      id,
      number: at + 1,
      routes: randomRoutes(random, { enis, middleboxes }),
    })),
    networkAcls: ["acl-a", "acl-b", "acl-c"].map((id) => randomAcl(random, id)),
    securityGroups: groupIds.map((id) => randomGroup(random, id, groupIds)),
    prefixLists,
    enis,
    ...(random.chance(0.9) ? { internetGateway: { id: "igw-a" } } : {}),
  };
}

function randomSubnets(
  random: SeededRandom,
  { subnets = 3, ipv6 = false }: RandomModelOptions,
): SubnetModel[] {
  return Array.from({ length: subnets }, (_, at) => ({
    id: `subnet-${at}`,
    number: at + 1,
    cidr: `10.0.${at}.0/24`,
    ...(ipv6 ? { ipv6Cidr: `2001:db8:a:${at}::/64` } : {}),
    routeTableId: random.pick(["rtb-a", "rtb-b"]),
    networkAclId: random.pick(["acl-a", "acl-b", "acl-c"]),
  }));
}

interface EniContext {
  readonly at: number;
  readonly subnets: readonly SubnetModel[];
  readonly groupIds: readonly string[];
  readonly options: RandomModelOptions;
}

function randomEni(random: SeededRandom, { at, subnets, groupIds, options }: EniContext): EniModel {
  const number = (options.firstEniNumber ?? 1) + at;
  const subnet = random.pick(subnets);
  const third = subnet.number - 1;
  const privateIps = [`10.0.${third}.${10 + at}`];
  if (random.chance(0.2)) privateIps.push(`10.0.${third}.${100 + at}`);
  const publicIps = privateIps
    .filter(() => random.chance(0.4))
    .map((privateIp) => ({ privateIp, publicIp: privateIp.replace(/^10\.0\.\d+/, "203.0.113") }));
  const groups = random.some(groupIds, 0.4);
  return {
    id: `eni-${at}`,
    number,
    mac: `02:0a:00:00:${hex(number >> 8)}:${hex(number & 255)}`,
    subnetId: subnet.id,
    privateIps,
    ...(options.ipv6 === true && random.chance(0.7) ? { ipv6s: [`2001:db8:a:${third}::${10 + at}`] } : {}),
    ...(publicIps.length > 0 ? { publicIps } : {}),
    securityGroupIds: groups.length > 0 ? groups : [random.pick(groupIds)],
    sourceDestCheck: options.middleboxes === false || random.chance(0.7),
    ...(random.chance(0.7) ? { metadata: { enabled: true, hopLimit: random.between(1, 3) } } : {}),
  };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function randomRoutes(
  random: SeededRandom,
  { enis, middleboxes }: { readonly enis: readonly EniModel[]; readonly middleboxes: boolean },
): RouteModel[] {
  const toEni = (): RouteModel["target"] => ({
    kind: "eni",
    eniId: random.chance(0.9) ? random.pick(enis).id : "eni-none",
  });
  const routes: RouteModel[] = [];
  if (random.chance(0.8)) {
    const target: RouteModel["target"] =
      middleboxes && random.chance(0.15)
        ? toEni()
        : { kind: "internet-gateway", id: random.chance(0.95) ? "igw-a" : "igw-other" };
    routes.push({ destination: "0.0.0.0/0", target });
  }
  if (random.chance(0.2)) routes.push({ destination: "10.0.0.0/16", target: { kind: "local" } });
  if (random.chance(0.2)) routes.push({ destination: "198.51.100.192/26", target: { kind: "blackhole" } });
  if (!middleboxes) return routes;
  if (random.chance(0.3)) routes.push({ destination: `10.0.${random.between(0, 2)}.0/24`, target: toEni() });
  if (random.chance(0.15)) {
    routes.push({ destination: `2001:db8:a:${random.between(0, 2)}::/64`, target: toEni() });
  }
  if (random.chance(0.2)) routes.push({ destination: "198.51.100.0/24", target: toEni() });
  if (random.chance(0.1)) {
    routes.push({ destination: "pl-b", target: random.chance(0.5) ? toEni() : { kind: "blackhole" } });
  }
  return routes;
}

/** Blocks of both families that random rules name. */
function randomBlock(random: SeededRandom): string {
  return random.pick([
    "0.0.0.0/0",
    "0.0.0.0/0",
    "0.0.0.0/0",
    "10.0.0.0/16",
    "10.0.0.0/16",
    "10.0.0.0/23",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.0.2.8/29",
    `10.0.${random.between(0, 2)}.${random.between(10, 16)}/32`,
    ...outsideBlocks,
    "::/0",
    "2001:db8:a::/56",
    "2001:db8:a:1::/64",
  ]);
}

interface RandomMatch {
  readonly protocol: number;
  readonly first?: number;
  readonly second?: number;
}

function randomMatch(random: SeededRandom): RandomMatch {
  const protocol = random.pick([6, 6, 6, 17, 17, 1, 58, -1, 47]);
  if (protocol === 1)
    return { protocol, first: random.pick([-1, 8, 0, 13]), second: random.pick([-1, -1, 0, 1]) };
  if (protocol === 58) return { protocol, first: random.pick([-1, 128, 129]), second: -1 };
  if (protocol !== 6 && protocol !== 17) return { protocol };
  if (random.chance(0.15)) return { protocol };
  if (random.chance(0.2)) return { protocol, first: 0, second: 65_535 };
  const first = random.pick(interestingPorts);
  const second = random.chance(0.5) ? first : Math.min(65_535, first + random.pick([1, 100, 8000, 60_000]));
  return { protocol, first, second };
}

function randomGroup(random: SeededRandom, id: string, groupIds: readonly string[]): SecurityGroupModel {
  let next = 0;
  const rule = (): SecurityRule => {
    const { protocol, first, second } = randomMatch(random);
    const source = randomPeer(random, groupIds);
    const ports = first === undefined ? {} : { fromPort: first, toPort: second };
    return { id: `sgr-${id.slice(3)}${next++}`, protocol, ...ports, source };
  };
  const rules = (count: number): SecurityRule[] => Array.from({ length: count }, rule);
  const openEgress: SecurityRule[] = random.chance(0.5)
    ? [{ id: `sgr-${id.slice(3)}-open`, protocol: -1, source: { cidr: "0.0.0.0/0" } }]
    : rules(random.between(0, 3));
  return { id, ingress: rules(random.between(1, 7)), egress: openEgress };
}

function randomPeer(random: SeededRandom, groupIds: readonly string[]): RulePeer {
  const kind = random.between(0, 9);
  if (kind < 6) return { cidr: randomBlock(random) };
  if (kind < 9) return { groupId: random.chance(0.95) ? random.pick(groupIds) : "sg-none" };
  return { prefixListId: random.pick(["pl-a", "pl-b", "pl-none"]) };
}

function randomAcl(random: SeededRandom, id: string): NetworkAclModel {
  const everything = [false, true].flatMap((egress): NetworkAclEntry[] => [
    { ruleNumber: 1000, egress, action: "allow", protocol: -1, cidr: "0.0.0.0/0" },
    { ruleNumber: 1001, egress, action: "allow", protocol: -1, cidr: "::/0" },
  ]);
  if (random.chance(0.5)) return { id, entries: everything };
  const numbers = new Set(Array.from({ length: random.between(1, 8) }, () => random.between(1, 900)));
  const entries = [...numbers].map((ruleNumber): NetworkAclEntry => {
    const { protocol, first, second } = randomMatch(random);
    const icmp = protocol === 1 || protocol === 58;
    const ports = icmp ? { icmpType: first, icmpCode: second } : { fromPort: first, toPort: second };
    return {
      ruleNumber,
      egress: random.chance(0.5),
      action: random.chance(0.5) ? "allow" : "deny",
      protocol,
      cidr: randomBlock(random),
      ...(first === undefined ? {} : ports),
    };
  });
  return { id, entries: random.chance(0.85) ? [...entries, ...everything] : entries };
}
