/** Making, changing, describing and deleting endpoint services. */
import type { Tx } from "@casemate/store";
import type {
  CreateVpcEndpointServiceConfigurationRequest,
  ModifyVpcEndpointServiceConfigurationRequest,
} from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call, type ConditionKeys, type Need } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { subnets } from "../subnet/subnet.ts";
import { putKeptInterface, removeKeptInterface } from "../vpc-endpoint/endpoint-interfaces.ts";
import { eachOrItem } from "../vpc-endpoint/operations.ts";
import { vpcEndpoints } from "../vpc-endpoint/vpc-endpoint.ts";
import {
  endpointServices,
  serviceFilters,
  serviceView,
  type EndpointServiceRow,
} from "./endpoint-service.ts";
import {
  connectionsExist,
  serviceAddressType,
  servicesExceeded,
  targetAbsent,
  targetsAllRemoved,
  targetsExceeded,
  targetsMissing,
} from "./faults.ts";
import {
  fetchTargets,
  interfaceOf,
  isSameTarget,
  targetArn,
  targetsPerServiceMax,
} from "./service-target.ts";

/** Endpoint services that an account may have in a region. */
export const endpointServicesPerRegionMax = 20;

const { type } = endpointServices;

/** Who offers an interface to others must be allowed to do so with that interface. */
function needTargets(call: Call, arns: readonly string[] | undefined): readonly Need[] {
  const ids = new Set((arns ?? []).map(interfaceOf).filter((id) => id !== undefined));
  return [...ids].map((id) => call.need(networkInterfaces.target(call, id)));
}

/** @throws serviceAddressType */
function checkAddressTypes(types: readonly string[] | undefined): void {
  const refused = types?.find((each) => each !== "ipv4");
  if (refused !== undefined) throw serviceAddressType(refused);
}

// Differs: a service takes leave to use each interface behind it, as AWS takes none for a load balancer.
export const createVpcEndpointServiceConfiguration = operation("CreateVpcEndpointServiceConfiguration", {
  access: "write",
  honours: [
    "AcceptanceRequired",
    "ClientToken",
    "NetworkLoadBalancerArns",
    "SupportedIpAddressTypes",
    "TagSpecifications",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    const keys = { ...tags.keys(type), "ec2:VpceServicePrivateDnsName": input.PrivateDnsName };
    return [
      call.need(endpointServices.fresh(call), keys),
      ...needTargets(call, input.NetworkLoadBalancerArns),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const row = create(tx, call, input);
        const ServiceConfiguration = serviceView(row);
        return { made: row.id, output: { ServiceConfiguration, ClientToken: input.ClientToken } };
      },
      recall: (id) => ({
        ServiceConfiguration: serviceView(endpointServices.fetch(tx, call, id)),
        ClientToken: input.ClientToken,
      }),
    }),
});

function create(tx: Tx, call: Call, input: CreateVpcEndpointServiceConfigurationRequest): EndpointServiceRow {
  checkAddressTypes(input.SupportedIpAddressTypes);
  const found = fetchTargets(tx, call, { arns: input.NetworkLoadBalancerArns ?? [] });
  const [first] = found;
  if (first === undefined) throw targetsMissing();
  if (endpointServices.list(tx, call).length >= endpointServicesPerRegionMax) throw servicesExceeded();
  const id = call.newId("vpce-svc");
  const front = putKeptInterface(tx, call, {
    subnet: subnets.fetch(tx, call, first.eni.subnetId),
    groupIds: [],
    description: `Endpoint service ${id}`,
    interfaceType: "network_load_balancer",
    resourceId: id,
  });
  tx.wish(networkTopic);
  return endpointServices.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
    vpcId: first.eni.vpcId,
    networkInterfaceId: front.id,
    acceptanceRequired: input.AcceptanceRequired ?? true,
    targets: found.map(({ target }) => target),
    allowed: [],
    createdAt: call.now,
  });
}

