/** Who may make endpoints for an endpoint service: giving leave, taking it and listing it. */
import type {
  AllowedPrincipal,
  ModifyVpcEndpointServicePermissionsRequest,
  PrincipalType,
} from "@casemate/wire/ec2";
import { applyFilters, type ConditionKeys, type FilterTable, type Tags } from "../../../kit/index.ts";
import { describeRequest, pageOf } from "../describe.ts";
import { operation } from "../operation.ts";
import { endpointServices, type AllowedPrincipalRow } from "./endpoint-service.ts";
import { principalInvalid, principalsExceeded } from "./faults.ts";

/** Principals that one service may allow. */
export const principalsPerServiceMax = 1000;

const principalTypes: Readonly<Record<string, PrincipalType>> = {
  root: "Account",
  "user/": "User",
  "role/": "Role",
};

/** The kind of a principal. @throws principalInvalid */
function typeOf(principal: string): PrincipalType {
  if (principal === "*") return "All";
  const [, kind] = /^arn:aws:iam::\d{12}:(root$|user\/|role\/)[\w+=,.@/-]*$/.exec(principal) ?? [];
  const type = kind === undefined ? undefined : principalTypes[kind];
  if (type === undefined) throw principalInvalid(principal);
  return type;
}

function attributeKeys(input: ModifyVpcEndpointServicePermissionsRequest): ConditionKeys {
  const names = (["AddAllowedPrincipals", "RemoveAllowedPrincipals"] as const).filter(
    (name) => input[name] !== undefined,
  );
  return names.length === 0 ? {} : { "ec2:Attribute": names.length > 1 ? names : names[0] };
}

export const modifyVpcEndpointServicePermissions = operation("ModifyVpcEndpointServicePermissions", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(endpointServices.target(call, input.ServiceId), attributeKeys(input))],
  // Endpoints that stand go on standing: whoever wants them gone rejects them.
  handle(tx, input, call) {
    const row = endpointServices.fetch(tx, call, input.ServiceId);
    const removed = new Set(input.RemoveAllowedPrincipals);
    const asked = [...new Set(input.AddAllowedPrincipals)];
    for (const principal of [...asked, ...removed]) typeOf(principal);
    const kept = row.allowed.filter(({ principal }) => !removed.has(principal));
    const added: readonly AllowedPrincipalRow[] = asked
      .filter((principal) => !kept.some((each) => each.principal === principal))
      .map((principal) => ({ principal, permissionId: call.newId("vpce-svc-perm") }));
    const allowed = [...kept, ...added];
    if (allowed.length > principalsPerServiceMax) throw principalsExceeded(String(principalsPerServiceMax));
    endpointServices.change(tx, row, { allowed });
    return {
      AddedPrincipals: added.map(({ principal, permissionId }) => ({
        Principal: principal,
        PrincipalType: typeOf(principal),
        ServicePermissionId: permissionId,
        ServiceId: row.id,
      })),
      ReturnValue: true,
    };
  },
});

/** A permission as a row to filter and page. */
interface PermissionRow extends AllowedPrincipalRow {
  readonly id: string;
  readonly tags: Tags;
}

const permissionFilters: FilterTable<PermissionRow> = {
  principal: (row) => row.principal,
  "principal-type": (row) => typeOf(row.principal),
};

export const describeVpcEndpointServicePermissions = operation("DescribeVpcEndpointServicePermissions", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(endpointServices.target(call, input.ServiceId))],
  handle(tx, input, call) {
    const { id: ServiceId, allowed } = endpointServices.fetch(tx, call, input.ServiceId);
    const rows = allowed
      .map((each): PermissionRow => ({ ...each, id: each.permissionId, tags: {} }))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const filtered = applyFilters(rows, input.Filters, { table: permissionFilters, tx });
    const found = pageOf(call, filtered, describeRequest(input, [ServiceId], "serviceId"));
    return {
      AllowedPrincipals: found.items.map(({ principal, permissionId }): AllowedPrincipal => ({
        Principal: principal,
        PrincipalType: typeOf(principal),
        ServicePermissionId: permissionId,
        ServiceId,
        Tags: [],
      })),
      NextToken: found.nextToken,
    };
  },
});
