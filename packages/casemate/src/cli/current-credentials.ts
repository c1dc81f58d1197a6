/**
 * As whom a command acts that is not told otherwise: as whoever has signed in, else as the administrator of
 * the first account.
 */
import type { CallerCredentials } from "../config/environment.ts";
import type { Cli, SharedFlags } from "./command.ts";
import { keptCredentials } from "./kept-credentials.ts";
import { currentLogin } from "./login-session.ts";

/** Credentials, and the cloud that they are of. */
export interface CurrentCredentials {
  readonly credentials: CallerCredentials;
  readonly endpoint: string;
}

/**
 * Finds them; a named account means its administrator, whoever has signed in. The cloud is the one at
 * `endpoint`, or else the one of the state folder. @throws CliFault
 */
export async function currentCredentials(
  cli: Cli,
  flags: SharedFlags & { readonly account?: string | undefined },
  endpoint?: string,
): Promise<CurrentCredentials> {
  const login = flags.account === undefined ? await currentLogin(cli, flags) : undefined;
  if (login !== undefined) return { credentials: login.credentials, endpoint: endpoint ?? login.endpoint };
  const { accessKeyId, secretAccessKey } = keptCredentials(cli.dataDir(flags), flags.account);
  const found = endpoint ?? (await cli.operator(flags).call("status", {})).endpoint;
  return { credentials: { accessKeyId, secretAccessKey }, endpoint: found };
}
