/** The endpoints that are connected to an account's endpoint services: accepting, rejecting, listing them. */
import type { ReadTx, Tx } from "@casemate/store";
import type { VpcEndpointConnection } from "@casemate/wire/ec2";
import { applyFilters, type Call, type FilterTable } from "../../../kit/index.ts";
import { describeRequest, pageOf } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { dnsEntries } from "../vpc-endpoint/endpoint-names.ts";
import { eachOrItem } from "../vpc-endpoint/operations.ts";
import { vpcEndpoints, type EndpointState, type VpcEndpointRow } from "../vpc-endpoint/vpc-endpoint.ts";
import { endpointServices, type EndpointServiceRow } from "./endpoint-service.ts";
import { connectionNotFound, connectionState } from "./faults.ts";
import { targetArn } from "./service-target.ts";

interface Answer {
  readonly verb: string;
  readonly from: readonly EndpointState[];
  readonly to: EndpointState;
}

const acceptance: Answer = { verb: "accepted", from: ["pendingAcceptance"], to: "pending" };
const rejection: Answer = {
  verb: "rejected",
  from: ["pendingAcceptance", "pending", "available"],
  to: "rejected",
};

/** @throws the faults of services, connectionNotFound, connectionState: those of connections as items */
function answerEach(
  tx: Tx,
  call: Call,
  asked: { readonly serviceId: string; readonly endpointIds: readonly string[]; readonly answer: Answer },
) {
  const service = endpointServices.fetch(tx, call, asked.serviceId);
  const { verb, from, to } = asked.answer;
  return eachOrItem([...new Set(asked.endpointIds)], (id) => {
    const row = connectionsOf(tx, service).find((each) => each.id === id);
    if (row === undefined) throw connectionNotFound(id, service.id);
    if (!from.includes(row.state)) throw connectionState(id, row.state, verb);
    tx.put(vpcEndpoints.collection, { ...row, state: to });
    tx.wish(networkTopic);
  });
}

function connectionsOf(tx: ReadTx, { id }: EndpointServiceRow): readonly VpcEndpointRow[] {
  return tx.by(vpcEndpoints.collection, "endpoint-service", id);
}

export const acceptVpcEndpointConnections = operation("AcceptVpcEndpointConnections", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(endpointServices.target(call, input.ServiceId))],
  handle: (tx, input, call) => ({
    Unsuccessful: answerEach(tx, call, {
      serviceId: input.ServiceId,
      endpointIds: input.VpcEndpointIds,
      answer: acceptance,
    }),
  }),
});

export const rejectVpcEndpointConnections = operation("RejectVpcEndpointConnections", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(endpointServices.target(call, input.ServiceId))],
  handle: (tx, input, call) => ({
    Unsuccessful: answerEach(tx, call, {
      serviceId: input.ServiceId,
      endpointIds: input.VpcEndpointIds,
      answer: rejection,
    }),
  }),
});

/** A connection as a row to filter and page; the tags of the endpoint are its owner's alone. */
interface ConnectionRow {
  readonly id: string;
  readonly tags: Readonly<Record<string, never>>;
  readonly endpoint: VpcEndpointRow;
  readonly service: EndpointServiceRow;
}

const connectionFilters: FilterTable<ConnectionRow> = {
  "ip-address-type": () => "ipv4",
  "service-id": ({ service }) => service.id,
  "vpc-endpoint-id": ({ endpoint }) => endpoint.id,
  "vpc-endpoint-owner": ({ endpoint }) => endpoint.accountId,
  "vpc-endpoint-region": ({ endpoint }) => endpoint.region,
  "vpc-endpoint-state": ({ endpoint }) => endpoint.state,
};

function connectionView({ endpoint, service }: ConnectionRow, tx: ReadTx): VpcEndpointConnection {
  const { provider } = endpoint;
  return {
    ServiceId: service.id,
    VpcEndpointId: endpoint.id,
    VpcEndpointOwner: endpoint.accountId,
    // The service answers in another spelling than the model's types have.
    VpcEndpointState: endpoint.state as "Available",
    CreationTimestamp: new Date(endpoint.createdAt),
    DnsEntries: dnsEntries(endpoint, tx).slice(0, 1),
    NetworkLoadBalancerArns: service.targets.map((target) => targetArn(service, target)),
    IpAddressType: "ipv4",
    ...(provider.kind === "endpoint-service" ? { VpcEndpointConnectionId: provider.connectionId } : {}),
    VpcEndpointRegion: endpoint.region,
    Tags: [],
  };
}

export const describeVpcEndpointConnections = operation("DescribeVpcEndpointConnections", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const rows = endpointServices
      .list(tx, call)
      .flatMap((service) =>
        connectionsOf(tx, service).map((endpoint): ConnectionRow => ({
          id: endpoint.id,
          tags: {},
          endpoint,
          service,
        })),
      )
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const filtered = applyFilters(rows, input.Filters, { table: connectionFilters, tx });
    const found = pageOf(call, filtered, describeRequest(input, undefined, ""));
    return {
      VpcEndpointConnections: found.items.map((row) => connectionView(row, tx)),
      NextToken: found.nextToken,
    };
  },
});
