export { createNetworkDriver } from "./network/network-driver.ts";
export type {
  NamespacePlace,
  NetworkDriver,
  NetworkDriverOptions,
  ObservedEni,
  ObservedNetwork,
  ObservedVpc,
} from "./network/network-driver.ts";
export type { NetworkProbe } from "./network/probe-host.ts";
export type { SocketPlace } from "./network/open-socket.ts";
export type { ApplyOutcome } from "./network/vpc-network.ts";
