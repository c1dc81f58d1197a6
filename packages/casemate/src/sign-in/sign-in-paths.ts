/**
 * Sign-in over HTTP: three paths of the edge, JSON only, answered to pages of this cloud and to programs.
 * They alone read the session's cookie. The domain decides; here is only what HTTP adds.
 */
import type { OpenedSession, SignIn, SignInRefusal } from "@casemate/cloud";
import { StoreFailed } from "@casemate/store";
import type { LocalHandler } from "../edge/edge.ts";
import type { RawHttpRequest, RawHttpResponse } from "../edge/raw-http.ts";
import { isOwnRequest, originOf } from "./same-origin.ts";
import { dropCookie, keepCookie, sessionCookie } from "./session-cookie.ts";
import { parseSignIn, signInBodyBytesMax } from "./sign-in-input.ts";

/** A refusal as it is told. */
export interface SignInFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** What an attempt is refused with. */
export const signInFaults = {
  refused: {
    status: 401,
    code: "AuthenticationFailed",
    message: "Your authentication information is incorrect. Please try again.",
  },
  "too-many-attempts": {
    status: 429,
    code: "TooManyAttempts",
    message: "There were too many attempts. Please wait and try again.",
  },
  "password-reset-required": {
    status: 403,
    code: "PasswordResetRequired",
    message: "You must set a new password to sign in.",
  },
  "password-expired": {
    status: 403,
    code: "PasswordExpired",
    message: "Your password has expired. Ask your administrator for a new one.",
  },
  "password-not-acceptable": {
    status: 400,
    code: "PasswordPolicyViolation",
    message: "Password does not conform to the account password policy.",
  },
  "password-not-changeable": {
    status: 400,
    code: "PasswordChangeNotAllowed",
    message: "Your password need not be changed to sign in; change it once you are signed in.",
  },
} as const satisfies Record<SignInRefusal, SignInFault>;

/** What a request is refused with before anything is tried. */
export const signInRequestFaults = {
  method: { status: 405, code: "MethodNotAllowed", message: "Sign-in takes POST requests." },
  origin: { status: 403, code: "OriginNotAllowed", message: "The request comes from another site." },
  type: { status: 415, code: "UnsupportedMediaType", message: "Sign-in takes application/json." },
  size: { status: 413, code: "RequestEntityTooLarge", message: "The request is too large." },
  input: { status: 400, code: "InvalidInput", message: "The request is not one to sign in." },
  session: { status: 401, code: "SessionEnded", message: "Your session has ended. Please sign in again." },
  unavailable: {
    status: 503,
    code: "ServiceUnavailable",
    message: "The service is unavailable. Please try again shortly.",
  },
} as const satisfies Record<string, SignInFault>;

/** Seconds after which another attempt is worth while. */
const retryAfterSeconds = 15;

/** The handlers by path. */
export function signInPaths(signIn: SignIn): Readonly<Record<string, LocalHandler>> {
  return {
    "/console/login": guarded((request) => login(signIn, request)),
    "/console/session": guarded((request) => refresh(signIn, request)),
    "/console/logout": guarded((request) => logout(signIn, request)),
  };
}

/** Lets through what may be answered at all. */
function guarded(handle: (request: RawHttpRequest) => Promise<RawHttpResponse>): LocalHandler {
  return async (request) => {
    const fault = refusalOf(request);
    if (fault !== undefined) return refusal(fault);
    try {
      return await handle(request);
    } catch (thrown) {
      if (thrown instanceof StoreFailed) return refusal(signInRequestFaults.unavailable);
      throw thrown;
    }
  };
}

function refusalOf(request: RawHttpRequest): SignInFault | undefined {
  const { method, origin, type, size } = signInRequestFaults;
  if (request.method !== "POST") return method;
  if (!isOwnRequest(request)) return origin;
  // A page of another site cannot send this type without being asked about it first.
  const [sent, ...more] = request.headers.filter(([name]) => name.toLowerCase() === "content-type");
  const json = sent !== undefined && /^application\/json(\s*;\s*charset="?utf-8"?)?$/i.test(sent[1]);
  if (!json || more.length > 0) return type;
  return request.body.length > signInBodyBytesMax ? size : undefined;
}

async function login(signIn: SignIn, request: RawHttpRequest): Promise<RawHttpResponse> {
  const input = parseSignIn(request.body);
  if (input === undefined) return refusal(signInRequestFaults.input);
  const loginTo = `${originOf(request)}/console`;
  const opened = await signIn.login({ ...input, origin: callOrigin(request), loginTo });
  if (typeof opened !== "string") return session(request, opened);
  const wait = opened === "too-many-attempts" ? [["retry-after", String(retryAfterSeconds)] as const] : [];
  return refusal(signInFaults[opened], wait);
}

async function refresh(signIn: SignIn, request: RawHttpRequest): Promise<RawHttpResponse> {
  const refreshToken = sessionCookie(request);
  const opened =
    refreshToken === undefined
      ? undefined
      : await signIn.refresh({ refreshToken, origin: callOrigin(request) });
  if (opened === undefined) return refusal(signInRequestFaults.session, [dropCookie(request)]);
  return session(request, opened);
}

async function logout(signIn: SignIn, request: RawHttpRequest): Promise<RawHttpResponse> {
  const refreshToken = sessionCookie(request);
  if (refreshToken !== undefined) await signIn.logout({ refreshToken, origin: callOrigin(request) });
  return { status: 204, headers: [...safety, dropCookie(request)], body: "" };
}

function callOrigin(request: RawHttpRequest): Parameters<SignIn["refresh"]>[0]["origin"] {
  const { sourceIp, tls, host, headers } = request;
  const userAgent = headers.find(([name]) => name.toLowerCase() === "user-agent")?.[1] ?? "";
  return { sourceIp, userAgent, tls, host };
}

const safety = [
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
] as const;

function session(request: RawHttpRequest, opened: OpenedSession): RawHttpResponse {
  const { credentials, identity, refreshToken, endsAt } = opened;
  const seconds = Math.max(0, Math.floor((endsAt - request.receivedAt) / 1000));
  const { accountId, accountAlias, arn, userName, mfa } = identity;
  const body = {
    identity: {
      type: userName === undefined ? "Root" : "IAMUser",
      accountId,
      accountAlias,
      arn,
      userName,
      mfa,
    },
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      sessionToken: credentials.sessionToken,
      expiration: new Date(credentials.expiresAt).toISOString(),
    },
    sessionExpiration: new Date(endsAt).toISOString(),
  };
  const cookie = keepCookie(request, { token: refreshToken, seconds });
  return json(200, body, [cookie]);
}

function refusal(
  { status, code, message }: SignInFault,
  more: readonly (readonly [string, string])[] = [],
): RawHttpResponse {
  return json(status, { code, message }, more);
}

function json(status: number, value: object, more: readonly (readonly [string, string])[]): RawHttpResponse {
  const headers = [["content-type", "application/json"] as const, ...safety, ...more];
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}
