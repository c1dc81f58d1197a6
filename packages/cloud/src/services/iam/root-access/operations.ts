/** Operations that enable, disable and list the features of centralized root access. */
import type { Tx } from "@casemate/store";
import type { FeatureType } from "@casemate/wire/iam";
import type { Call, OrganizationPlace } from "../../../kit/index.ts";
import { operation } from "../operation.ts";
import { enabledFeatures, iamServicePrincipal, rootAccess } from "./root-access.ts";
import {
  iamAccessNotEnabled,
  notAllFeatures,
  notManagementAccount,
  notManagementOrDelegated,
  organizationNotFound,
} from "./root-access-faults.ts";

/** Who may ask, beside the management account. */
type Audience = "management" | "delegates";

/**
 * The caller's organization. @throws organizationNotFound, notManagementAccount, notManagementOrDelegated,
 * notAllFeatures, iamAccessNotEnabled
 */
function organizationFor(tx: Tx, call: Call, audience: Audience): OrganizationPlace {
  const { accountId, guardrails } = call;
  const place = guardrails.organizationOf(tx, accountId);
  const standing = guardrails.serviceStandingOf(tx, accountId, iamServicePrincipal);
  if (place === undefined || standing === undefined) throw organizationNotFound();
  if (place.managementAccountId !== accountId) {
    if (audience === "management") throw notManagementAccount();
    if (!standing.delegated) throw notManagementOrDelegated();
  }
  if (!standing.allFeatures) throw notAllFeatures();
  if (!standing.trusted) throw iamAccessNotEnabled();
  return place;
}

function view(organizationId: string, features: readonly FeatureType[]) {
  return { OrganizationId: organizationId, EnabledFeatures: features };
}

function enable(tx: Tx, call: Call, feature: FeatureType) {
  const { id: organizationId } = organizationFor(tx, call, "management");
  const features = [...new Set([...enabledFeatures(tx, organizationId), feature])].toSorted();
  tx.put(rootAccess, { organizationId, features });
  return view(organizationId, features);
}

function disable(tx: Tx, call: Call, feature: FeatureType) {
  const { id: organizationId } = organizationFor(tx, call, "delegates");
  const features = enabledFeatures(tx, organizationId).filter((each) => each !== feature);
  tx.put(rootAccess, { organizationId, features });
  return view(organizationId, features);
}

export const enableOrganizationsRootCredentialsManagement = operation(
  "EnableOrganizationsRootCredentialsManagement",
  {
    access: "write",
    honours: "all",
    needs: (_input, call) => [call.need()],
    handle: (tx, _input, call) => enable(tx, call, "RootCredentialsManagement"),
  },
);

export const enableOrganizationsRootSessions = operation("EnableOrganizationsRootSessions", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (tx, _input, call) => enable(tx, call, "RootSessions"),
});

export const disableOrganizationsRootCredentialsManagement = operation(
  "DisableOrganizationsRootCredentialsManagement",
  {
    access: "write",
    honours: "all",
    needs: (_input, call) => [call.need()],
    handle: (tx, _input, call) => disable(tx, call, "RootCredentialsManagement"),
  },
);

export const disableOrganizationsRootSessions = operation("DisableOrganizationsRootSessions", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (tx, _input, call) => disable(tx, call, "RootSessions"),
});

export const listOrganizationsFeatures = operation("ListOrganizationsFeatures", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    const { id } = organizationFor(tx, call, "delegates");
    return view(id, enabledFeatures(tx, id));
  },
});

/** Every operation of this file. */
export const rootAccessOperations = [
  enableOrganizationsRootCredentialsManagement,
  enableOrganizationsRootSessions,
  disableOrganizationsRootCredentialsManagement,
  disableOrganizationsRootSessions,
  listOrganizationsFeatures,
];
