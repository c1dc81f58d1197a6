/** Test support of sign-in: a whole cloud in memory with a user and a root user who have passwords. */
import { passwordHash, totpCode, totpStepAt, totpStepMs } from "@casemate/key-engine";
import type { Store } from "@casemate/store";
import type { Credentials } from "@casemate/wire";
import type { Origin, TrailRecord } from "../../kit/index.ts";
import { field, openSignedCloud, type SignedCloud } from "../../request-path/testing/signed-calls.ts";
import { setRootCredentials } from "../iam/index.ts";
import type { OpenedSession } from "./session/opened-session.ts";
import { createSignIn, type SignIn, type SignInAttempt, type SignInRefusal } from "./sign-in.ts";

export const account = "111122223333";
export const anaPassword = "First-pass1";
export const rootPassword = "Root-pass-1";
export const rootEmail = "root@example.com";

/** Where an attempt of the tests comes from. */
export const origin: Origin = { sourceIp: "192.0.2.7", userAgent: "browser", host: "localhost" };

/** What a test may leave out of an attempt. */
export type Tried = Partial<Omit<SignInAttempt, "origin">> & { readonly sourceIp?: string };

/** The cloud. */
export interface SignInCloud extends SignedCloud {
  readonly signIn: SignIn;
  /** Tries as ana, with her password unless told otherwise. */
  login(tried?: Tried): Promise<OpenedSession | SignInRefusal>;
  /** Tries as the root user. */
  loginRoot(tried?: Tried): Promise<OpenedSession | SignInRefusal>;
  /** As login, and fails unless it succeeds. */
  mustLogin(tried?: Tried): Promise<OpenedSession>;
  /** Gives ana a device; answers what shows its codes. A step passes, so that its codes are not spent. */
  giveDevice(credentials?: Credentials, userName?: string): Promise<Device>;
  /** The records of sign-in, oldest first. */
  events(): Promise<readonly TrailRecord[]>;
  /** Sign-in over another store with the same clock and keys. */
  over(store: Store): SignIn;
}

/** A device that is somebody's. */
export interface Device {
  readonly serial: string;
  /** The code that it shows now. */
  code(): string;
}

/** Hashes as the real one does; the same question is worked out once, because the tests ask often. */
function rememberedHashes(): (password: string, salt: string) => Promise<string> {
  const known = new Map<string, string>();
  return (password, salt) => {
    const key = `${salt} ${password}`;
    const hash = known.get(key) ?? passwordHash(password, salt);
    known.set(key, hash);
    return Promise.resolve(hash);
  };
}

/** Opens it. */
export async function openSignIn(): Promise<SignInCloud> {
  const cloud = await openSignedCloud();
  const { store, environment, admin, must } = cloud;
  await must(admin, "CreateUser", { UserName: "ana", Path: "/eng/" });
  await must(admin, "CreateLoginProfile", { UserName: "ana", Password: anaPassword });
  await must(admin, "CreateAccountAlias", { AccountAlias: "acme" });
  const root = { accountId: account, email: rootEmail, password: rootPassword };
  store.transaction((tx) => setRootCredentials(tx, environment, root));
  const hashPassword = rememberedHashes();
  const over = (other: Store): SignIn => createSignIn({ store: other, environment, hashPassword });
  const signIn = over(store);
  const attempt = (named: SignInAttempt["named"], password: string, tried: Tried): SignInAttempt => {
    const { sourceIp = origin.sourceIp, ...rest } = tried;
    const loginTo = "https://localhost/console";
    return { named, password, loginTo, ...rest, origin: { ...origin, sourceIp } };
  };
  const login: SignInCloud["login"] = (tried = {}) =>
    signIn.login(attempt({ type: "user", account, userName: "ana" }, anaPassword, tried));
  return {
    ...cloud,
    signIn,
    login,
    loginRoot: (tried = {}) => signIn.login(attempt({ type: "root", email: rootEmail }, rootPassword, tried)),
    async mustLogin(tried) {
      const opened = await login(tried);
      if (typeof opened === "string") throw new Error(`Ana was not signed in: ${opened}.`);
      return opened;
    },
    async giveDevice(credentials = admin, userName = "ana") {
      const name = `device-of-${userName}`;
      const made = await must(credentials, "CreateVirtualMFADevice", { VirtualMFADeviceName: name });
      const serial = field(made, "SerialNumber");
      const seed = fromBase32(atob(field(made, "Base32StringSeed")));
      const step = (): number => totpStepAt(environment.clock());
      await must(credentials, "EnableMFADevice", {
        UserName: userName,
        SerialNumber: serial,
        AuthenticationCode1: totpCode(seed, step() - 1),
        AuthenticationCode2: totpCode(seed, step()),
      });
      cloud.advance(totpStepMs);
      return { serial, code: () => totpCode(seed, step()) };
    },
    async events() {
      const records = (await cloud.trail()).map(({ record }) => record);
      return records.filter(({ eventSource }) => eventSource === "signin.amazonaws.com");
    },
    over,
  };
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text)
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The credentials of a session, as clients sign with them. */
export function credentialsOf({ credentials }: OpenedSession): Credentials {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return { accessKeyId, secretAccessKey, sessionToken };
}
