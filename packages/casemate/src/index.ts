/** Casemate as a library: `start()` gives a whole cloud in this process. */
export { start, type Casemate } from "./daemon/daemon.ts";
export type { LogLine, StartOptions } from "./daemon/settings.ts";
export type { AdministratorCredentials } from "./daemon/first-start.ts";
