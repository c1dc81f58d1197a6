/** Compiles route tables per subnet: prefix lists expanded, targets resolved, the longest prefix first. */
import { formatCidr, type Cidr, type Family } from "./address.ts";
import type { BlackholeReason, CompiledRoute, PerFamily, ResolvedTarget } from "./compiled-network.ts";
import type { EniModel, RouteModel, RouteTableModel, VpcModel } from "./model.ts";
import { parseModelCidr } from "./model-checks.ts";

/** What resolving routes needs to know. */
export interface RouteContext {
  readonly model: VpcModel;
  readonly cidrs: readonly Cidr[];
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
  readonly enis: ReadonlyMap<string, EniModel>;
}

/** Compiles one route table. Where prefixes are equal, a written CIDR wins over a prefix list. */
export function compileRoutes(table: RouteTableModel, context: RouteContext): PerFamily<CompiledRoute[]> {
  const listed = table.routes.flatMap((route) => expand(route, table.id, context));
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

function expand(route: RouteModel, routeTableId: string, context: RouteContext): CompiledRoute[] {
  const destinations = route.destination.startsWith("pl-")
    ? (context.prefixLists.get(route.destination) ?? [])
    : [parseModelCidr(route.destination, routeTableId)];
  return destinations.map((destination) => ({
    destination,
    target: resolve(route, destination, context),
    routeTableId,
    written: route.destination,
  }));
}

function resolve({ target }: RouteModel, destination: Cidr, context: RouteContext): ResolvedTarget {
  switch (target.kind) {
    case "local":
      return target;
    case "blackhole":
      return blackhole("blackhole");
    case "internet-gateway":
      if (context.model.internetGateway?.id !== target.id) return blackhole("missing-target");
      // Differs: IPv6 routes to an internet gateway lead nowhere yet.
      return destination.family === 4 ? target : blackhole("unsupported");
    case "eni": {
      const eni = context.enis.get(target.eniId);
      if (eni === undefined) return blackhole("missing-target", target.eniId);
      const addresses = destination.family === 4 ? eni.privateIps : (eni.ipv6s ?? []);
      if (addresses.length === 0) return blackhole("unsupported", target.eniId);
      return eni.sourceDestCheck ? blackhole("source-dest-check", target.eniId) : target;
    }
  }
}

function blackhole(reason: BlackholeReason, eniId?: string): ResolvedTarget {
  return { kind: "blackhole", reason, eniId };
}
