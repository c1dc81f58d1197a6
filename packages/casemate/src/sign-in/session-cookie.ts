/**
 * The cookie that holds the token of a session. Scripts cannot read it, other sites cannot send it, and only
 * the paths of sign-in look at it.
 */
import type { RawHttpHead } from "../edge/raw-http.ts";

/**
 * Over TLS the name's prefix makes browsers refuse the cookie from any other host. On loopback without TLS
 * there are no such names, and the path keeps it away from everything but sign-in.
 */
const overTls = { name: "__Host-casemate-session", scope: "Path=/; Secure" } as const;
const onLoopback = { name: "casemate-session", scope: "Path=/console" } as const;

function kindOf(request: Pick<RawHttpHead, "tls">): typeof overTls | typeof onLoopback {
  return request.tls === undefined ? onLoopback : overTls;
}

/** The token of a request; undefined when there is none, or more than one. */
export function sessionCookie(request: RawHttpHead): string | undefined {
  const { name } = kindOf(request);
  const values = request.headers
    .filter(([key]) => key.toLowerCase() === "cookie")
    .flatMap(([, text]) => text.split(";"))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** The header that keeps a token until its session ends. */
export function keepCookie(
  request: Pick<RawHttpHead, "tls">,
  kept: { readonly token: string; readonly seconds: number },
): readonly [string, string] {
  return cookieHeader(request, kept);
}

/** The header that takes it away. */
export function dropCookie(request: Pick<RawHttpHead, "tls">): readonly [string, string] {
  return cookieHeader(request, { token: "", seconds: 0 });
}

function cookieHeader(
  request: Pick<RawHttpHead, "tls">,
  { token, seconds }: { readonly token: string; readonly seconds: number },
): readonly [string, string] {
  const { name, scope } = kindOf(request);
  return ["set-cookie", `${name}=${token}; ${scope}; HttpOnly; SameSite=Strict; Max-Age=${seconds}`];
}