const attributes = [
  "AcceptanceRequired",
  "AddNetworkLoadBalancerArns",
  "AddSupportedIpAddressTypes",
  "RemoveNetworkLoadBalancerArns",
] as const;

function attributeKeys(input: ModifyVpcEndpointServiceConfigurationRequest): ConditionKeys {
  const names = attributes.filter((name) => input[name] !== undefined);
  return names.length === 0 ? {} : { "ec2:Attribute": names.length > 1 ? names : names[0] };
}

export const modifyVpcEndpointServiceConfiguration = operation("ModifyVpcEndpointServiceConfiguration", {
  access: "write",
  honours: ["ServiceId", ...attributes],
  needs: (input, call) => [
    call.need(endpointServices.target(call, input.ServiceId), {
      ...attributeKeys(input),
      "ec2:VpceServicePrivateDnsName": input.PrivateDnsName,
    }),
    ...needTargets(call, input.AddNetworkLoadBalancerArns),
  ],
  handle(tx, input, call) {
    const row = endpointServices.fetch(tx, call, input.ServiceId);
    checkAddressTypes(input.AddSupportedIpAddressTypes);
    endpointServices.change(tx, row, {
      acceptanceRequired: input.AcceptanceRequired ?? row.acceptanceRequired,
      targets: nextTargets(tx, call, { row, input }),
    });
    tx.wish(networkTopic);
    return { Return: true };
  },
});

/** @throws the faults of targets, targetAbsent, targetsAllRemoved, targetsExceeded */
function nextTargets(
  tx: Tx,
  call: Call,
  asked: { readonly row: EndpointServiceRow; readonly input: ModifyVpcEndpointServiceConfigurationRequest },
): EndpointServiceRow["targets"] {
  const { row, input } = asked;
  const removed = input.RemoveNetworkLoadBalancerArns ?? [];
  const named = new Set(row.targets.map((target) => targetArn(row, target)));
  const absent = removed.find((arn) => !named.has(arn));
  if (absent !== undefined) throw targetAbsent(absent, row.id);
  const kept = row.targets.filter((target) => !removed.includes(targetArn(row, target)));
  const found = fetchTargets(tx, call, { arns: input.AddNetworkLoadBalancerArns ?? [], vpcId: row.vpcId });
  const added = found
    .map(({ target }) => target)
    .filter((target) => !kept.some((each) => isSameTarget(each, target)));
  const targets = [...kept, ...added];
  if (targets.length === 0) throw targetsAllRemoved(row.id);
  if (targets.length > targetsPerServiceMax) throw targetsExceeded(String(targetsPerServiceMax));
  return targets;
}

export const deleteVpcEndpointServiceConfigurations = operation("DeleteVpcEndpointServiceConfigurations", {
  access: "write",
  honours: "all",
  needs: (input, call) => input.ServiceIds.map((id) => call.need(endpointServices.target(call, id))),
  handle(tx, input, call) {
    const ids = [...new Set(input.ServiceIds)];
    return { Unsuccessful: eachOrItem(ids, (id) => remove(tx, call, id)) };
  },
});

function remove(tx: Tx, call: Call, id: string): void {
  const row = endpointServices.fetch(tx, call, id);
  const connected = tx
    .by(vpcEndpoints.collection, "endpoint-service", id)
    .some(({ state }) => state !== "rejected" && state !== "deleting");
  if (connected) throw connectionsExist(id);
  removeKeptInterface(tx, row.networkInterfaceId);
  endpointServices.remove(tx, row);
  tx.wish(networkTopic);
}

export const describeVpcEndpointServiceConfigurations = operation(
  "DescribeVpcEndpointServiceConfigurations",
  {
    access: "read",
    honours: "all",
    needs: (_input, call) => [call.need()],
    handle(tx, input, call) {
      const found = describe(tx, call, {
        resource: endpointServices,
        filters: serviceFilters,
        request: describeRequest(input, input.ServiceIds, "serviceIds"),
      });
      return { ServiceConfigurations: found.items.map(serviceView), NextToken: found.nextToken };
    },
  },
);
