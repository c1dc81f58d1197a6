/** The face of sign-in: it has no operations of an API, and keeps its sessions with IAM. */
export type { Named } from "./attempt/candidate.ts";
export type { HashPassword } from "./attempt/hash-queue.ts";
export type { OpenedSession, SignedIn } from "./session/opened-session.ts";
export {
  createSignIn,
  type PresentedToken,
  type SignIn,
  type SignInAttempt,
  type SignInRefusal,
} from "./sign-in.ts";
