/** Compiles a VPC model to its intermediate form, or refuses a model that contradicts itself. */
import {
  contains,
  covers,
  familyOf,
  type Address,
  type AddressRange,
  type Cidr,
  type Family,
} from "./address.ts";
import { compileAcl } from "./compile-acls.ts";
import {
  compileDevices,
  compileGatewayEndpoints,
  compilePeerings,
  indexPeers,
  isUnfiltered,
  subnetAccess,
} from "./compile-devices.ts";
import { combinationKey, compileCombinations, openKey } from "./compile-groups.ts";
import { compileRoutes, redirectedBlocks, type RouteContext } from "./compile-routes.ts";
import type {
  Combination,
  CompiledAcl,
  CompiledEni,
  CompiledNetwork,
  CompiledSubnet,
  EniDevice,
  GatewayRoutes,
  PublicMapping,
} from "./compiled-network.ts";
import type { EniModel, VpcModel } from "./model.ts";
import { checkModel, parseModelAddress, parseModelCidr } from "./model-checks.ts";
import { ModelFault } from "./model-fault.ts";

/** Compiles a model. @throws ModelFault */
export function compileNetwork(model: VpcModel): CompiledNetwork {
  checkModel(model);
  const cidrs = [
    ...model.cidrs.map((text) => parseFamilyCidr(text, 4, model.vpcId)),
    ...(model.ipv6Cidrs ?? []).map((text) => parseFamilyCidr(text, 6, model.vpcId)),
  ];
  const prefixLists = new Map(
    model.prefixLists.map((list) => [list.id, list.cidrs.map((text) => parseModelCidr(text, list.id))]),
  );
  const devices = compileDevices(model);
  const eniModels = new Map(model.enis.map((eni) => [eni.id, eni]));
  const acls = model.networkAcls.map(compileAcl);
  const context = { model, cidrs, prefixLists, enis: eniModels, redirected: [] };
  const gatewayRoutes = compileGatewayRoutes(context);
  const redirected = gatewayRoutes === undefined ? [] : redirectedBlocks(gatewayRoutes.routes);
  const subnets = compileSubnets(acls, { ...context, redirected });
  const peerings = compilePeerings(model, cidrs);
  const keyOf = (eni: EniModel): string =>
    isUnfiltered(eni, deviceOf(devices, eni)) ? openKey : combinationKey(eni.securityGroupIds);
  const peerKeys = [
    ...new Set(peerings.flatMap(({ members }) => members.map(({ combination }) => combination))),
  ];
  const combinations = compileCombinations({
    keys: model.enis.map(keyOf),
    peerKeys,
    groups: model.securityGroups,
    prefixLists,
  });
  const enis = compileEnis(model, { subnets, combinations, devices, keyOf });
  return {
    model,
    vpcId: model.vpcId,
    number: model.number,
    cidrs,
    internetGatewayId: model.internetGateway?.id,
    gatewayRoutes,
    peerings,
    gatewayEndpoints: compileGatewayEndpoints(model, prefixLists),
    dnsSupport: model.dnsSupport ?? true,
    subnets,
    acls,
    combinations,
    peerCombinations: namedPeers(combinations, peerKeys),
    peerByAddress: indexPeers(peerings),
    enis,
    eniById: new Map(enis.map((eni) => [eni.id, eni])),
    eniByAddress: indexAddresses(enis),
    eniByPublicIp: indexPublicIps(enis),
    prefixLists,
  };
}

function deviceOf(devices: ReadonlyMap<string, EniDevice>, { id }: EniModel): EniDevice {
  return devices.get(id) ?? { kind: "guest" };
}

/** The combinations of peers that some rule names. */
function namedPeers(combinations: readonly Combination[], peerKeys: readonly string[]): string[] {
  const named = new Set(
    combinations.flatMap(({ ingress, egress }) =>
      [ingress[4], ingress[6], egress[4], egress[6]].flatMap(({ members }) =>
        members.map(({ combination }) => combination),
      ),
    ),
  );
  return peerKeys.filter((key) => named.has(key)).toSorted();
}

