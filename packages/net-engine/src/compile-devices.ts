/**
 * Compiles what stands behind interfaces that are no guests, what Block Public Access leaves to subnets, and
 * the other sides of peerings.
 */
import { covers, type Address, type Cidr } from "./address.ts";
import { combinationKey } from "./compile-groups.ts";
import type {
  CompiledGatewayEndpoint,
  CompiledPeering,
  EniDevice,
  PeerMember,
  SubnetAccess,
} from "./compiled-network.ts";
import type { EniModel, VpcModel } from "./model.ts";
import type { PeerEniModel } from "./model-gateways.ts";
import { checkEniNumber, parseModelAddress, parseModelCidr } from "./model-checks.ts";
import { ModelFault } from "./model-fault.ts";

/** The devices of a model by the id of their interface. @throws ModelFault */
export function compileDevices(model: VpcModel): Map<string, EniDevice> {
  const devices = new Map<string, EniDevice>();
  const enis = new Map(model.enis.map((eni) => [eni.id, eni]));
  const add = (eniId: string, id: string, device: EniDevice): void => {
    const eni = enis.get(eniId);
    if (eni === undefined) throw new ModelFault(`${id}: no interface ${eniId}`);
    if (devices.has(eniId)) throw new ModelFault(`${eniId}: serves two purposes`);
    if (eni.privateIps.length === 0) throw new ModelFault(`${id}: ${eniId} has no IPv4 address`);
    devices.set(eniId, device);
  };
  for (const { id, eniId } of model.natGateways ?? []) add(eniId, id, { kind: "nat-gateway", id });
  for (const { id, eniIds, service } of model.interfaceEndpoints ?? []) {
    if (service.kind === "local") for (const port of service.ports) checkPort(port, id);
    else checkEniNumber(service.serviceEniNumber, id);
    for (const eniId of eniIds) {
      add(
        eniId,
        id,
        service.kind === "local"
          ? { kind: "local-endpoint", id, ports: [...new Set(service.ports)] }
          : { ...service, kind: "service-endpoint", id },
      );
    }
  }
  for (const { id, eniId, listeners, consumers } of model.endpointServices ?? []) {
    const compiled = listeners.map(({ protocol, port, targets }) => {
      if (protocol !== 6 && protocol !== 17) throw new ModelFault(`${id}: protocol ${protocol}`);
      checkPort(port, id);
      return {
        protocol,
        port,
        targets: targets.map((target) => {
          checkPort(target.port, id);
          return { address: parseModelAddress(target.address, 4, id), port: target.port };
        }),
      };
    });
    for (const { eniNumber } of consumers) checkEniNumber(eniNumber, id);
    const numbers = [...new Set(consumers.map(({ eniNumber }) => eniNumber))].toSorted((a, b) => a - b);
    add(eniId, id, { kind: "endpoint-service", id, listeners: compiled, consumers: numbers });
  }
  return devices;
}

function checkPort(port: number, where: string): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new ModelFault(`${where}: port ${port}`);
}

/** What a subnet may exchange with the internet. */
export function subnetAccess({ vpcId, publicAccess }: VpcModel, subnetId: string): SubnetAccess {
  if (publicAccess === undefined || publicAccess.mode === "off") return "bidirectional";
  const exclusions = publicAccess.exclusions
    .filter(({ resourceId }) => resourceId === vpcId || resourceId === subnetId)
    .map(({ mode }) => mode);
  if (exclusions.includes("allow-bidirectional")) return "bidirectional";
  return publicAccess.mode === "block-ingress" || exclusions.includes("allow-egress") ? "egress" : "none";
}

/** Compiles the peerings. @throws ModelFault where a peer's block overlaps the VPC's own */
export function compilePeerings(model: VpcModel, own: readonly Cidr[]): CompiledPeering[] {
  return (model.peerings ?? []).map((peering): CompiledPeering => {
    const { id, peerVpcId, peerNumber } = peering;
    const cidrs = [...peering.peerCidrs, ...(peering.peerIpv6Cidrs ?? [])].map((text) =>
      parseModelCidr(text, id),
    );
    if (cidrs.some((cidr) => own.some((block) => covers(block, cidr) || covers(cidr, block)))) {
      throw new ModelFault(`${id}: the blocks of ${model.vpcId} and ${peerVpcId} overlap`);
    }
    const members = (peering.peerEnis ?? []).filter((eni) => eni.securityGroupIds.length > 0).map(peerMember);
    return { id, peerVpcId, peerNumber, cidrs, members };
  });
}

function peerMember({ id, number, privateIps, ipv6s, securityGroupIds }: PeerEniModel): PeerMember {
  checkEniNumber(number, id);
  return {
    number,
    addresses: {
      4: privateIps.map((text) => parseModelAddress(text, 4, id)),
      6: (ipv6s ?? []).map((text) => parseModelAddress(text, 6, id)),
    },
    combination: combinationKey(securityGroupIds),
  };
}

/**
 * Peers' interfaces by address. Differs: where two peers have the same address, outbound rules that name a
 * group of either match neither.
 */
export function indexPeers(peerings: readonly CompiledPeering[]): Map<Address, PeerMember> {
  const byAddress = new Map<Address, PeerMember>();
  const shared = new Set<Address>();
  for (const member of peerings.flatMap(({ members }) => members)) {
    for (const address of [...member.addresses[4], ...member.addresses[6]]) {
      if (byAddress.has(address)) shared.add(address);
      byAddress.set(address, member);
    }
  }
  for (const address of shared) byAddress.delete(address);
  return byAddress;
}

/** Compiles the gateway endpoints. */
export function compileGatewayEndpoints(
  { gatewayEndpoints }: VpcModel,
  prefixLists: ReadonlyMap<string, readonly Cidr[]>,
): CompiledGatewayEndpoint[] {
  return (gatewayEndpoints ?? []).map(({ id, number, prefixListId }) => {
    checkEniNumber(number, id);
    const cidrs = (prefixLists.get(prefixListId) ?? []).filter(({ family }) => family === 4);
    return { id, number, cidrs };
  });
}

/** Whether an interface filters nothing: it belongs to a device that no security group was given for. */
export function isUnfiltered(eni: EniModel, device: EniDevice): boolean {
  const mayBe = device.kind === "nat-gateway" || device.kind === "endpoint-service";
  return mayBe && eni.securityGroupIds.length === 0;
}
