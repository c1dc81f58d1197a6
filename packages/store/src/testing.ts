export { commitLogContract } from "./contract.ts";
export type { ContractCase, LogSubject } from "./contract.ts";
export { faultyLog } from "./faulty-log.ts";
export type { FaultyLog } from "./faulty-log.ts";
