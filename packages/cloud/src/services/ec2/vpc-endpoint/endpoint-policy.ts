/** The policies of endpoints: checked when they are set, and what they bound of the requests that come by. */
import { compile, compileStored, PolicyFault } from "@casemate/iam-engine";
import type { VpcEndpointsPort } from "../../../kit/index.ts";
import { policyInvalid } from "./faults.ts";
import { vpcEndpoints } from "./vpc-endpoint.ts";

/** Characters that a policy of an endpoint may have. */
export const endpointPolicyLengthMax = 20_480;

/** The policy of an endpoint that was given none. */
export const fullAccess = JSON.stringify(
  { Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }] },
  null,
  2,
);

/** Checks a policy of a request. @throws policyInvalid */
export function checkEndpointPolicy(document: string): string {
  if (document.length > endpointPolicyLengthMax) {
    throw policyInvalid(`it is longer than ${endpointPolicyLengthMax} characters`);
  }
  try {
    compile(document, "endpoint", { id: "", type: "resource" });
  } catch (cause) {
    if (cause instanceof PolicyFault) throw policyInvalid(cause.message);
    throw cause;
  }
  return document;
}

/** The endpoints, as the way of a request asks for them. */
export function createVpcEndpoints(): VpcEndpointsPort {
  return {
    find(tx, endpointId) {
      const row = tx.get(vpcEndpoints.collection, endpointId);
      // Requests come by what stands, which is more than what has been seen to stand.
      if (row?.provider.kind !== "cloud" || (row.state !== "pending" && row.state !== "available")) {
        return undefined;
      }
      return {
        id: row.id,
        vpcId: row.vpcId,
        accountId: row.accountId,
        policy: compileStored(row.policyDocument, "endpoint", { id: row.id, type: "resource" }),
        serves: { service: row.provider.service, region: row.region },
      };
    },
  };
}
