/** The kit's face: what services and the request path build on. */
export { Fault, fault, type DeclaredFault, type FaultDeclaration, type FaultFactory } from "./fault.ts";
export { formatArn, parseArn, type ArnParts } from "./arn.ts";
export { drawUuid, type IdPrefix, type ResourceId } from "./ids.ts";
export {
  principalArn,
  type FederationFacts,
  type IdentityProviderPrincipal,
  type InstanceOrigin,
  type Principal,
  type FederatedUserPrincipal,
  type RoleSessionPrincipal,
  type RootPrincipal,
  type SamlPrincipal,
  type SessionFacts,
  type Tags,
  type UserPrincipal,
  type WebIdentityPrincipal,
} from "./principal.ts";
export {
  noPermissionNeeded,
  requestTagKeys,
  resourceTagKeys,
  type ConditionKeys,
  type KeyValue,
  type Need,
  type Target,
} from "./need.ts";
export type { CloudEnvironment, CloudSettings, ConsoleText, Keyring, TokenPurpose } from "./environment.ts";
export { Call, type CallFacts, type Origin, type UnsignedCall } from "./call.ts";
export {
  noGuardrails,
  type DeclaredSetting,
  type ServiceStanding,
  type ScopeOfPolicies,
  type ScopeQuestion,
  type ScopeRefusal,
  type GuardedUse,
  type GuardrailsPort,
  type OrganizationPlace,
  type PolicyLevels,
} from "./guardrails-port.ts";
export { noVpcEndpoints, type VpcEndpointDoor, type VpcEndpointsPort } from "./vpc-endpoints-port.ts";
export { attemptsMax, Waiting } from "./waiting.ts";
export {
  noOpenIdKeys,
  type OpenIdKeysPort,
  type OpenIdKeysQuestion,
  type OpenIdRefusal,
} from "./open-id-keys-port.ts";
export { operationsOf, unhonoured, type Operation, type OperationDefinition } from "./operation.ts";
export {
  trailEntries,
  unattributedAccount,
  type DecisionRecord,
  type TrailEntry,
  type TrailRecord,
} from "./trail.ts";
export type { Credential, CredentialRefusal, IdentityPort, PrincipalPolicies } from "./identity-port.ts";
export { applyFilters, filterFaults, type Filter, type FilterTable, type FilterValue } from "./filters.ts";
export { page, type Page, type PageRequest } from "./pages.ts";
export {
  duplicateTagKey,
  readTags,
  tagFaults,
  tagLimitExceeded,
  tagsOnCreate,
  tagsPerResourceMax,
  tagsView,
  type TagsOnCreate,
  type WireTag,
  type WireTagSpecification,
} from "./tags.ts";
export { resource, type AnyResource, type OwnedRow, type Resource } from "./resource.ts";
export { clientTokens, idempotentParameterMismatch, once } from "./client-token.ts";
export type { Reconciler, Service } from "./service.ts";
export type { NetworkDriver } from "./network-driver.ts";
