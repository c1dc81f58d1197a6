/** The cloud: kit, services, request path and reconcilers, for the composition root. */
export {
  Call,
  drawUuid,
  Fault,
  fault,
  formatArn,
  noOpenIdKeys,
  parseArn,
  trailEntries,
  unattributedAccount,
  type CloudEnvironment,
  type CloudSettings,
  type DecisionRecord,
  type DeclaredFault,
  type IdentityPort,
  type Keyring,
  type NetworkDriver,
  type OpenIdKeysPort,
  type OpenIdKeysQuestion,
  type OpenIdRefusal,
  type Operation,
  type Principal,
  type Reconciler,
  type Service,
  type TokenPurpose,
  type TrailEntry,
  type TrailRecord,
} from "./kit/index.ts";
export type {
  CredentialsFault,
  InstanceIdentity,
  InstanceMetadata,
  InstanceMetadataOptions,
  MetadataInstanceProfile,
  MetadataInterface,
  MetadataIpv4Association,
  MetadataPlacement,
  MetadataPort,
  MetadataPublicKey,
  MetadataSecurityGroup,
  RoleCredentials,
  RoleDelivery,
  SignedIdentity,
} from "./kit/instance-metadata.ts";
export type {
  ExecOptions,
  ExecResult,
  MachineBootVolume,
  MachineCapabilities,
  MachineCapability,
  MachineDriver,
  MachineExitReason,
  MachineId,
  MachineImage,
  MachineInterface,
  MachineMetrics,
  MachineSpec,
  MachineVolume,
  ObservedMachine,
  StopOptions,
} from "./kit/machine-driver.ts";
export { createRequestPath, type RequestPath, type RequestPathOptions } from "./request-path/request-path.ts";
export { requestPathFaults } from "./request-path/faults.ts";
export type { HttpReply, HttpRequest } from "./request-path/http-message.ts";
export type { Endpoint } from "./request-path/route.ts";
export {
  startReconcilers,
  type ReconcileOptions,
  type ReconcilerStatus,
  type RunningReconcilers,
} from "./reconcile/runner.ts";
export {
  findingReconciler,
  historyEntriesMax,
  policyGenerationReconciler,
  recordedUse,
  type RecordedCalls,
} from "./services/access-analyzer/index.ts";
export { storedCollections, storedTables, services } from "./services/index.ts";
export {
  countInstances,
  findInstancePlace,
  findInterface,
  type InstancePlace,
  type StandingInterface,
} from "./services/ec2/index.ts";
export {
  accountExists,
  accounts,
  createIdentity,
  drawAccountId,
  deactivateRootMfa,
  findAccountByEmail,
  hasAccounts,
  importedDevicesMax,
  importMfaDevices,
  isAccountOpen,
  isEmail,
  keysOf,
  makeAccount,
  setRootCredentials,
  type AccountRow,
  type ImportRefusal,
  type MadeAccount,
  type RootCredentialsRefusal,
} from "./services/iam/index.ts";
export { createGuardrails, findAccountPlace, type AccountPlace } from "./services/organizations/index.ts";
export {
  createMetadataPort,
  findIdentityCertificate,
  instanceReconciler,
  metadataSetting,
  networkReconciler,
  vpcNameFacts,
  type InstanceDrivers,
  type VpcNameFacts,
} from "./services/ec2/index.ts";
export {
  createSignIn,
  type HashPassword,
  type Named,
  type OpenedSession,
  type PresentedToken,
  type SignedIn,
  type SignIn,
  type SignInAttempt,
  type SignInRefusal,
} from "./services/signin/index.ts";
