/** The ends of paths: what ids and ARNs stand for, and what of the networks they mean. */
import type { VpcModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { fault, parseArn, type Call } from "../../../kit/index.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import { instances } from "../instance/instance.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { vpcEndpoints } from "../vpc-endpoint/vpc-endpoint.ts";
import { vpcPeeringConnections } from "../vpc-peering-connection/vpc-peering-connection.ts";

export const pathEndUnsupported = fault({
  code: "InvalidParameterValue",
  message: (id: string) =>
    `The resource ${id} is not supported as an end of a path: it must be an instance, a network interface, ` +
    "an internet gateway, a VPC endpoint or a VPC peering connection of this account and region",
});

/** An end as a path keeps it. */
export interface NamedEnd {
  readonly id: string;
  readonly arn: string;
}

/** What an end is in the networks. */
export type PathEnd =
  | { readonly kind: "interface"; readonly id: string; readonly eniIds: readonly string[] }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "vpc-peering-connection"; readonly id: string }
  | { readonly kind: "gateway-endpoint"; readonly id: string };

const types: Readonly<Record<string, string>> = {
  i: "instance",
  eni: "network-interface",
  igw: "internet-gateway",
  pcx: "vpc-peering-connection",
  vpce: "vpc-endpoint",
};

/** The id that an id or an ARN of the caller's account and region names. @throws pathEndUnsupported */
export function idOfEnd(call: Call, text: string): string {
  if (!text.startsWith("arn:")) return text;
  const arn = parseArn(text);
  const own = arn?.service === "ec2" && arn.region === call.region && arn.accountId === call.accountId;
  const id = arn?.resource.split("/")[1];
  if (!own || id === undefined) throw pathEndUnsupported(text);
  return id;
}

/** What a caller names as an end. @throws pathEndUnsupported and the resources' own faults */
export function fetchEnd(tx: ReadTx, call: Call, text: string): NamedEnd {
  const id = idOfEnd(call, text);
  const prefix = id.slice(0, id.indexOf("-"));
  const type = Object.hasOwn(types, prefix) ? types[prefix] : undefined;
  switch (prefix) {
    case "i":
      instances.fetch(tx, call, id);
      break;
    case "eni":
      networkInterfaces.fetch(tx, call, id);
      break;
    case "igw":
      internetGateways.fetch(tx, call, id);
      break;
    case "pcx":
      vpcPeeringConnections.fetch(tx, call, id);
      break;
    case "vpce":
      vpcEndpoints.fetch(tx, call, id);
  }
  if (type === undefined) throw pathEndUnsupported(text);
  return { id, arn: call.arn("ec2", `${type}/${id}`) };
}

function findEndpoint(model: VpcModel, id: string): PathEnd | undefined {
  const found = (model.interfaceEndpoints ?? []).find((each) => each.id === id);
  if (found !== undefined) return { kind: "interface", id, eniIds: found.eniIds };
  const gateway = (model.gatewayEndpoints ?? []).some((each) => each.id === id);
  return gateway ? { kind: "gateway-endpoint", id } : undefined;
}

/** What an end is in the networks now; undefined where it is not in use. */
export function locateEnd(tx: ReadTx, models: readonly VpcModel[], id: string): PathEnd | undefined {
  const standing = (eniId: string): boolean =>
    models.some(({ enis }) => enis.some((eni) => eni.id === eniId));
  switch (id.slice(0, id.indexOf("-"))) {
    case "i": {
      const eniIds = interfacesOf(tx, id)
        .map((row) => row.id)
        .filter(standing);
      return eniIds.length === 0 ? undefined : { kind: "interface", id, eniIds };
    }
    case "eni":
      return standing(id) ? { kind: "interface", id, eniIds: [id] } : undefined;
    case "igw":
      return models.some(({ internetGateway }) => internetGateway?.id === id)
        ? { kind: "internet-gateway", id }
        : undefined;
    case "pcx":
      return models.some(({ peerings }) => peerings?.some((each) => each.id === id))
        ? { kind: "vpc-peering-connection", id }
        : undefined;
    default:
      return models.map((model) => findEndpoint(model, id)).find((end) => end !== undefined);
  }
}
