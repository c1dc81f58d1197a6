/** Who may make endpoints for an endpoint service. */
import type { ReadTx } from "@casemate/store";
import { principalArn, type Call } from "../../../kit/index.ts";
import { endpointServices, serviceNameOf, type EndpointServiceRow } from "./endpoint-service.ts";

/** The service of this name in a region, whosever it is. */
export function findServiceByName(tx: ReadTx, region: string, name: string): EndpointServiceRow | undefined {
  const row = tx.get(endpointServices.collection, name.slice(name.lastIndexOf(".") + 1));
  return row !== undefined && row.region === region && serviceNameOf(row) === name ? row : undefined;
}

/** Whether the caller is of the owner's account, or it, its account or everybody is allowed. */
export function mayConsume({ accountId, allowed }: EndpointServiceRow, call: Call): boolean {
  if (accountId === call.accountId) return true;
  const names = new Set(["*", `arn:aws:iam::${call.accountId}:root`, principalArn(call.principal)]);
  return allowed.some(({ principal }) => names.has(principal));
}
