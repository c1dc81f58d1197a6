import type { OpenedSession, SignIn, SignInAttempt, SignInRefusal } from "@casemate/cloud";
import { StoreFailed } from "@casemate/store";
import { describe, expect, it } from "vitest";
import type { RawHttpRequest, RawHttpResponse } from "../edge/raw-http.ts";
import { signInBodyBytesMax } from "./sign-in-input.ts";
import { signInFaults, signInPaths, signInRequestFaults } from "./sign-in-paths.ts";

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const opened: OpenedSession = {
  credentials: {
    accessKeyId: "ASIA1",
    secretAccessKey: "secret",
    sessionToken: "token",
    expiresAt: now + 900_000,
  },
  identity: {
    accountId: "111122223333",
    accountAlias: "acme",
    arn: "arn:aws:iam::111122223333:user/ana",
    userName: "ana",
    mfa: true,
  },
  refreshToken: "first.secret",
  endsAt: now + 43_200_000,
};

interface Heard {
  readonly attempts: SignInAttempt[];
  readonly tokens: string[];
  readonly ended: string[];
}

/** Sign-in that answers what it is told to, and what it heard. */
function answering(answer: OpenedSession | SignInRefusal = opened): {
  readonly signIn: SignIn;
  readonly heard: Heard;
} {
  const heard: Heard = { attempts: [], tokens: [], ended: [] };
  const signIn: SignIn = {
    login(attempt) {
      heard.attempts.push(attempt);
      return Promise.resolve(answer);
    },
    refresh({ refreshToken }) {
      heard.tokens.push(refreshToken);
      return Promise.resolve(
        refreshToken === "first.secret" ? { ...opened, refreshToken: "next.secret" } : undefined,
      );
    },
    logout({ refreshToken }) {
      heard.ended.push(refreshToken);
      return Promise.resolve();
    },
  };
  return { signIn, heard };
}

const attempt = { account: "acme", userName: "ana", password: "First-pass1" };

interface Asked extends Partial<RawHttpRequest> {
  readonly json?: unknown;
  readonly more?: readonly (readonly [string, string])[];
}

function requestOf(path: string, { json = attempt, more = [], ...rest }: Asked): RawHttpRequest {
  return {
    method: "POST",
    rawPath: path,
    rawQuery: "",
    headers: [["Content-Type", "application/json"], ["User-Agent", "browser"], ...more],
    sourceIp: "127.0.0.1",
    host: "localhost:4566",
    receivedAt: now,
    body: new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json)),
    ...rest,
  };
}

async function ask(signIn: SignIn, path: string, asked: Asked = {}): Promise<RawHttpResponse> {
  const handler = signInPaths(signIn)[path];
  if (handler === undefined) throw new Error(`There is no path ${path}.`);
  return handler(requestOf(path, asked));
}

const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
const header = ({ headers }: RawHttpResponse, name: string) => headers.find(([key]) => key === name)?.[1];
const jsonOf = ({ body }: RawHttpResponse): unknown => JSON.parse(String(body));

