/** Reads what is sent to sign-in. What has another form is refused as a whole, and nothing of it is told. */
import type { SignInAttempt } from "@casemate/cloud";

/** Bytes of a body. */
export const signInBodyBytesMax = 8192;

/** What was sent: everything of an attempt but where it came from. */
export type SignInInput = Pick<SignInAttempt, "named" | "password" | "mfaCode" | "newPassword">;

const members: Readonly<Record<string, RegExp>> = {
  account: /^[^]{1,63}$/,
  userName: /^[^]{1,64}$/,
  email: /^[^]{1,64}$/,
  password: /^[^]{0,128}$/,
  mfaCode: /^[^]{1,16}$/,
  newPassword: /^[^]{1,128}$/,
};

/** Reads a body; undefined when it is no attempt. */
export function parseSignIn(body: Uint8Array): SignInInput | undefined {
  const input = parseObject(body);
  if (input === undefined) return undefined;
  const { account, userName, email, password, mfaCode, newPassword } = input;
  if (password === undefined || (userName === undefined) === (email === undefined)) return undefined;
  const factors = { password, mfaCode, newPassword };
  if (email !== undefined) return { named: { type: "root", email, account }, ...factors };
  if (account === undefined || userName === undefined) return undefined;
  return { named: { type: "user", account, userName }, ...factors };
}

/** A flat object of known members, each a text in its bounds. */
function parseObject(body: Uint8Array): Readonly<Partial<Record<string, string>>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const texts: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(value)) {
    if (text === null) continue;
    if (typeof text !== "string" || !Object.hasOwn(members, name)) return undefined;
    if (members[name]?.test(text) !== true || /\p{Surrogate}/u.test(text)) return undefined;
    texts[name] = text;
  }
  return texts;
}
