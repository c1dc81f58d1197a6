/**
 * Signing in with a password: from a name and its factors to a session of the console, its refreshing and its
 * end. Each is one transaction with its trail record. Who is refused is not told why, and it takes as long
 * whatever was wrong.
 */
import { generatePasswordSalt } from "@casemate/key-engine";
import type { Store, Tx } from "@casemate/store";
import { drawUuid, type CloudEnvironment, type Origin } from "../../kit/index.ts";
import { accounts, consoleSessionLifetimeMs, putNewConsoleSession, putUser } from "../iam/index.ts";
import { decideAttempt, type AttemptOutcome, type PasswordRefusal } from "./attempt/attempt.ts";
import { findCandidate, type Candidate, type Found, type Named } from "./attempt/candidate.ts";
import { createHashQueue, type HashPassword, type HashQueue } from "./attempt/hash-queue.ts";
import { createSourceLimit, type SourceLimit } from "./attempt/source-limit.ts";
import {
  drawRefreshToken,
  drawSessionId,
  openedSession,
  type OpenedSession,
} from "./session/opened-session.ts";
import { endSession, refreshSession } from "./session/session-life.ts";
import {
  recordedAccount,
  recordSignIn,
  signedInIdentity,
  triedIdentity,
  type SignInEvent,
  type SignInEventName,
  type SignInOccasion,
} from "./trail/sign-in-record.ts";

/** What signing in is made of. */
export interface SignInOptions {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly hashPassword: HashPassword;
}

/** An attempt. */
export interface SignInAttempt {
  readonly named: Named;
  readonly password: string;
  readonly mfaCode?: string | undefined;
  /** Where a new one is wanted, or the root user sets another. */
  readonly newPassword?: string | undefined;
  readonly origin: Origin;
  /** Where the session is for, as the trail has it. */
  readonly loginTo: string;
}

/** Why nobody was signed in. Only who has every factor right meets a refusal about the password itself. */
export type SignInRefusal = "refused" | "too-many-attempts" | PasswordRefusal;

/** A token of a session, and where it came from. */
export interface PresentedToken {
  readonly refreshToken: string;
  readonly origin: Origin;
}

/** Signs in and out. Each resolves when what it did is durable. */
export interface SignIn {
  login(attempt: SignInAttempt): Promise<OpenedSession | SignInRefusal>;
  /** The next credentials of a session and the next token; undefined when the session has ended. */
  refresh(presented: PresentedToken): Promise<OpenedSession | undefined>;
  /** Ends a session; its credentials stop working at once. */
  logout(presented: PresentedToken): Promise<void>;
}

interface Machinery extends SignInOptions {
  readonly limit: SourceLimit;
  readonly queue: HashQueue;
  /** Stands for the salt of whoever does not exist. */
  readonly decoySalt: string;
}

/** Uses of a password within this time of the last one noted are not noted, as on AWS. */
const passwordUseGrainMs = 5 * 60_000;

/** Makes signing in over a store. */
export function createSignIn(options: SignInOptions): SignIn {
  const { store, environment } = options;
  const machinery: Machinery = {
    ...options,
    limit: createSourceLimit(),
    queue: createHashQueue(),
    decoySalt: generatePasswordSalt(environment.random),
  };
  const durably = async <T>(work: (tx: Tx) => T): Promise<T> => {
    const { value, seq } = store.transaction(work);
    await store.settled(seq);
    return value;
  };
  return {
    async login(attempt) {
      const { sourceIp } = attempt.origin;
      if (!machinery.limit.take(sourceIp, environment.clock())) {
        await durably((tx) => recordRefused(tx, machinery, attempt));
        return "too-many-attempts";
      }
      const hashes = await machinery.queue.run(() => hashesOf(machinery, attempt));
      if (hashes === undefined) {
        await durably((tx) => recordRefused(tx, machinery, attempt));
        return "too-many-attempts";
      }
      const outcome = await durably((tx) => signIn(tx, machinery, { attempt, hashes }));
      if (typeof outcome !== "string") machinery.limit.giveBack(sourceIp, environment.clock());
      return outcome;
    },
    refresh: ({ refreshToken, origin }) =>
      durably((tx) =>
        refreshSession(tx, environment, { refreshToken, occasion: occasionOf(machinery, origin) }),
      ),
    logout: ({ refreshToken, origin }) =>
      durably((tx) => endSession(tx, environment, { refreshToken, occasion: occasionOf(machinery, origin) })),
  };
}

interface Hashes {
  readonly salt: string;
  readonly password: string;
  readonly newPassword: string | undefined;
}

/** Hashes what was presented, with a salt of nobody where there is nobody: that takes as long. */
async function hashesOf(machinery: Machinery, attempt: SignInAttempt): Promise<Hashes> {
  const { store, hashPassword, decoySalt } = machinery;
  const found = store.read((tx) => findCandidate(tx, attempt.named));
  const salt = found.candidate?.profile?.salt ?? decoySalt;
  const password = await hashPassword(attempt.password, salt);
  const { newPassword: text } = attempt;
  return { salt, password, newPassword: text === undefined ? undefined : await hashPassword(text, salt) };
}

