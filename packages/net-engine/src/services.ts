/** The services on the router's loopback: which address is whose, and which interfaces they answer. */
import { parseAddress, type Address } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { metadataAddress, resolverAddress, timeAddress } from "./layout.ts";
import type { Datagram } from "./packet.ts";
import { subnetGateway, vpcResolver } from "./reserved-addresses.ts";
import type { Service } from "./steps.ts";

const fixed = new Map<Address | undefined, Service>([
  [parseAddress(metadataAddress[4]), "metadata"],
  [parseAddress(metadataAddress[6]), "metadata"],
  [parseAddress(resolverAddress[4]), "resolver"],
  [parseAddress(resolverAddress[6]), "resolver"],
  [parseAddress(timeAddress[4]), "time"],
  [parseAddress(timeAddress[6]), "time"],
]);

type RouterAddresses = ReadonlyMap<Address | undefined, Service | "gateway">;

const known = new WeakMap<CompiledNetwork, RouterAddresses>();

/** What an address of the router is: a service, or the gateway of a subnet. */
export function serviceAddress(compiled: CompiledNetwork, address: Address): Service | "gateway" | undefined {
  let addresses = known.get(compiled);
  if (addresses === undefined) {
    addresses = routerAddresses(compiled);
    known.set(compiled, addresses);
  }
  return addresses.get(address);
}

function routerAddresses(compiled: CompiledNetwork): RouterAddresses {
  const gateways = compiled.subnets
    .flatMap(({ cidrs }) => cidrs)
    .filter(({ family }) => family === 4)
    .map((cidr): [Address | undefined, "gateway"] => [parseAddress(subnetGateway(cidr)), "gateway"]);
  const resolvers = vpcResolver(compiled.cidrs, 4).map((text): [Address | undefined, Service] => [
    parseAddress(text),
    "resolver",
  ]);
  return new Map([...gateways, ...fixed, ...resolvers]);
}

/** The service that answers a packet of an interface, if one does. */
export function serviceAnswers(
  compiled: CompiledNetwork,
  eni: CompiledEni,
  { service, datagram }: { readonly service: Service | "gateway"; readonly datagram: Datagram },
): Service | undefined {
  const { kind, value, family } = datagram;
  switch (service) {
    case "metadata":
      if (eni.metadata === undefined || (family === 6 && eni.metadata.ipv6 === false)) return undefined;
      return kind === "tcp" && value === 80 ? service : undefined;
    case "resolver":
      return compiled.dnsSupport && (kind === "tcp" || kind === "udp") && value === 53 ? service : undefined;
    case "time":
      return kind === "udp" && value === 123 ? service : undefined;
    case "gateway":
    case "dhcp":
      return kind === "udp" && value === 67 ? "dhcp" : undefined;
  }
}