function compileGatewayRoutes(context: RouteContext): GatewayRoutes | undefined {
  const { internetGateway, routeTables } = context.model;
  if (internetGateway?.routeTableId === undefined) return undefined;
  const table = routeTables.find(({ id }) => id === internetGateway.routeTableId);
  if (table === undefined) {
    throw new ModelFault(`${internetGateway.id}: no route table ${internetGateway.routeTableId}`);
  }
  return { routeTableId: table.id, routes: compileRoutes(table, "internet-gateway", context) };
}

function parseFamilyCidr(text: string, family: Family, where: string): Cidr {
  const cidr = parseModelCidr(text, where);
  if (cidr.family !== family) throw new ModelFault(`${where}: "${text}" is not an IPv${family} block`);
  return cidr;
}

function compileSubnets(acls: readonly CompiledAcl[], context: RouteContext): CompiledSubnet[] {
  const aclById = new Map(acls.map((acl) => [acl.id, acl]));
  const tableById = new Map(context.model.routeTables.map((table) => [table.id, table]));
  const subnets = context.model.subnets.map((subnet): CompiledSubnet => {
    const acl = aclById.get(subnet.networkAclId);
    const table = tableById.get(subnet.routeTableId);
    if (acl === undefined) throw new ModelFault(`${subnet.id}: no network ACL ${subnet.networkAclId}`);
    if (table === undefined) throw new ModelFault(`${subnet.id}: no route table ${subnet.routeTableId}`);
    const cidrs = [parseFamilyCidr(subnet.cidr, 4, subnet.id)];
    if (subnet.ipv6Cidr !== undefined) cidrs.push(parseFamilyCidr(subnet.ipv6Cidr, 6, subnet.id));
    for (const cidr of cidrs) {
      if (!context.cidrs.some((block) => covers(block, cidr))) {
        throw new ModelFault(`${subnet.id}: outside the VPC`);
      }
    }
    const routes = compileRoutes(table, cidrs, context);
    const publicAccess = subnetAccess(context.model, subnet.id);
    return { id: subnet.id, number: subnet.number, cidrs, routeTableId: table.id, acl, routes, publicAccess };
  });
  checkDisjoint(subnets);
  return subnets;
}

function checkDisjoint(subnets: readonly CompiledSubnet[]): void {
  const blocks = subnets.flatMap((subnet) => subnet.cidrs.map((cidr) => ({ id: subnet.id, cidr })));
  const ordered = blocks.toSorted((a, b) => (a.cidr.low < b.cidr.low ? -1 : 1));
  for (const [index, block] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && next.cidr.family === block.cidr.family && next.cidr.low <= block.cidr.high) {
      throw new ModelFault(`${block.id} and ${next.id} overlap`);
    }
  }
}

interface EniContext {
  readonly subnets: readonly CompiledSubnet[];
  readonly combinations: readonly Combination[];
  readonly devices: ReadonlyMap<string, EniDevice>;
  readonly keyOf: (eni: EniModel) => string;
}

function compileEnis(model: VpcModel, context: EniContext): CompiledEni[] {
  const subnetById = new Map(context.subnets.map((subnet) => [subnet.id, subnet]));
  const combinationByKey = new Map(context.combinations.map((combination) => [combination.key, combination]));
  return model.enis.map((eni): CompiledEni => {
    const subnet = subnetById.get(eni.subnetId);
    const combination = combinationByKey.get(context.keyOf(eni));
    if (subnet === undefined || combination === undefined) {
      throw new ModelFault(`${eni.id}: no subnet ${eni.subnetId}`);
    }
    const addresses = {
      4: eni.privateIps.map((text) => parseModelAddress(text, 4, eni.id)),
      6: (eni.ipv6s ?? []).map((text) => parseModelAddress(text, 6, eni.id)),
    };
    const prefixes = (eni.prefixes ?? []).map((text) => parseModelCidr(text, eni.id));
    checkInside(eni, subnet, { addresses: [...addresses[4], ...addresses[6]], prefixes });
    const device = deviceOf(context.devices, eni);
    // Without an internet gateway a public address is mapped to nothing.
    const mappings =
      model.internetGateway === undefined
        ? []
        : (eni.publicIps ?? []).map((mapping) => publicMapping(eni, addresses[4], mapping));
    const open =
      subnet.publicAccess === "bidirectional" ||
      (subnet.publicAccess === "egress" && device.kind === "nat-gateway");
    return {
      id: eni.id,
      number: eni.number,
      mac: eni.mac.toLowerCase(),
      subnet,
      addresses,
      prefixes: {
        4: prefixes.filter(({ family }) => family === 4),
        6: prefixes.filter(({ family }) => family === 6),
      },
      publicIps: open ? mappings : [],
      blockedPublicIps: open ? [] : mappings,
      device,
      combination,
      sourceDestCheck: eni.sourceDestCheck && device.kind !== "nat-gateway",
      metadata: eni.metadata,
    };
  });
}