describe("/console/login", () => {
  it("answers a session, and keeps its token where scripts and other sites cannot reach it", async () => {
    const { signIn, heard } = answering();
    const reply = await ask(signIn, "/console/login");
    expect(reply.status).toBe(200);
    expect(jsonOf(reply)).toEqual({
      identity: {
        type: "IAMUser",
        accountId: "111122223333",
        accountAlias: "acme",
        arn: "arn:aws:iam::111122223333:user/ana",
        userName: "ana",
        mfa: true,
      },
      credentials: {
        accessKeyId: "ASIA1",
        secretAccessKey: "secret",
        sessionToken: "token",
        expiration: "2026-01-15T12:15:00.000Z",
      },
      sessionExpiration: "2026-01-16T00:00:00.000Z",
    });
    expect(String(reply.body)).not.toContain("first.secret");
    expect(header(reply, "set-cookie")).toBe(
      "casemate-session=first.secret; Path=/console; HttpOnly; SameSite=Strict; Max-Age=43200",
    );
    expect(header(reply, "cache-control")).toBe("no-store");
    expect(heard.attempts).toEqual([
      {
        named: { type: "user", account: "acme", userName: "ana" },
        password: "First-pass1",
        mfaCode: undefined,
        newPassword: undefined,
        origin: { sourceIp: "127.0.0.1", userAgent: "browser", host: "localhost:4566", tls: undefined },
        loginTo: "http://localhost:4566/console",
      },
    ]);
  });

  it("over TLS gives the cookie a name that no other host can set", async () => {
    const reply = await ask(answering().signIn, "/console/login", { tls, host: "cloud.example" });
    expect(header(reply, "set-cookie")).toBe(
      "__Host-casemate-session=first.secret; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200",
    );
  });

  it.each(Object.keys(signInFaults) as SignInRefusal[])("tells %s and sets no cookie", async (refusal) => {
    const reply = await ask(answering(refusal).signIn, "/console/login");
    const { status, code, message } = signInFaults[refusal];
    expect([reply.status, jsonOf(reply)]).toEqual([status, { code, message }]);
    expect(header(reply, "set-cookie")).toBeUndefined();
    expect(header(reply, "retry-after")).toBe(refusal === "too-many-attempts" ? "15" : undefined);
  });

  it.each([
    [
      "a root user",
      { email: "root@example.com", password: "p" },
      { type: "root", email: "root@example.com" },
    ],
    [
      "a root user of an account",
      { account: "acme", email: "root@example.com", password: "p" },
      { type: "root", email: "root@example.com", account: "acme" },
    ],
    [
      "members that are null",
      { account: "acme", userName: "ana", password: "p", email: null, mfaCode: null },
      { type: "user", account: "acme", userName: "ana" },
    ],
  ])("takes %s", async (_what, json, named) => {
    const { signIn, heard } = answering();
    expect((await ask(signIn, "/console/login", { json })).status).toBe(200);
    expect(heard.attempts[0]?.named).toEqual(named);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", []],
    ["nothing", null],
    ["no password", { account: "acme", userName: "ana" }],
    ["no account", { userName: "ana", password: "p" }],
    ["nobody", { account: "acme", password: "p" }],
    ["a user and a root user", { ...attempt, email: "root@example.com" }],
    ["an unknown member", { ...attempt, admin: "true" }],
    ["a number as password", { ...attempt, password: 1 }],
    ["a list as user", { ...attempt, userName: ["ana"] }],
    ["a long password", { ...attempt, password: "x".repeat(129) }],
    ["an empty new password", { ...attempt, newPassword: "" }],
    ["half of a character", `{"account":"acme","userName":"\\ud800","password":"p"}`],
    ["a member of every object", `{"account":"acme","userName":"ana","password":"p","__proto__":"x"}`],
  ])("refuses %s and tries nothing", async (_what, json) => {
    const { signIn, heard } = answering();
    const reply = await ask(signIn, "/console/login", { json });
    expect([reply.status, jsonOf(reply)]).toMatchObject([400, { code: "InvalidInput" }]);
    expect(heard.attempts).toEqual([]);
  });

  it("refuses bytes that are no UTF-8", async () => {
    const reply = await ask(answering().signIn, "/console/login", { body: Uint8Array.of(0x7b, 0xff, 0x7d) });
    expect(reply.status).toBe(400);
  });

  it("says that it is unavailable when the store is", async () => {
    const signIn: SignIn = { ...answering().signIn, login: () => Promise.reject(new StoreFailed("stopped")) };
    expect((await ask(signIn, "/console/login")).status).toBe(503);
  });
});