function occasionOf({ environment }: Machinery, origin: Origin): SignInOccasion {
  return { requestId: drawUuid(environment.random), now: environment.clock(), origin };
}

/** The record of an attempt that was not looked at. */
function recordRefused(tx: Tx, machinery: Machinery, attempt: SignInAttempt): void {
  const found = findCandidate(tx, attempt.named);
  const occasion = occasionOf(machinery, attempt.origin);
  recordSignIn(tx, machinery.environment, { occasion, event: failedLogin(attempt, found, false) });
}

function signIn(
  tx: Tx,
  machinery: Machinery,
  { attempt, hashes }: { readonly attempt: SignInAttempt; readonly hashes: Hashes },
): OpenedSession | SignInRefusal {
  const { environment } = machinery;
  const occasion = occasionOf(machinery, attempt.origin);
  const found = findCandidate(tx, attempt.named);
  const { candidate } = found;
  const profile = candidate?.profile;
  const record = (event: SignInEvent): void => recordSignIn(tx, environment, { occasion, event });
  if (candidate === undefined || profile === undefined) {
    record(failedLogin(attempt, found, false));
    return "refused";
  }
  const { salt } = hashes;
  const text = attempt.newPassword;
  const factors = {
    hashed: { salt, hash: hashes.password },
    mfaCode: attempt.mfaCode,
    newPassword: text === undefined ? undefined : { text, hashed: { salt, hash: hashes.newPassword ?? "" } },
    now: occasion.now,
  };
  const outcome = decideAttempt(tx, environment, { candidate, profile, factors });
  if (outcome.kind !== "right") {
    if (outcome.checkedMfa) record(mfaCheck(attempt, found));
    record(failedLogin(attempt, found, outcome.mfaAsked));
    return outcome.kind === "wrong" ? "refused" : outcome.kind;
  }
  if (outcome.device !== undefined) record(mfaCheck(attempt, found));
  if (outcome.passwordChanged) record(succeeded("PasswordUpdated", candidate));
  record({
    ...succeeded("ConsoleLogin", candidate),
    additional: loginFacts(attempt, outcome.device?.serial),
  });
  notePasswordUse(tx, candidate, occasion.now);
  return beginSession(tx, environment, { candidate, outcome, now: occasion.now });
}

function beginSession(
  tx: Tx,
  environment: CloudEnvironment,
  begun: {
    readonly candidate: Candidate;
    readonly outcome: Extract<AttemptOutcome, { readonly kind: "right" }>;
    readonly now: number;
  },
): OpenedSession {
  const { candidate, outcome, now } = begun;
  const { device, profile } = outcome;
  const id = drawSessionId(environment);
  const token = drawRefreshToken(environment, id);
  const row = putNewConsoleSession(tx, {
    id,
    accountId: candidate.account.id,
    holder: candidate.holder,
    startedAt: now,
    endsAt: now + consoleSessionLifetimeMs,
    passwordId: profile.passwordId ?? "",
    ...(device === undefined ? {} : { mfa: { serial: device.serial, enabledAt: device.enabledAt ?? 0 } }),
    refreshDigest: token.digest,
  });
  return openedSession(tx, environment, { row, token, now });
}

function notePasswordUse(tx: Tx, { account, user }: Candidate, now: number): void {
  const lastUsedAt = user === undefined ? account.rootPasswordLastUsedAt : user.passwordLastUsedAt;
  if (lastUsedAt !== undefined && now - lastUsedAt < passwordUseGrainMs) return;
  if (user === undefined) tx.put(accounts, { ...account, rootPasswordLastUsedAt: now });
  else putUser(tx, { ...user, passwordLastUsedAt: now });
}

function succeeded(name: SignInEventName, candidate: Candidate): SignInEvent {
  const { id: accountId } = candidate.account;
  return { name, outcome: "Success", accountId, userIdentity: signedInIdentity(accountId, candidate.user) };
}

function mfaCheck({ named }: SignInAttempt, found: Found): SignInEvent {
  return {
    name: "CheckMfa",
    outcome: "Success",
    accountId: recordedAccount(found.account),
    userIdentity: triedIdentity(named, found),
    additional: { MfaType: "Virtual MFA" },
  };
}

function failedLogin(attempt: SignInAttempt, found: Found, mfaAsked: boolean): SignInEvent {
  return {
    name: "ConsoleLogin",
    outcome: "Failure",
    accountId: recordedAccount(found.account),
    userIdentity: triedIdentity(attempt.named, found),
    additional: { LoginTo: attempt.loginTo, MobileVersion: "No", MFAUsed: mfaAsked ? "Yes" : "No" },
  };
}

function loginFacts({ loginTo }: SignInAttempt, serial: string | undefined): Record<string, string> {
  const facts = { LoginTo: loginTo, MobileVersion: "No" };
  return serial === undefined
    ? { ...facts, MFAUsed: "No" }
    : { ...facts, MFAIdentifier: serial, MFAUsed: "Yes" };
}
