import type {
  CreateOpenIDConnectProviderResponse,
  GetOpenIDConnectProviderResponse,
  ListOpenIDConnectProvidersResponse,
  ListOpenIDConnectProviderTagsResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { noOpenIdKeys, Waiting, type OpenIdKeysPort } from "../../../kit/index.ts";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { clientIdsPerProviderMax, oidcProvidersPerAccountMax } from "./oidc-provider.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const thumbprint = "990f4193972f2becf12ddeda5237f9c952f20d9e";
const arnOf = (url: string): string => `arn:aws:iam::${testAccount}:oidc-provider/${url}`;
const arn = arnOf("idp.example.com/tenant");
const stranger = { principal: rootOf(otherAccount) };
const create = (input: object = {}): CreateOpenIDConnectProviderResponse =>
  iam.run("CreateOpenIDConnectProvider", {
    Url: "https://idp.example.com/tenant",
    ClientIDList: ["app"],
    ThumbprintList: [thumbprint],
    ...input,
  });
const get = (OpenIDConnectProviderArn = arn): GetOpenIDConnectProviderResponse =>
  iam.run("GetOpenIDConnectProvider", { OpenIDConnectProviderArn });
const on = (name: string, input: object = {}): object =>
  iam.run(name, { OpenIDConnectProviderArn: arn, ...input });
const refusal = (input: object): string =>
  iam.faultOf("CreateOpenIDConnectProvider", { ThumbprintList: [thumbprint], ...input });
const listed = (caller = {}): ListOpenIDConnectProvidersResponse =>
  iam.run("ListOpenIDConnectProviders", {}, caller);

describe("OpenID Connect providers", () => {
  it("are made, shown without their scheme, and listed", () => {
    const Tags = [{ Key: "team", Value: "red" }];
    expect(create({ Tags })).toEqual({ OpenIDConnectProviderArn: arn, Tags });
    expect(get()).toEqual({
      Url: "idp.example.com/tenant",
      ClientIDList: ["app"],
      ThumbprintList: [thumbprint],
      CreateDate: new Date(testNow),
      Tags,
    });
    create({ Url: "https://other.example.com" });
    expect(listed().OpenIDConnectProviderList).toEqual([{ Arn: arn }, { Arn: arnOf("other.example.com") }]);
    expect(iam.run("GetAccountSummary")).toMatchObject({ SummaryMap: { Providers: 2 } });
  });

  it("are known by their URL, letter by letter", () => {
    create();
    expect(refusal({ Url: "https://idp.example.com/tenant" })).toBe(
      "EntityAlreadyExists: Provider with url https://idp.example.com/tenant already exists.",
    );
    for (const Url of [
      "https://idp.example.com",
      "https://idp.example.com/tenant/",
      "https://idp.example.com/Tenant",
      "https://idp.example.com:8443/tenant",
      "https://localhost/realms/a",
      "https://keycloak:8443",
    ]) {
      expect(create({ Url })).toEqual({ OpenIDConnectProviderArn: arnOf(Url.slice(8)) });
      expect(get(arnOf(Url.slice(8))).Url).toBe(Url.slice(8));
    }
  });

  it.each([
    "http://idp.example.com",
    "idp.example.com",
    "https://",
    "https:///path",
    "https://idp.example.com?tenant=1",
    "https://idp.example.com#a",
    "https://user@idp.example.com",
    "https://user:word@idp.example.com",
    "https://-idp.example.com",
    "https://saml",
    "https://aws/a",
    "https://idp..example.com",
    "https://[::1]",
    "https://idp.example.com:port",
    "https://idp.example.com/a b",
    "https://idp.example.com/*",
    "https://idp.example.com\n",
    "HTTPS://idp.example.com",
  ])("are not made of %j", (Url) => {
    expect(refusal({ Url })).toBe("ValidationError: Invalid Open ID Connect Provider URL");
  });

  it("take thumbprints in either case, each once, five at most", () => {
    const five = Array.from({ length: 5 }, (_, index) => String(index).repeat(40));
    create({ ThumbprintList: [thumbprint.toUpperCase(), thumbprint] });
    expect(get().ThumbprintList).toEqual([thumbprint]);
    on("UpdateOpenIDConnectProviderThumbprint", { ThumbprintList: five });
    expect(get().ThumbprintList).toEqual(five);
    const update = (ThumbprintList: readonly string[]): string =>
      iam.faultOf("UpdateOpenIDConnectProviderThumbprint", { OpenIDConnectProviderArn: arn, ThumbprintList });
    expect(update([...five, thumbprint])).toBe(
      "InvalidInput: Thumbprint list must contain fewer than 5 entries.",
    );
    expect(update(["z".repeat(40)])).toContain("InvalidInput: The thumbprint zzz");
    expect(get().ThumbprintList).toEqual(five);
  });

  it("take client ids, each once, a hundred at most; to add or remove one twice is no error", () => {
    create({ ClientIDList: ["a", "a", "b"] });
    on("AddClientIDToOpenIDConnectProvider", { ClientID: "c" });
    on("AddClientIDToOpenIDConnectProvider", { ClientID: "c" });
    on("RemoveClientIDFromOpenIDConnectProvider", { ClientID: "a" });
    on("RemoveClientIDFromOpenIDConnectProvider", { ClientID: "a" });
    expect(get().ClientIDList).toEqual(["b", "c"]);
    for (let index = 2; index < clientIdsPerProviderMax; index += 1) {
      on("AddClientIDToOpenIDConnectProvider", { ClientID: `more-${index}` });
    }
    const full = "LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100";
    const input = { OpenIDConnectProviderArn: arn, ClientID: "last" };
    expect(iam.faultOf("AddClientIDToOpenIDConnectProvider", input)).toBe(full);
    on("AddClientIDToOpenIDConnectProvider", { ClientID: "b" });
    const ClientIDList = Array.from({ length: 101 }, (_, index) => String(index));
    expect(refusal({ Url: "https://b.example.com", ClientIDList })).toBe(full);
  });

  it("are a hundred in an account", () => {
    for (let index = 0; index < oidcProvidersPerAccountMax; index += 1) {
      create({ Url: `https://idp${index}.example.com` });
    }
    expect(refusal({ Url: "https://more.example.com" })).toBe(
      "LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100",
    );
  });

  it("are tagged, within the limits of tags", () => {
    create({ Tags: [{ Key: "a", Value: "1" }] });
    on("TagOpenIDConnectProvider", {
      Tags: [
        { Key: "A", Value: "2" },
        { Key: "b", Value: "3" },
      ],
    });
    const tags = (): ListOpenIDConnectProviderTagsResponse =>
      iam.run("ListOpenIDConnectProviderTags", { OpenIDConnectProviderArn: arn });
    expect(tags().Tags).toEqual([
      { Key: "A", Value: "2" },
      { Key: "b", Value: "3" },
    ]);
    on("UntagOpenIDConnectProvider", { TagKeys: ["B"] });
    expect(tags()).toEqual({ Tags: [{ Key: "A", Value: "2" }], IsTruncated: false });
    expect(refusal({ Url: "https://b.example.com", Tags: [{ Key: "aws:x", Value: "" }] })).toContain(
      "InvalidInput: aws: prefixed",
    );
  });

  it("are deleted, and to delete one that is gone is no error", () => {
    create();
    on("DeleteOpenIDConnectProvider");
    on("DeleteOpenIDConnectProvider");
    expect(listed().OpenIDConnectProviderList).toEqual([]);
  });

  it("are nobody else's", () => {
    create();
    expect(listed(stranger).OpenIDConnectProviderList).toEqual([]);
    const missing = `NoSuchEntity: OpenIDConnect Provider not found for arn ${arn}`;
    const input = { OpenIDConnectProviderArn: arn };
    for (const [name, more] of [
      ["GetOpenIDConnectProvider", {}],
      ["AddClientIDToOpenIDConnectProvider", { ClientID: "x" }],
      ["RemoveClientIDFromOpenIDConnectProvider", { ClientID: "app" }],
      ["UpdateOpenIDConnectProviderThumbprint", { ThumbprintList: [thumbprint] }],
      ["TagOpenIDConnectProvider", { Tags: [] }],
      ["UntagOpenIDConnectProvider", { TagKeys: [] }],
      ["ListOpenIDConnectProviderTags", {}],
    ] as const) {
      expect([name, iam.faultOf(name, { ...input, ...more }, stranger)]).toEqual([name, missing]);
    }
    iam.run("DeleteOpenIDConnectProvider", input, stranger);
    expect(get().ClientIDList).toEqual(["app"]);
  });

  it.each(["arn:aws:iam::111122223333:role/a", "arn:aws:iam::1:oidc-provider/a", "idp.example.com"])(
    "are not named by %s",
    (OpenIDConnectProviderArn) => {
      const fault = iam.faultOf("GetOpenIDConnectProvider", { OpenIDConnectProviderArn });
      expect(fault).toBe(`InvalidInput: ARN ${OpenIDConnectProviderArn} is not valid.`);
    },
  );

  it("need permissions on their ARN, with their tags and those of the request", () => {
    const Tags = [{ Key: "team", Value: "red" }];
    const requested = { "aws:TagKeys": ["team"], "aws:RequestTag/team": "red" };
    const need = (action: string, keys: object, tags: object = {}) => ({
      action: `iam:${action}`,
      target: { arn, accountId: testAccount, keys: tags },
      keys,
    });
    const input = { Url: "https://idp.example.com/tenant", ThumbprintList: [thumbprint] };
    expect(iam.needsOf("CreateOpenIDConnectProvider", input)).toEqual([
      need("CreateOpenIDConnectProvider", {}),
    ]);
    expect(iam.needsOf("CreateOpenIDConnectProvider", { ...input, Tags })).toEqual([
      need("CreateOpenIDConnectProvider", requested),
      need("TagOpenIDConnectProvider", requested),
    ]);
    create({ Tags });
    const held = { "aws:ResourceTag/team": "red", "iam:ResourceTag/team": "red" };
    for (const [name, more, keys] of [
      ["GetOpenIDConnectProvider", {}, {}],
      ["DeleteOpenIDConnectProvider", {}, {}],
      ["AddClientIDToOpenIDConnectProvider", { ClientID: "x" }, {}],
      ["RemoveClientIDFromOpenIDConnectProvider", { ClientID: "x" }, {}],
      ["UpdateOpenIDConnectProviderThumbprint", { ThumbprintList: [] }, {}],
      ["TagOpenIDConnectProvider", { Tags }, requested],
      ["UntagOpenIDConnectProvider", { TagKeys: ["team"] }, { "aws:TagKeys": ["team"] }],
      ["ListOpenIDConnectProviderTags", {}, {}],
    ] as const) {
      const stated = iam.needsOf(name, { OpenIDConnectProviderArn: arn, ...more });
      expect(stated).toEqual([need(name, keys, held)]);
    }
    expect(iam.needsOf("ListOpenIDConnectProviders")).toEqual([
      {
        action: "iam:ListOpenIDConnectProviders",
        target: { arn: "*", accountId: testAccount, keys: {} },
        keys: {},
      },
    ]);
  });

  it("made without a thumbprint take the one that the issuer shows", async () => {
    let answer: ReturnType<OpenIdKeysPort["thumbprintOf"]> = Promise.resolve();
    const openIdKeys: OpenIdKeysPort = { ...noOpenIdKeys, thumbprintOf: () => answer };
    iam = await openTestIam({ openIdKeys });
    expect(() => create({ ThumbprintList: undefined })).toThrow(Waiting);
    answer = "unreachable";
    expect(refusal({ Url: "https://idp.example.com", ThumbprintList: [] })).toContain(
      "OpenIdIdpCommunicationError: The thumbprint of the identity provider could not be retrieved.",
    );
    expect(listed().OpenIDConnectProviderList).toEqual([]);
    answer = { thumbprint };
    create({ ThumbprintList: undefined });
    expect(get().ThumbprintList).toEqual([thumbprint]);
  });
});
