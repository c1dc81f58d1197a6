/**
 * The session of `casemate login`, kept in the state folder for its owner alone: short credentials, fetched
 * anew when they run out, as long as the session lasts.
 */
import { closeSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CallerCredentials } from "../config/environment.ts";
import { readOptional, writePrivate } from "../daemon/state-directory.ts";
import { CliFault } from "./cli-fault.ts";
import type { Cli, SharedFlags } from "./command.ts";
import { endpointUrl, sendHttp } from "./send-http.ts";

/** Who is signed in. */
export interface LoginIdentity {
  readonly type: "Root" | "IAMUser";
  readonly accountId: string;
  readonly accountAlias?: string | undefined;
  readonly arn: string;
  readonly userName?: string | undefined;
  readonly mfa: boolean;
}

/** What sign-in answers. */
interface SignInReply {
  readonly identity: LoginIdentity;
  readonly credentials: Required<CallerCredentials> & { readonly expiration: string };
  readonly sessionExpiration: string;
}

/** A session as the file has it. */
export interface LoginSession extends SignInReply {
  readonly endpoint: string;
  /** What the cookie header of a request says. */
  readonly cookie: string;
}

/** Credentials that have less than this left are fetched anew. */
const leastLeftMs = 60_000;
/**
 * How long another command that fetches them is waited for; a lock that is older is of one that was killed.
 */
const lockWaitMs = 30_000;

function fileOf(cli: Cli, flags: SharedFlags): string {
  return join(cli.dataDir(flags), "login.json");
}

/** The session, as it was written last. */
export function readLogin(cli: Cli, flags: SharedFlags): LoginSession | undefined {
  const text = readOptional(fileOf(cli, flags));
  // Written by this module alone.
  return text === undefined ? undefined : (JSON.parse(text) as LoginSession);
}

export function writeLogin(cli: Cli, flags: SharedFlags, session: LoginSession): void {
  mkdirSync(cli.dataDir(flags), { recursive: true, mode: 0o700 });
  writePrivate(fileOf(cli, flags), `${JSON.stringify(session, null, 2)}\n`);
}

/** Takes the file away. */
export function forgetLogin(cli: Cli, flags: SharedFlags): void {
  try {
    unlinkSync(fileOf(cli, flags));
  } catch (failure) {
    if (!(failure instanceof Error && "code" in failure && failure.code === "ENOENT")) throw failure;
  }
}

/**
 * The session with credentials that work for a while yet; undefined when nobody has signed in.
 * @throws CliFault when it has ended: nobody acts as somebody else by surprise
 */
export async function currentLogin(cli: Cli, flags: SharedFlags): Promise<LoginSession | undefined> {
  const kept = readLogin(cli, flags);
  if (kept === undefined || isFresh(kept)) return kept;
  return locked(`${fileOf(cli, flags)}.lock`, async () => {
    // Another command may have been here meanwhile; a cookie counts once.
    const session = readLogin(cli, flags);
    if (session === undefined) throw sessionEnded();
    if (isFresh(session)) return session;
    const reply = await askSignIn(cli, flags, { ...session, path: "/console/session", input: {} });
    if (reply.status === 401) throw sessionEnded();
    const next = sessionOf(session.endpoint, reply);
    writeLogin(cli, flags, next);
    return next;
  });
}

function isFresh({ credentials }: LoginSession): boolean {
  return Date.parse(credentials.expiration) - Date.now() > leastLeftMs;
}

function sessionEnded(): CliFault {
  return new CliFault(
    "refused",
    "SessionEnded",
    "Your session has ended. Sign in again (casemate login), or be the administrator again (casemate logout).",
  );
}

/** What to send to sign-in. */
export interface AskedSignIn {
  readonly endpoint: string;
  readonly path: "/console/login" | "/console/session" | "/console/logout";
  readonly cookie?: string | undefined;
  readonly input: object;
}

/** What it answered. */
export interface SignInAnswer {
  readonly status: number;
  readonly text: string;
  readonly setCookie: readonly string[];
}

/** Asks sign-in. @throws CliFault when nothing answers */
export async function askSignIn(cli: Cli, flags: SharedFlags, asked: AskedSignIn): Promise<SignInAnswer> {
  const url = new URL(asked.path, endpointUrl(asked.endpoint));
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["user-agent", "casemate"],
    ...(asked.cookie === undefined ? [] : [["cookie", asked.cookie] as [string, string]]),
  ];
  const body = Buffer.from(JSON.stringify(asked.input));
  const ca = url.protocol === "https:" ? await trustOf(cli, flags) : undefined;
  return sendHttp({ url, headers, body, ca });
}

/** The certificate to trust: the one that was named, else the one that the cloud's operator knows. */
export async function trustOf(cli: Cli, flags: SharedFlags): Promise<string> {
  const { awsCaBundle } = cli.environment;
  if (awsCaBundle !== undefined) return readFileSync(awsCaBundle, "utf8");
  return (await cli.operator(flags).call("trust-anchor", {})).pem;
}

/** A session from the answer that begins or goes on with it. @throws CliFault with what was refused */
export function sessionOf(endpoint: string, answer: SignInAnswer): LoginSession {
  if (answer.status !== 200) throw refusalOf(answer);
  const reply = JSON.parse(answer.text) as SignInReply;
  const [cookie = ""] = (answer.setCookie[0] ?? "").split(";");
  return { ...reply, endpoint, cookie };
}

/** What sign-in refused. */
export function refusalOf(answer: SignInAnswer): CliFault {
  try {
    const { code, message } = JSON.parse(answer.text) as {
      readonly code: unknown;
      readonly message: unknown;
    };
    return new CliFault("refused", String(code), String(message));
  } catch {
    return new CliFault("failed", `Http${answer.status}`, "What answers there is no sign-in of Casemate.");
  }
}

async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  await lock(path);
  try {
    return await work();
  } finally {
    unlinkSync(path);
  }
}

async function lock(path: string): Promise<void> {
  for (const begun = Date.now(); ; await delay(50)) {
    try {
      closeSync(openSync(path, "wx", 0o600));
      return;
    } catch (failure) {
      if (!(failure instanceof Error && "code" in failure && failure.code === "EEXIST")) throw failure;
    }
    const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > lockWaitMs) unlinkSync(path);
    if (Date.now() - begun > 2 * lockWaitMs) {
      throw new CliFault("timedOut", "Locked", `Another command holds ${path}.`);
    }
  }
}
