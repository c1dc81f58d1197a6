// What the bundle of the driver that fails has to offer. For tests only.

export { createNetworkDriver } from "../network-driver.ts";
export { arm, disarm, settle } from "./faults.ts";
