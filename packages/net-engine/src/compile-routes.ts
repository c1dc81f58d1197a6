/** Compiles route tables per subnet: prefix lists expanded, targets resolved, the longest prefix first. */
import { covers, formatCidr, type Cidr, type Family } from "./address.ts";
import type { BlackholeReason, CompiledRoute, PerFamily, ResolvedTarget } from "./compiled-network.ts";
import type { EniModel, RouteModel, RouteTableModel, VpcModel } from "./model.ts";
import { parseModelCidr } from "./model-checks.ts";

/** What resolving routes needs to know. */
export interface RouteContext {
  readonly model: VpcModel;
  readonly cidrs: readonly Cidr[];
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
  readonly enis: ReadonlyMap<string, EniModel>;
  /** Blocks that the internet gateway's route table leads through an interface. */
  readonly redirected: readonly Cidr[];
}

/** Whose table is compiled: a subnet's with these blocks, or the internet gateway's. */
export type TableOwner = readonly Cidr[] | "internet-gateway";

/** Compiles one route table. Where prefixes are equal, a written CIDR wins over a prefix list. */
export function compileRoutes(
  table: RouteTableModel,
  owner: TableOwner,
  context: RouteContext,
): PerFamily<CompiledRoute[]> {
  const listed = table.routes.flatMap((route) => expand(route, { table, owner }, context));
  const implied = context.cidrs
    .filter((cidr) => !listed.some(({ destination }) => sameBlock(destination, cidr)))
    .map((cidr): CompiledRoute => ({
      destination: cidr,
      target: { kind: "local" },
      routeTableId: table.id,
      written: formatCidr(cidr),
    }));
  const routes = [...implied, ...listed].toSorted(
    (a, b) =>
      b.destination.length - a.destination.length ||
      Number(a.written.startsWith("pl-")) - Number(b.written.startsWith("pl-")),
  );
  const of = (family: Family): CompiledRoute[] =>
    routes.filter((route) => route.destination.family === family);
  return { 4: of(4), 6: of(6) };
}

function sameBlock(a: Cidr, b: Cidr): boolean {
  return a.low === b.low && a.length === b.length;
}

interface TablePlace {
  readonly table: RouteTableModel;
  readonly owner: TableOwner;
}

function expand(route: RouteModel, { table, owner }: TablePlace, context: RouteContext): CompiledRoute[] {
  const destinations = route.destination.startsWith("pl-")
    ? (context.prefixLists.get(route.destination) ?? [])
    : [parseModelCidr(route.destination, table.id)];
  return destinations.map((destination) => ({
    destination,
    target:
      owner === "internet-gateway"
        ? resolveAtGateway(route, destination, context)
        : resolve(route, { destination, own: owner }, context),
    routeTableId: table.id,
    written: route.destination,
  }));
}

interface SubnetRoute {
  readonly destination: Cidr;
  readonly own: readonly Cidr[];
}

function resolve(
  { target }: RouteModel,
  { destination, own }: SubnetRoute,
  context: RouteContext,
): ResolvedTarget {
  const { model } = context;
  switch (target.kind) {
    case "local":
      return target;
    case "blackhole":
      return blackhole("blackhole");
    case "internet-gateway":
      if (model.internetGateway?.id !== target.id) return blackhole("missing-target", target.id);
      if (isRedirected(own, context)) return blackhole("redirected", target.id);
      return target;
    case "egress-only-internet-gateway":
      if (model.egressOnlyInternetGateways?.some(({ id }) => id === target.id) !== true) {
        return blackhole("missing-target", target.id);
      }
      return destination.family === 6 ? target : blackhole("unsupported", target.id);
    case "vpc-peering":
      return has(model.peerings, target.id) ? target : blackhole("missing-target", target.id);
    case "vpc-endpoint":
      if (!has(model.gatewayEndpoints, target.id)) return blackhole("missing-target", target.id);
      return destination.family === 4 ? target : blackhole("unsupported", target.id);
    case "nat-gateway": {
      const nat = model.natGateways?.find(({ id }) => id === target.id);
      if (nat === undefined) return blackhole("missing-target", target.id);
      // Differs: a NAT gateway does not translate IPv6 to IPv4 (64:ff9b::/96).
      if (destination.family === 6) return blackhole("unsupported", target.id);
      return { kind: "eni", eniId: nat.eniId, natGatewayId: nat.id };
    }
    case "eni":
      return resolveEni(target.eniId, destination, context);
  }
}

function has(list: readonly { readonly id: string }[] | undefined, wanted: string): boolean {
  return list?.some(({ id }) => id === wanted) ?? false;
}

function resolveEni(eniId: string, destination: Cidr, { enis }: RouteContext): ResolvedTarget {
  const eni = enis.get(eniId);
  if (eni === undefined) return blackhole("missing-target", eniId);
  const addresses = destination.family === 4 ? eni.privateIps : (eni.ipv6s ?? []);
  if (addresses.length === 0) return blackhole("unsupported", eniId);
  return eni.sourceDestCheck ? blackhole("source-dest-check", eniId) : { kind: "eni", eniId };
}

/** What comes in goes to its interface or through a middlebox; a gateway knows no other targets. */
function resolveAtGateway({ target }: RouteModel, destination: Cidr, context: RouteContext): ResolvedTarget {
  if (target.kind === "local") return target;
  if (target.kind !== "eni") return blackhole(target.kind === "blackhole" ? "blackhole" : "unsupported");
  const resolved = resolveEni(target.eniId, destination, context);
  const isPublic = destination.family === 6 || hasPublicIp(context.enis.get(target.eniId));
  return resolved.kind === "eni" && !isPublic ? blackhole("no-public-ip", target.eniId) : resolved;
}

function hasPublicIp(eni: EniModel | undefined): boolean {
  return (eni?.publicIps ?? []).length > 0;
}

function isRedirected(own: readonly Cidr[], { redirected }: RouteContext): boolean {
  return own.some((cidr) => redirected.some((block) => covers(block, cidr)));
}

/** The blocks that a gateway's route table leads through an interface. */
export function redirectedBlocks(routes: PerFamily<readonly CompiledRoute[]>): Cidr[] {
  return [...routes[4], ...routes[6]]
    .filter(({ target }) => target.kind === "eni")
    .map(({ destination }) => destination);
}

function blackhole(reason: BlackholeReason, targetId?: string): ResolvedTarget {
  return { kind: "blackhole", reason, targetId };
}
