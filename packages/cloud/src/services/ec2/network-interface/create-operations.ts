/** Making and deleting interfaces that are attached to nothing. */
import type { Tx } from "@casemate/store";
import type { CreateNetworkInterfaceRequest } from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call } from "../../../kit/index.ts";
import { releaseNumber } from "../host-number.ts";
import { checkGroups, meantGroups } from "../instance/launch/network-plan.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { subnets } from "../subnet/subnet.ts";
import { askedAddresses } from "./asked-addresses.ts";
import { interfaceInUse, interfaceNotOwn, interfaceTypeUnsupported } from "./faults.ts";
import { interfacePermissions } from "./interface-permission.ts";
import { networkInterfaceView } from "./interface-view.ts";
import { networkInterfaces, type NetworkInterfaceRow } from "./network-interface.ts";
import { newInterface } from "./new-interface.ts";

export const createNetworkInterface = operation("CreateNetworkInterface", {
  access: "write",
  honours: [
    "ClientToken",
    "Description",
    "Groups",
    "InterfaceType",
    "Ipv4PrefixCount",
    "Ipv4Prefixes",
    "Ipv6AddressCount",
    "Ipv6Addresses",
    "Ipv6PrefixCount",
    "Ipv6Prefixes",
    "PrivateIpAddress",
    "PrivateIpAddresses",
    "SecondaryPrivateIpAddressCount",
    "SubnetId",
    "TagSpecifications",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [networkInterfaces.type]);
    const subnet = subnets.target(call, input.SubnetId);
    return [
      call.need(networkInterfaces.fresh(call), {
        ...tags.keys(networkInterfaces.type),
        "ec2:AvailabilityZone": subnet.keys["ec2:AvailabilityZone"],
        "ec2:Subnet": subnet.arn,
        "ec2:Vpc": subnet.keys["ec2:Vpc"],
      }),
      call.need(subnet),
      ...[...new Set(input.Groups)].map((id) => call.need(securityGroups.target(call, id))),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        const row = create(tx, call, input);
        return { made: row.id, output: answer(tx, input, row) };
      },
      recall: (id) => answer(tx, input, networkInterfaces.fetch(tx, call, id)),
    }),
});

function create(tx: Tx, call: Call, input: CreateNetworkInterfaceRequest): NetworkInterfaceRow {
  const type = input.InterfaceType;
  // The model's types know no plain interface here; the service takes the word all the same.
  if (type !== undefined && (type as string) !== "interface") throw interfaceTypeUnsupported(type);
  const subnet = subnets.fetch(tx, call, input.SubnetId);
  const groupIds = input.Groups ?? [];
  securityGroups.fetchAll(tx, call, groupIds);
  const groups = meantGroups(tx, call, { interface: { groupIds, groupNames: [] }, vpcId: subnet.vpcId });
  checkGroups(tx, { groups, subnet });
  const tags = tagsOnCreate(call, input.TagSpecifications, [networkInterfaces.type]);
  return newInterface(tx, call, {
    subnet,
    groupIds: groups.map(({ id }) => id),
    addresses: askedAddresses(input),
    description: input.Description ?? "",
    tags: tags.of(networkInterfaces.type),
  });
}

function answer(tx: Tx, input: CreateNetworkInterfaceRequest, row: NetworkInterfaceRow): object {
  return { NetworkInterface: networkInterfaceView(row, tx), ClientToken: input.ClientToken };
}

export const deleteNetworkInterface = operation("DeleteNetworkInterface", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkInterfaces.target(call, input.NetworkInterfaceId))],
  handle(tx, input, call) {
    const row = networkInterfaces.fetch(tx, call, input.NetworkInterfaceId);
    if (row.requester !== undefined) throw interfaceNotOwn();
    if (row.status !== "available") throw interfaceInUse(row.id);
    removeInterface(tx, row);
    tx.wish(networkTopic);
    return {};
  },
});

/** Removes an interface, what it was permitted, and its number; elastic IPs of it are free again. */
export function removeInterface(tx: Tx, row: NetworkInterfaceRow): void {
  for (const permission of tx.by(interfacePermissions.collection, "interface", row.id)) {
    interfacePermissions.remove(tx, permission);
  }
  releaseNumber(tx, "eni", row.number);
  networkInterfaces.remove(tx, row);
}