function checkInside(
  { id }: EniModel,
  subnet: CompiledSubnet,
  { addresses, prefixes }: { readonly addresses: readonly Address[]; readonly prefixes: readonly Cidr[] },
): void {
  for (const address of addresses) {
    if (!subnet.cidrs.some((cidr) => contains(cidr, address))) {
      throw new ModelFault(`${id}: an address lies outside ${subnet.id}`);
    }
  }
  for (const prefix of prefixes) {
    if (!subnet.cidrs.some((cidr) => covers(cidr, prefix))) {
      throw new ModelFault(`${id}: a prefix lies outside ${subnet.id}`);
    }
  }
}

function publicMapping(
  eni: EniModel,
  addresses: readonly Address[],
  mapping: { readonly privateIp: string; readonly publicIp: string },
): PublicMapping {
  const privateIp = parseModelAddress(mapping.privateIp, 4, eni.id);
  if (!addresses.includes(privateIp))
    throw new ModelFault(`${eni.id}: ${mapping.privateIp} is not its address`);
  return { privateIp, publicIp: parseModelAddress(mapping.publicIp, 4, eni.id) };
}

function indexAddresses(enis: readonly CompiledEni[]): Map<Address, CompiledEni> {
  const byAddress = new Map<Address, CompiledEni>();
  const taken: { readonly id: string; readonly cidr: AddressRange }[] = [];
  for (const eni of enis) {
    for (const address of [...eni.addresses[4], ...eni.addresses[6]]) {
      if (byAddress.has(address))
        throw new ModelFault(`${eni.id}: an address is already another interface's`);
      byAddress.set(address, eni);
      taken.push({ id: eni.id, cidr: { low: address, high: address } });
    }
    for (const cidr of [...eni.prefixes[4], ...eni.prefixes[6]]) taken.push({ id: eni.id, cidr });
  }
  if (enis.some(({ prefixes }) => prefixes[4].length + prefixes[6].length > 0)) checkApart(taken);
  return byAddress;
}

function checkApart(blocks: readonly { readonly id: string; readonly cidr: AddressRange }[]): void {
  const ordered = blocks.toSorted((a, b) => (a.cidr.low < b.cidr.low ? -1 : 1));
  for (const [index, { id, cidr }] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && familyOf(next.cidr.low) === familyOf(cidr.low) && next.cidr.low <= cidr.high) {
      throw new ModelFault(`${id} and ${next.id} have the same addresses`);
    }
  }
}

function indexPublicIps(
  enis: readonly CompiledEni[],
): Map<Address, { readonly eni: CompiledEni; readonly privateIp: Address }> {
  const byPublicIp = new Map<Address, { readonly eni: CompiledEni; readonly privateIp: Address }>();
  for (const eni of enis) {
    const mapped = new Set<Address>();
    for (const { privateIp, publicIp } of eni.publicIps) {
      if (byPublicIp.has(publicIp) || mapped.has(privateIp)) {
        throw new ModelFault(`${eni.id}: a public mapping is not one to one`);
      }
      mapped.add(privateIp);
      byPublicIp.set(publicIp, { eni, privateIp });
    }
  }
  return byPublicIp;
}
