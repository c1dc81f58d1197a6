import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { gzipSync } from "node:zlib";
import type { OpenIdKeysPort, OpenIdKeysQuestion } from "@casemate/cloud";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { documentBytesMax } from "./issuer-document.ts";
import {
  createOpenIdKeys,
  keysFreshMs,
  refetchMs,
  refusalFreshMs,
  type OpenIdKeysOptions,
} from "./open-id-keys.ts";
import { testCertificate, type TestCertificate } from "./test-certificates.ts";

const jwkOf = (kid: string): object => ({
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
  kid,
});
const hosts = ["localhost", "127.0.0.1"];
const discovery = "/tenant/.well-known/openid-configuration";

let root: TestCertificate;
let intermediate: TestCertificate;
let leaf: TestCertificate;
beforeAll(async () => {
  root = await testCertificate({ name: "root", authority: true });
  intermediate = await testCertificate({ name: "intermediate", authority: true, issuer: root });
  leaf = await testCertificate({ name: "leaf", issuer: intermediate, hosts });
});

/** What the server answers a path with. */
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Never ends. */
  readonly stuck?: boolean;
}

let server: Server | undefined;
let tls: SecureContextOptions;
let answers: Record<string, Answer>;
let requests: string[];
let keys: object[];
let issuer: string;
let origin: string;
let now: number;
let refusals: string[];
beforeEach(() => {
  now = Date.now();
  requests = [];
  refusals = [];
  keys = [jwkOf("one")];
  answers = {};
  tls = {};
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Starts an issuer that presents these certificates, its own first. */
async function serve(own: TestCertificate, ...above: readonly TestCertificate[]): Promise<void> {
  server = createServer(
    { ...tls, key: own.keyPem, cert: [own, ...above].map(({ pem }) => pem).join("") },
    (request, response) => {
      const { status = 200, headers = {}, body = "", stuck = false } = answerTo(request.url ?? "");
      requests.push(request.url ?? "");
      response.writeHead(status, headers);
      if (stuck) response.write("{");
      else response.end(body);
    },
  );
  // Handshakes that the other side gives up are what some tests are about.
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  origin = `localhost:${port}`;
  issuer = `https://${origin}/tenant`;
}

function answerTo(url: string): Answer {
  const known = answers[url];
  if (known !== undefined) return known;
  if (url === discovery) return { body: JSON.stringify({ issuer, jwks_uri: `https://${origin}/keys` }) };
  return url === "/keys" ? { body: JSON.stringify({ keys }) } : { status: 404 };
}

function open(more: Partial<OpenIdKeysOptions> = {}): OpenIdKeysPort {
  return createOpenIdKeys({
    hosts: [origin],
    trustAnchorsPem: root.pem,
    clock: () => now,
    onRefusal: (_issuer, reason) => refusals.push(reason),
    ...more,
  });
}

/** What the port answers in the end: ids of keys, or why there are none. */
async function ask(port: OpenIdKeysPort, more: Partial<OpenIdKeysQuestion> = {}): Promise<unknown> {
  const question = { issuer, thumbprints: [], ...more };
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = port.keysOf(question);
    if (typeof answer === "string") return answer;
    if (!(answer instanceof Promise)) return answer.keys.map(({ id }) => id);
    await answer;
  }
  return "never";
}

const withoutAnchors = { trustAnchorsPem: undefined };

describe("keys of an issuer", () => {
  test("are those that its discovery document leads to", async () => {
    await serve(leaf, intermediate);
    expect(await ask(open())).toEqual(["one"]);
    expect(requests).toEqual([discovery, "/keys"]);
    expect(refusals).toEqual([]);
  });

  test("are asked for once, however many ask, and then kept for a while", async () => {
    await serve(leaf, intermediate);
    const port = open();
    const all = await Promise.all(Array.from({ length: 5 }, () => ask(port)));
    expect(all).toEqual(Array.from({ length: 5 }, () => ["one"]));
    now += keysFreshMs - 1;
    expect(await ask(port)).toEqual(["one"]);
    expect(requests).toHaveLength(2);
    keys = [jwkOf("two")];
    now += 1;
    expect(await ask(port)).toEqual(["two"]);
  });

  test("are fetched again for a key that is new, though not time and again", async () => {
    await serve(leaf, intermediate);
    const port = open();
    expect(await ask(port, { keyId: "one" })).toEqual(["one"]);
    keys = [jwkOf("two")];
    expect(await ask(port, { keyId: "two" })).toEqual(["one"]);
    now += refetchMs;
    expect(await ask(port, { keyId: "one" })).toEqual(["one"]);
    expect(requests).toHaveLength(2);
    expect(await ask(port, { keyId: "two" })).toEqual(["two"]);
    expect(await ask(port, { keyId: "three" })).toEqual(["two"]);
    expect(requests).toHaveLength(4);
  });

  test("are believed no longer for an issuer that cannot be asked", async () => {
    await serve(leaf, intermediate);
    const port = open();
    await ask(port);
    answers[discovery] = { status: 503 };
    for (let waited = refetchMs; waited < keysFreshMs; waited += refetchMs) {
      now += refetchMs;
      expect(await ask(port, { keyId: "unknown" })).toEqual(["one"]);
    }
    now += refetchMs;
    expect(await ask(port, { keyId: "one" })).toBe("unreachable");
  });

  test("are refused for a while once they were, and then asked for again", async () => {
    await serve(leaf, intermediate);
    answers[discovery] = { status: 404 };
    const port = open();
    expect(await ask(port)).toBe("invalid");
    answers = {};
    now += refusalFreshMs - 1;
    expect(await ask(port)).toBe("invalid");
    expect(requests).toHaveLength(1);
    now += 1;
    expect(await ask(port)).toEqual(["one"]);
  });

  test.each<[string, string, Answer, string]>([
    ["is not there", discovery, { status: 404 }, "invalid"],
    ["leads elsewhere", discovery, { status: 302, headers: { location: "/other" } }, "invalid"],
    ["fails", discovery, { status: 500 }, "unreachable"],
    ["is no JSON", discovery, { body: "<html>" }, "invalid"],
    ["is no text", discovery, { body: Buffer.from([0xff, 0xfe]) }, "invalid"],
    ["is of another issuer", discovery, { body: '{"issuer":"https://localhost"}' }, "invalid"],
    ["says no issuer", discovery, { body: '{"jwks_uri":"https://localhost"}' }, "invalid"],
    ["is too long", discovery, { body: " ".repeat(documentBytesMax + 1) }, "invalid"],
    [
      "is compressed",
      discovery,
      { headers: { "content-encoding": "gzip" }, body: gzipSync("{}") },
      "invalid",
    ],
    ["never ends", discovery, { stuck: true }, "unreachable"],
    ["is not there", "/keys", { status: 404 }, "invalid"],
    ["is no key set", "/keys", { body: "{}" }, "invalid"],
    ["holds a member twice", "/keys", { body: '{"keys":[],"keys":[]}' }, "invalid"],
    ["is too long", "/keys", { body: `{"keys":[]${" ".repeat(documentBytesMax)}}` }, "invalid"],
    ["never ends", "/keys", { stuck: true }, "unreachable"],
  ])("are refused where a document %s: %s", async (_what, path, answer, refusal) => {
    await serve(leaf, intermediate);
    answers[path] = answer;
    expect(await ask(open({ fetchMs: 300 }))).toBe(refusal);
    expect(requests).not.toContain("/other");
    expect(refusals).toHaveLength(1);
  });

  test.each([
    ["over HTTP", () => `http://${origin}/keys`, "invalid"],
    ["with a password", () => `https://user:word@${origin}/keys`, "invalid"],
    ["nowhere", () => 7, "invalid"],
    ["at another port", () => "https://localhost:1/keys", "forbidden"],
    ["at a host that is not named", () => "https://keys.example.com/", "forbidden"],
    ["at the metadata service", () => "https://169.254.169.254/latest/meta-data", "forbidden"],
  ])("are refused where they are %s", async (_what, place, refusal) => {
    await serve(leaf, intermediate);
    answers[discovery] = { body: JSON.stringify({ issuer, jwks_uri: place() }) };
    expect(await ask(open())).toBe(refusal);
  });

  test("are not asked for at hosts that the operator does not name", async () => {
    await serve(leaf, intermediate);
    for (const named of [[], ["localhost"], ["*"], ["other.example.com"]]) {
      expect(await ask(open({ hosts: named }))).toBe("forbidden");
    }
    // Named in full, yet never reached by anybody.
    expect(await ask(open({ hosts: ["169.254.169.254"] }), { issuer: "https://169.254.169.254" })).toBe(
      "forbidden",
    );
    expect(requests).toEqual([]);
  });

  test("cannot be had from a server that is not there", async () => {
    await serve(leaf, intermediate);
    const port = open();
    const closed = once(server as Server, "close");
    server?.close();
    await closed;
    expect(await ask(port)).toBe("unreachable");
  });

  test("cannot be had from a server that speaks only what is out of date", async () => {
    tls = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" };
    await serve(leaf, intermediate);
    expect(await ask(open())).toBe("unreachable");
    expect(refusals[0]).toContain("cannot be connected to");
  });
});

describe("a server without a trust anchor", () => {
  test("counts where a certificate of its path is pinned", async () => {
    await serve(leaf, intermediate);
    const port = open(withoutAnchors);
    expect(await ask(port, { thumbprints: [intermediate.thumbprint] })).toEqual(["one"]);
    expect(await ask(port, { thumbprints: ["0".repeat(40), leaf.thumbprint] })).toEqual(["one"]);
    expect(await ask(port, { thumbprints: ["0".repeat(40)] })).toBe("thumbprint");
    expect(await ask(port)).toBe("thumbprint");
    // The root was not presented, so nothing shows that the path leads to it.
    expect(await ask(port, { thumbprints: [root.thumbprint] })).toBe("thumbprint");
  });

  test("counts by the root that it presents, and by itself where it signs itself", async () => {
    await serve(leaf, intermediate, root);
    expect(await ask(open(withoutAnchors), { thumbprints: [root.thumbprint] })).toEqual(["one"]);
    server?.close();
    const self = await testCertificate({ name: "self", hosts });
    await serve(self);
    expect(await ask(open(withoutAnchors), { thumbprints: [self.thumbprint] })).toEqual(["one"]);
    expect(await ask(open(withoutAnchors), { thumbprints: [root.thumbprint] })).toBe("thumbprint");
  });

  test("shows its keys to the one who pinned it alone", async () => {
    await serve(leaf, intermediate);
    const port = open(withoutAnchors);
    const pinned = { thumbprints: [intermediate.thumbprint] };
    expect(await ask(port, pinned)).toEqual(["one"]);
    expect(await ask(port, { thumbprints: ["0".repeat(40)] })).toBe("thumbprint");
    expect(await ask(port, pinned)).toEqual(["one"]);
    expect(requests).toHaveLength(2);
  });

  test.each<[string, () => Promise<readonly TestCertificate[]>]>([
    [
      "of another name",
      async () => [await testCertificate({ name: "x", issuer: intermediate, hosts: ["x.test"] })],
    ],
    [
      "that only has the name as its subject",
      async () => [await testCertificate({ name: "localhost", issuer: intermediate })],
    ],
    [
      "that is over",
      async () => [await testCertificate({ name: "x", issuer: intermediate, hosts, days: -1 })],
    ],
    [
      "for clients",
      async () => [
        await testCertificate({ name: "x", issuer: intermediate, hosts, uses: ["1.3.6.1.5.5.7.3.2"] }),
      ],
    ],
    [
      "that a namesake of the pinned authority signed",
      async () => {
        const namesake = await testCertificate({ name: "intermediate", authority: true });
        return [await testCertificate({ name: "x", issuer: namesake, hosts })];
      },
    ],
    [
      "that somebody signed who is no authority",
      async () => {
        const nobody = await testCertificate({ name: "nobody", issuer: intermediate, hosts: ["x.test"] });
        return [await testCertificate({ name: "x", issuer: nobody, hosts }), nobody];
      },
    ],
  ])("does not count with a certificate %s, although its authority is pinned", async (_what, chain) => {
    const [own, ...above] = await chain();
    await serve(own!, ...above, intermediate);
    const thumbprints = [intermediate.thumbprint];
    expect(await ask(open(withoutAnchors), { thumbprints })).toBe("thumbprint");
    expect(await ask(open(), { thumbprints })).toBe("thumbprint");
    expect(requests).toEqual([]);
  });
});

describe("the thumbprint of an issuer", () => {
  async function thumbprint(port: OpenIdKeysPort): Promise<unknown> {
    const first = port.thumbprintOf(issuer);
    if (!(first instanceof Promise)) return first;
    await first;
    return port.thumbprintOf(issuer);
  }

  test("is that of the topmost intermediate authority, whoever trusts it, and nothing is asked for", async () => {
    await serve(leaf, intermediate, root);
    expect(await thumbprint(open())).toEqual({ thumbprint: intermediate.thumbprint });
    expect(await thumbprint(open(withoutAnchors))).toEqual({ thumbprint: intermediate.thumbprint });
    server?.close();
    const self = await testCertificate({ name: "self", hosts });
    await serve(self);
    expect(await thumbprint(open())).toEqual({ thumbprint: self.thumbprint });
    expect(requests).toEqual([]);
  });

  test("is not to be had from a host that is not named or not there", async () => {
    await serve(leaf);
    expect(await thumbprint(open({ hosts: [] }))).toBe("forbidden");
    issuer = "https://localhost:1/";
    expect(await thumbprint(open({ hosts: ["localhost:1"] }))).toBe("unreachable");
  });
});
