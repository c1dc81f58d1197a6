/** What tests of commit logs and of stores need: the contract of a log, and a log that misbehaves. */
export { commitLogContract } from "./contract.ts";
export type { ContractCase, LogSubject } from "./contract.ts";
export { faultyLog } from "./faulty-log.ts";
export type { FaultyLog } from "./faulty-log.ts";
