/** Describing VPC endpoints and what they can be made for, and deleting them. */
import type { ReadTx, Tx } from "@casemate/store";
import type { ServiceDetail, UnsuccessfulItem } from "@casemate/wire/ec2";
import {
  applyFilters,
  Fault,
  page,
  tagsView,
  type Call,
  type FilterTable,
  type Tags,
} from "../../../kit/index.ts";
import { describe, describePageSize, describeRequest, invalidNextToken } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { mayConsume } from "../vpc-endpoint-service/consumption.ts";
import {
  endpointServices,
  serviceNameOf,
  type EndpointServiceRow,
} from "../vpc-endpoint-service/endpoint-service.ts";
import { zonesOf } from "../zone/zones.ts";
import { endpointView } from "./endpoint-view.ts";
import { serviceNameUnknown } from "./faults.ts";
import { nameHash } from "./name-hash.ts";
import { offeredServices, type OfferedService } from "./offered-services.ts";
import { endpointFilters, vpcEndpoints } from "./vpc-endpoint.ts";

export const describeVpcEndpoints = operation("DescribeVpcEndpoints", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: vpcEndpoints,
      filters: endpointFilters,
      request: describeRequest(input, input.VpcEndpointIds, "vpcEndpointIds"),
    });
    return { VpcEndpoints: found.items.map((row) => endpointView(row, tx)), NextToken: found.nextToken };
  },
});

export const deleteVpcEndpoints = operation("DeleteVpcEndpoints", {
  access: "write",
  honours: "all",
  needs: (input, call) => input.VpcEndpointIds.map((id) => call.need(vpcEndpoints.target(call, id))),
  handle(tx, input, call) {
    const ids = [...new Set(input.VpcEndpointIds)];
    return { Unsuccessful: eachOrItem(ids, (id) => beginDeletion(tx, call, id)) };
  },
});

/** Does something with each id; what one is refused with is listed, and keeps no other from being done. */
export function eachOrItem(ids: readonly string[], act: (id: string) => void): readonly UnsuccessfulItem[] {
  return ids.flatMap((id) => {
    try {
      act(id);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      return [{ ResourceId: id, Error: { Code: thrown.code, Message: thrown.message } }];
    }
  });
}

/** It is gone once the network stands without its interfaces. */
function beginDeletion(tx: Tx, call: Call, id: string): void {
  const row = vpcEndpoints.fetch(tx, call, id);
  vpcEndpoints.change(tx, row, { state: "deleting" });
  tx.wish(networkTopic);
}

/** A service as a row to filter and page: its name is its key. */
interface ServiceRow {
  readonly id: string;
  readonly owner: string;
  readonly tags: Tags;
  readonly detail: ServiceDetail;
}

const serviceFilters: FilterTable<ServiceRow> = {
  owner: (row) => row.owner,
  "service-name": (row) => row.id,
  "service-region": (row) => row.detail.ServiceRegion,
  "service-type": () => "Interface",
  "supported-ip-address-types": () => "ipv4",
};

export const describeVpcEndpointServices = operation("DescribeVpcEndpointServices", {
  access: "read",
  honours: ["Filters", "MaxResults", "NextToken", "ServiceNames"],
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const all = servicesFor(tx, call);
    const names = input.ServiceNames ?? [];
    const unknown = names.find((name) => !all.some(({ id }) => id === name));
    if (unknown !== undefined) throw serviceNameUnknown(unknown);
    const asked = names.length === 0 ? all : all.filter(({ id }) => names.includes(id));
    const found = page(
      call,
      { items: applyFilters(asked, input.Filters, { table: serviceFilters, tx }), key: ({ id }) => id },
      {
        limit: input.MaxResults,
        token: input.NextToken,
        size: describePageSize,
        question: [names, input.Filters],
        invalidToken: invalidNextToken,
      },
    );
    return {
      ServiceNames: found.items.map(({ id }) => id),
      ServiceDetails: found.items.map(({ detail }) => detail),
      NextToken: found.nextToken,
    };
  },
});

/** The services that a caller can make endpoints for, by name. */
function servicesFor(tx: ReadTx, call: Call): readonly ServiceRow[] {
  const offered = offeredServices(call.region).map(cloudService);
  const provided = tx
    .by(endpointServices.collection, "region", call.region)
    .filter((row) => mayConsume(row, call))
    .map((row) => accountService(row, call));
  return [...offered, ...provided].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

function everywhere(region: string): ServiceDetail {
  const zones = zonesOf(region);
  return {
    ServiceType: [{ ServiceType: "Interface" }],
    ServiceRegion: region,
    AvailabilityZones: zones.map(({ name }) => name),
    AvailabilityZoneIds: zones.map(({ id }) => id),
    ManagesVpcEndpoints: false,
    SupportedIpAddressTypes: ["ipv4"],
  };
}

function cloudService(offered: OfferedService): ServiceRow {
  const { serviceName, region, baseName, privateNames } = offered;
  return {
    id: serviceName,
    owner: "amazon",
    tags: {},
    detail: {
      ...everywhere(region),
      ServiceName: serviceName,
      ServiceId: serviceIdOf(serviceName),
      Owner: "amazon",
      BaseEndpointDnsNames: [baseName],
      PrivateDnsName: privateNames[0],
      PrivateDnsNames: privateNames.map((PrivateDnsName) => ({ PrivateDnsName })),
      VpcEndpointPolicySupported: true,
      AcceptanceRequired: false,
      Tags: [],
      PrivateDnsNameVerificationState: "verified",
    },
  };
}

/** This cloud's own services have ids that follow from their names. */
function serviceIdOf(serviceName: string): string {
  return `vpce-svc-0${nameHash(serviceName).toString(16).padStart(16, "0")}`;
}

function accountService(row: EndpointServiceRow, call: Call): ServiceRow {
  const own = row.accountId === call.accountId;
  const tags = own ? row.tags : {};
  return {
    id: serviceNameOf(row),
    owner: row.accountId,
    tags,
    detail: {
      ...everywhere(row.region),
      ServiceName: serviceNameOf(row),
      ServiceId: row.id,
      Owner: row.accountId,
      BaseEndpointDnsNames: [`${row.id}.${row.region}.vpce.amazonaws.com`],
      VpcEndpointPolicySupported: false,
      AcceptanceRequired: row.acceptanceRequired,
      Tags: tagsView(tags),
    },
  };
}
