// The host: the only code that touches the machine. Networks and instances on Linux; it decides nothing.
export { createNetworkDriver } from "./network/network-driver.ts";
export type {
  NetworkDriver,
  NetworkDriverOptions,
  ObservedEni,
  ObservedNetwork,
  ObservedVpc,
  RouterPlace,
  RouterServices,
} from "./network/network-driver.ts";
export type { FlowCount } from "./network/flow-counters.ts";
export { probeHostAccess } from "./network/host-link.ts";
export type { HostAccess, HostAccessMode, HostAccessState } from "./network/host-routes.ts";
export type { NetworkProbe, PeeringProbe } from "./network/probe-host.ts";
export type { SocketPlace } from "./network/open-socket.ts";
export { namespacePath } from "./network/namespaces.ts";
export { createSandboxDriver, type SandboxDriverOptions } from "./machine/sandbox-driver.ts";
export { createRecordedDriver, type RecordedDriverOptions } from "./machine/recorded-driver.ts";
export { removeTree } from "./machine/remove-tree.ts";
export { guestDirectory } from "./machine/guest-directory.ts";
export { consoleOf } from "./machine/console-file.ts";
