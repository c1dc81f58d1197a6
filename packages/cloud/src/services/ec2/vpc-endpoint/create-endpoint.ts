/** Making VPC endpoints. */
import type { ReadTx, Tx } from "@casemate/store";
import type { CreateVpcEndpointRequest, DnsOptionsSpecification } from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call } from "../../../kit/index.ts";
import { groupsPerInterfaceMax } from "../instance/launch/network-plan.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { subnets } from "../subnet/subnet.ts";
import { findServiceByName, mayConsume } from "../vpc-endpoint-service/consumption.ts";
import { vpcs, type VpcRow } from "../vpc/vpc.ts";
import { fetchSubnets, putEndpointInterfaces } from "./endpoint-interfaces.ts";
import { privateNamesOf } from "./endpoint-names.ts";
import { checkEndpointPolicy, fullAccess } from "./endpoint-policy.ts";
import { endpointView } from "./endpoint-view.ts";
import {
  addressTypeUnsupported,
  dnsOptionUnsupported,
  endpointsExceeded,
  endpointTypeMismatch,
  groupOfOtherVpc,
  groupsOfEndpoint,
  policyUnsupported,
  privateDnsAttributes,
  privateDnsConflict,
  privateDnsWithoutName,
  routeTablesOfInterface,
  serviceNameMissing,
  serviceNameUnknown,
} from "./faults.ts";
import { findOffered } from "./offered-services.ts";
import {
  vpcEndpoints,
  type EndpointProvider,
  type EndpointState,
  type VpcEndpointRow,
} from "./vpc-endpoint.ts";

/** Interface endpoints that a VPC may have. */
export const endpointsPerVpcMax = 50;

const { type } = vpcEndpoints;

export const createVpcEndpoint = operation("CreateVpcEndpoint", {
  access: "write",
  honours: [
    "ClientToken",
    "DnsOptions",
    "IpAddressType",
    "PolicyDocument",
    "PrivateDnsEnabled",
    "RouteTableIds",
    "SecurityGroupIds",
    "ServiceName",
    "SubnetConfigurations",
    "SubnetIds",
    "TagSpecifications",
    "VpcEndpointType",
    "VpcId",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    const keys = {
      ...tags.keys(type),
      "ec2:VpceServiceName": input.ServiceName,
      "ec2:VpceServiceOwner": ownerOfService(call, input.ServiceName),
      "ec2:VpceServiceRegion": call.region,
    };
    return [
      call.need(vpcs.target(call, input.VpcId)),
      call.need(vpcEndpoints.fresh(call), keys),
      ...(input.SubnetIds ?? []).map((id) => call.need(subnets.target(call, id))),
      ...(input.SecurityGroupIds ?? []).map((id) => call.need(securityGroups.target(call, id))),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const row = create(tx, call, input);
        return {
          made: row.id,
          output: { VpcEndpoint: endpointView(row, tx), ClientToken: input.ClientToken },
        };
      },
      recall: (id) => ({
        VpcEndpoint: endpointView(vpcEndpoints.fetch(tx, call, id), tx),
        ClientToken: input.ClientToken,
      }),
    }),
});

/** `amazon` for this cloud's own services, else the account of the endpoint service. */
function ownerOfService(call: Call, serviceName: string | undefined): string | undefined {
  if (serviceName === undefined) return undefined;
  if (findOffered(call.region, serviceName) !== undefined) return "amazon";
  return findServiceByName(call.tx, call.region, serviceName)?.accountId;
}

/** What an endpoint is to lead to. */
interface Meant {
  readonly serviceName: string;
  readonly provider: EndpointProvider;
  readonly state: EndpointState;
}

/** @throws serviceNameMissing, serviceNameUnknown */
function meantService(tx: ReadTx, call: Call, serviceName: string | undefined): Meant {
  if (serviceName === undefined) throw serviceNameMissing();
  const offered = findOffered(call.region, serviceName);
  if (offered !== undefined) {
    return { serviceName, provider: { kind: "cloud", service: offered.service }, state: "pending" };
  }
  const found = findServiceByName(tx, call.region, serviceName);
  // Whoever may not use a service is not told that it is there.
  if (found === undefined || !mayConsume(found, call)) throw serviceNameUnknown(serviceName);
  return {
    serviceName,
    provider: { kind: "endpoint-service", serviceId: found.id, connectionId: call.newId("vpce-con") },
    state: found.acceptanceRequired ? "pendingAcceptance" : "pending",
  };
}