describe("every path of sign-in", () => {
  const paths = ["/console/login", "/console/session", "/console/logout"];
  const origin = (value: string) => ["Origin", value] as const;
  const site = (value: string) => ["Sec-Fetch-Site", value] as const;
  const cookie = ["Cookie", "casemate-session=first.secret"] as const;
  const { method, origin: foreign, type, size } = signInRequestFaults;

  it.each([
    ["a GET", { method: "GET" }, method],
    ["another site", { more: [origin("https://evil.example")] }, foreign],
    ["another port of this host", { more: [origin("http://localhost:9999")] }, foreign],
    ["another scheme", { more: [origin("https://localhost:4566")] }, foreign],
    ["a page without origin", { more: [origin("null")] }, foreign],
    ["two origins", { more: [origin("http://localhost:4566"), origin("http://localhost:4566")] }, foreign],
    ["a page that only shares the site", { more: [site("same-site")] }, foreign],
    ["a page of another site", { more: [site("cross-site")] }, foreign],
    ["a name that was made to point here", { host: "evil.example:4566", more: [] }, foreign],
    [
      "that name with a page of its own",
      { host: "evil.example:4566", more: [origin("http://evil.example:4566")] },
      foreign,
    ],
    ["a host that is none", { host: "localhost:4566/x" }, foreign],
    ["no host", { host: "" }, foreign],
    ["a form", { headers: [["content-type", "application/x-www-form-urlencoded"], cookie] }, type],
    ["plain text", { headers: [["content-type", "text/plain"], cookie] }, type],
    ["no type", { headers: [cookie] }, type],
    ["a large body", { body: new Uint8Array(signInBodyBytesMax + 1) }, size],
  ] as const)("refuses %s", async (_what, asked, fault) => {
    for (const path of paths) {
      const { signIn, heard } = answering();
      const more = "more" in asked ? asked.more : [];
      const reply = await ask(signIn, path, { ...asked, more: [...more, cookie] } as Asked);
      expect([path, reply.status, jsonOf(reply)]).toMatchObject([path, fault.status, { code: fault.code }]);
      expect(heard).toEqual({ attempts: [], tokens: [], ended: [] });
    }
  });

  it.each([
    ["a page of its own", { more: [origin("http://localhost:4566"), site("same-origin")] }],
    ["a program", {}],
    ["an IPv4 loopback address", { host: "127.0.0.1:4566", more: [origin("http://127.0.0.1:4566")] }],
    ["an IPv6 loopback address", { host: "[::1]:4566", more: [origin("http://[::1]:4566")] }],
    ["a name below localhost", { host: "console.localhost:4566" }],
    ["any name over TLS", { tls, host: "cloud.example", more: [origin("https://cloud.example")] }],
    ["a type with its charset", { headers: [["content-type", "application/json; charset=utf-8"]] }],
  ] as const)("answers %s", async (_what, asked) => {
    const reply = await ask(answering().signIn, "/console/login", asked as Asked);
    expect(reply.status).toBe(200);
  });
});

describe("/console/session", () => {
  const withCookie = (value: string) => ({ more: [["Cookie", value] as const] });

  it("gives the next credentials and the next cookie for the cookie", async () => {
    const { signIn, heard } = answering();
    const reply = await ask(signIn, "/console/session", withCookie("a=b; casemate-session=first.secret"));
    expect(reply.status).toBe(200);
    expect(header(reply, "set-cookie")).toContain("casemate-session=next.secret;");
    expect(heard.tokens).toEqual(["first.secret"]);
  });

  it.each([
    ["without a cookie", {}, []],
    ["with a cookie that opens nothing", withCookie("casemate-session=other"), ["other"]],
    ["with two", withCookie("casemate-session=first.secret; casemate-session=other"), []],
    ["with that of TLS on loopback", withCookie("__Host-casemate-session=first.secret"), []],
    [
      "with that of loopback over TLS",
      { ...withCookie("casemate-session=first.secret"), tls, host: "cloud.example" },
      [],
    ],
  ] as const)("ends %s, and takes the cookie away", async (_what, asked, tokens) => {
    const { signIn, heard } = answering();
    const reply = await ask(signIn, "/console/session", asked);
    expect([reply.status, jsonOf(reply)]).toMatchObject([401, { code: "SessionEnded" }]);
    expect(header(reply, "set-cookie")).toMatch(/casemate-session=; .*Max-Age=0$/);
    expect(heard.tokens).toEqual(tokens);
  });
});

describe("/console/logout", () => {
  it("ends the session and takes the cookie away, also where there is none", async () => {
    const { signIn, heard } = answering();
    const cookie = [["Cookie", "casemate-session=first.secret"]] as const;
    for (const more of [cookie, []]) {
      const reply = await ask(signIn, "/console/logout", { more });
      expect([reply.status, header(reply, "set-cookie")]).toEqual([
        204,
        "casemate-session=; Path=/console; HttpOnly; SameSite=Strict; Max-Age=0",
      ]);
    }
    expect(heard.ended).toEqual(["first.secret"]);
  });
});
