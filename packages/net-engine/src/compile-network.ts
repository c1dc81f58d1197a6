/** Compiles a VPC model to its intermediate form, or refuses a model that contradicts itself. */
import { contains, covers, type Address, type Cidr, type Family } from "./address.ts";
import { compileAcl } from "./compile-acls.ts";
import { combinationKey, compileCombinations } from "./compile-groups.ts";
import { compileRoutes, type RouteContext } from "./compile-routes.ts";
import type {
  Combination,
  CompiledAcl,
  CompiledEni,
  CompiledNetwork,
  CompiledSubnet,
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
  const eniModels = new Map(model.enis.map((eni) => [eni.id, eni]));
  const acls = model.networkAcls.map(compileAcl);
  const subnets = compileSubnets(acls, { model, cidrs, prefixLists, enis: eniModels });
  const combinations = compileCombinations(model.enis, model.securityGroups, prefixLists);
  const enis = compileEnis(model, subnets, combinations);
  return {
    model,
    vpcId: model.vpcId,
    number: model.number,
    cidrs,
    internetGatewayId: model.internetGateway?.id,
    subnets,
    acls,
    combinations,
    enis,
    eniById: new Map(enis.map((eni) => [eni.id, eni])),
    eniByAddress: indexAddresses(enis),
    eniByPublicIp: indexPublicIps(enis),
    prefixLists,
  };
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
    const routes = compileRoutes(table, context);
    return { id: subnet.id, number: subnet.number, cidrs, routeTableId: table.id, acl, routes };
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

function compileEnis(
  model: VpcModel,
  subnets: readonly CompiledSubnet[],
  combinations: readonly Combination[],
): CompiledEni[] {
  const subnetById = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  const combinationByKey = new Map(combinations.map((combination) => [combination.key, combination]));
  return model.enis.map((eni): CompiledEni => {
    const subnet = subnetById.get(eni.subnetId);
    const combination = combinationByKey.get(combinationKey(eni));
    if (subnet === undefined || combination === undefined) {
      throw new ModelFault(`${eni.id}: no subnet ${eni.subnetId}`);
    }
    const addresses = {
      4: eni.privateIps.map((text) => parseModelAddress(text, 4, eni.id)),
      6: (eni.ipv6s ?? []).map((text) => parseModelAddress(text, 6, eni.id)),
    };
    for (const address of [...addresses[4], ...addresses[6]]) {
      if (!subnet.cidrs.some((cidr) => contains(cidr, address))) {
        throw new ModelFault(`${eni.id}: an address lies outside ${subnet.id}`);
      }
    }
    return {
      id: eni.id,
      number: eni.number,
      mac: eni.mac.toLowerCase(),
      subnet,
      addresses,
      // Without an internet gateway a public address is mapped to nothing.
      publicIps:
        model.internetGateway === undefined
          ? []
          : (eni.publicIps ?? []).map((mapping) => publicMapping(eni, addresses[4], mapping)),
      combination,
      sourceDestCheck: eni.sourceDestCheck,
      metadata: eni.metadata,
    };
  });
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
  for (const eni of enis) {
    for (const address of [...eni.addresses[4], ...eni.addresses[6]]) {
      if (byAddress.has(address))
        throw new ModelFault(`${eni.id}: an address is already another interface's`);
      byAddress.set(address, eni);
    }
  }
  return byAddress;
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