function create(tx: Tx, call: Call, input: CreateVpcEndpointRequest): VpcEndpointRow {
  const vpc = vpcs.fetch(tx, call, input.VpcId);
  const meant = meantService(tx, call, input.ServiceName);
  const { serviceName, provider } = meant;
  checkForm(input, serviceName);
  const policyDocument =
    input.PolicyDocument === undefined
      ? fullAccess
      : policyOf({ provider, serviceName }, input.PolicyDocument);
  const privateDnsEnabled = input.PrivateDnsEnabled ?? provider.kind === "cloud";
  if (privateDnsEnabled) checkPrivateDns(tx, vpc, { region: call.region, serviceName });
  const securityGroupIds = fetchGroups(tx, call, { vpcId: vpc.id, ids: input.SecurityGroupIds ?? [] });
  const asked = fetchSubnets(tx, call, {
    vpcId: vpc.id,
    subnetIds: input.SubnetIds ?? [],
    configurations: input.SubnetConfigurations ?? [],
    present: [],
  });
  if (tx.by(vpcEndpoints.collection, "vpc", vpc.id).length >= endpointsPerVpcMax)
    throw endpointsExceeded(vpc.id);
  const id = call.newId("vpce");
  const row = vpcEndpoints.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
    vpcId: vpc.id,
    ...meant,
    nameSuffix: drawSuffix(call),
    policyDocument,
    interfaces: putEndpointInterfaces(tx, call, { id, asked, groupIds: securityGroupIds }),
    securityGroupIds,
    privateDnsEnabled,
    createdAt: call.now,
  });
  tx.wish(networkTopic);
  return row;
}

/** @throws endpointTypeMismatch, routeTablesOfInterface, addressTypeUnsupported, dnsOptionUnsupported */
function checkForm(input: CreateVpcEndpointRequest, serviceName: string): void {
  const endpointType = input.VpcEndpointType ?? "Gateway";
  if (endpointType !== "Interface") throw endpointTypeMismatch(endpointType);
  if ((input.RouteTableIds ?? []).length > 0) throw routeTablesOfInterface();
  checkAddressType(input.IpAddressType, serviceName);
  checkDnsOptions(input.DnsOptions);
}

/** @throws addressTypeUnsupported */
export function checkAddressType(addressType: string | undefined, serviceName: string): void {
  if (addressType !== undefined && addressType !== "ipv4")
    throw addressTypeUnsupported(addressType, serviceName);
}

/** @throws dnsOptionUnsupported */
export function checkDnsOptions(options: DnsOptionsSpecification | undefined): void {
  const {
    DnsRecordIpType: recordType,
    PrivateDnsOnlyForInboundResolverEndpoint: only,
    ...more
  } = options ?? {};
  if (recordType !== undefined && recordType !== "ipv4" && recordType !== "service-defined") {
    throw dnsOptionUnsupported(`DnsRecordIpType ${recordType}`);
  }
  if (only === true) throw dnsOptionUnsupported("PrivateDnsOnlyForInboundResolverEndpoint");
  const [refused] = Object.entries(more).filter(([, value]) => value !== undefined);
  if (refused !== undefined) throw dnsOptionUnsupported(refused[0]);
}

/** A policy for an endpoint of this service. @throws policyUnsupported, policyInvalid */
export function policyOf(
  { provider, serviceName }: Pick<VpcEndpointRow, "provider" | "serviceName">,
  document: string,
): string {
  // What an account serves by itself, no policy of this cloud bounds.
  if (provider.kind !== "cloud") throw policyUnsupported(serviceName);
  return checkEndpointPolicy(document);
}

/** @throws privateDnsWithoutName, privateDnsAttributes, privateDnsConflict */
export function checkPrivateDns(
  tx: ReadTx,
  vpc: VpcRow,
  of: Pick<VpcEndpointRow, "region" | "serviceName">,
): void {
  const names = privateNamesOf(of);
  const [first] = names;
  if (first === undefined) throw privateDnsWithoutName(of.serviceName);
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) throw privateDnsAttributes(vpc.id);
  const taken = tx
    .by(vpcEndpoints.collection, "vpc", vpc.id)
    .filter((row) => row.privateDnsEnabled)
    .some((row) => privateNamesOf(row).some((name) => names.includes(name)));
  if (taken) throw privateDnsConflict(first, vpc.id);
}

/** The groups that are named, or the VPC's default. @throws groupOfOtherVpc, groupsOfEndpoint */
function fetchGroups(
  tx: ReadTx,
  call: Call,
  { vpcId, ids }: { readonly vpcId: string; readonly ids: readonly string[] },
): readonly string[] {
  if (ids.length === 0) {
    const inVpc = securityGroups.by(tx, call, { index: "vpc", value: vpcId });
    return inVpc.filter(({ name }) => name === "default").map(({ id }) => id);
  }
  return checkGroups(tx, call, { vpcId, ids, endpointId: "" });
}

/** Groups that an endpoint may have. @throws the groups' faults, groupOfOtherVpc, groupsOfEndpoint */
export function checkGroups(
  tx: ReadTx,
  call: Call,
  of: { readonly vpcId: string; readonly ids: readonly string[]; readonly endpointId: string },
): readonly string[] {
  const groups = securityGroups.fetchAll(tx, call, [...new Set(of.ids)]);
  const foreign = groups.find(({ vpcId }) => vpcId !== of.vpcId);
  if (foreign !== undefined) throw groupOfOtherVpc(foreign.id, of.vpcId);
  if (groups.length === 0 || groups.length > groupsPerInterfaceMax) throw groupsOfEndpoint(of.endpointId);
  return groups.map(({ id }) => id);
}

/** Eight letters and digits. */
function drawSuffix(call: Call): string {
  const digits = "abcdefghijklmnopqrstuvwxyz012345";
  return Array.from(call.environment.random(8), (byte) => digits.charAt(byte % digits.length)).join("");
}
