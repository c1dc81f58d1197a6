import { samlTestProvider, type SamlTestProvider } from "@casemate/key-engine/testing";
import type {
  CreateSAMLProviderResponse,
  GetAccountSummaryResponse,
  GetSAMLProviderResponse,
  ListSAMLProvidersResponse,
  ListSAMLProviderTagsResponse,
} from "@casemate/wire/iam";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { samlProviders, samlProvidersPerAccountMax } from "./saml-provider.ts";

let idp: SamlTestProvider;
let metadata: string;
let keyPem: string;
beforeAll(() => {
  idp = samlTestProvider();
  metadata = idp.metadata();
  keyPem = idp.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
});

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const arnOf = (name: string, accountId = testAccount): string =>
  `arn:aws:iam::${accountId}:saml-provider/${name}`;
const create = (Name: string, more: object = {}) =>
  iam.run<CreateSAMLProviderResponse>("CreateSAMLProvider", {
    Name,
    SAMLMetadataDocument: metadata,
    ...more,
  });
const get = (name: string) =>
  iam.run<GetSAMLProviderResponse>("GetSAMLProvider", { SAMLProviderArn: arnOf(name) });
const update = (name: string, more: object) =>
  iam.run("UpdateSAMLProvider", { SAMLProviderArn: arnOf(name), ...more });
const refusedUpdate = (name: string, more: object) =>
  iam.faultOf("UpdateSAMLProvider", { SAMLProviderArn: arnOf(name), ...more });
const refusedCreate = (more: object) =>
  iam.faultOf("CreateSAMLProvider", { Name: "idp", SAMLMetadataDocument: metadata, ...more });

describe("a SAML provider", () => {
  it("is made of metadata, which is shown again as it was given", () => {
    const tags = [{ Key: "a", Value: "b" }];
    expect(create("idp", { Tags: tags })).toEqual({ SAMLProviderArn: arnOf("idp"), Tags: tags });
    expect(create("plain")).toEqual({ SAMLProviderArn: arnOf("plain") });
    expect(get("idp")).toEqual({
      SAMLProviderUUID: expect.stringMatching(/^[A-Z2-7]{32}$/) as string,
      SAMLMetadataDocument: metadata,
      CreateDate: new Date(testNow),
      ValidUntil: new Date(new Date(testNow).setUTCFullYear(new Date(testNow).getUTCFullYear() + 100)),
      Tags: tags,
    });
    expect(iam.run<GetAccountSummaryResponse>("GetAccountSummary").SummaryMap?.["Providers"]).toBe(2);
  });

  it("is valid as long as its metadata says, and not made of metadata that is over", () => {
    const validUntil = testNow + 86_400_000;
    create("idp", { SAMLMetadataDocument: idp.metadata({ validUntil }) });
    expect(get("idp").ValidUntil).toEqual(new Date(validUntil));
    const over = idp.metadata({ validUntil: testNow });
    expect(refusedCreate({ Name: "over", SAMLMetadataDocument: over })).toBe(
      "InvalidInput: Metadata has expired",
    );
    expect(refusedUpdate("idp", { SAMLMetadataDocument: over })).toBe("InvalidInput: Metadata has expired");
  });

  it("is listed by name, for its own account only", () => {
    for (const name of ["b", "a"]) create(name);
    iam.run(
      "CreateSAMLProvider",
      { Name: "c", SAMLMetadataDocument: metadata },
      { principal: rootOf(otherAccount) },
    );
    const list = iam.run<ListSAMLProvidersResponse>("ListSAMLProviders").SAMLProviderList;
    expect(list?.map(({ Arn }) => Arn)).toEqual([arnOf("a"), arnOf("b")]);
    expect(list?.[0]).toMatchObject({ CreateDate: new Date(testNow), ValidUntil: get("a").ValidUntil });
  });

  it.each([
    ["what is no XML", "x".repeat(1000)],
    ["a document type", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${"<x/>".padEnd(1000)}`],
    ["the metadata of a receiver", "SP"],
  ])("is not made of %s", (_name, text) => {
    const document = text === "SP" ? metadata.replaceAll("IDPSSO", "SPSSO") : text;
    expect(refusedCreate({ SAMLMetadataDocument: document })).toBe("InvalidInput: Could not parse metadata");
  });

  it("has a name of its own in its account, of which there are a hundred", () => {
    create("idp");
    expect(refusedCreate({ Name: "IDP" })).toBe(
      "EntityAlreadyExists: SAML Provider with name IDP already exists.",
    );
    iam.run(
      "CreateSAMLProvider",
      { Name: "idp", SAMLMetadataDocument: metadata },
      { principal: rootOf(otherAccount) },
    );
    for (let count = 1; count < samlProvidersPerAccountMax; count += 1) create(`p${count}`);
    expect(refusedCreate({ Name: "last" })).toBe(
      "LimitExceeded: Cannot exceed quota for SAMLProvidersPerAccount: 100",
    );
  });

  it("is changed and deleted", () => {
    create("idp");
    const other = samlTestProvider("https://other.example.com").metadata();
    const { SAMLProviderUUID } = get("idp");
    expect(update("idp", { SAMLMetadataDocument: other })).toEqual({ SAMLProviderArn: arnOf("idp") });
    expect(get("idp")).toMatchObject({ SAMLProviderUUID, SAMLMetadataDocument: other });
    expect(refusedUpdate("idp", { SAMLMetadataDocument: "x".repeat(1000) })).toBe(
      "InvalidInput: Could not parse metadata",
    );
    expect(refusedUpdate("idp", {})).toBe(
      "InvalidInput: Unable to update identity provider. No updates are defined for metadata or encryption " +
        "assertion.",
    );
    expect(iam.run("DeleteSAMLProvider", { SAMLProviderArn: arnOf("idp") })).toEqual({});
    expect(iam.faultOf("GetSAMLProvider", { SAMLProviderArn: arnOf("idp") })).toBe(
      `NoSuchEntity: Manifest not found for arn ${arnOf("idp")}`,
    );
  });

  it.each([
    "GetSAMLProvider",
    "UpdateSAMLProvider",
    "DeleteSAMLProvider",
    "ListSAMLProviderTags",
    "UntagSAMLProvider",
    "TagSAMLProvider",
  ])("%s finds it by its exact ARN only, in the account of the caller", (name) => {
    create("idp");
    iam.run(
      "CreateSAMLProvider",
      { Name: "theirs", SAMLMetadataDocument: metadata },
      { principal: rootOf(otherAccount) },
    );
    for (const arn of [arnOf("IDP"), arnOf("none"), arnOf("theirs", otherAccount)]) {
      const input = { SAMLProviderArn: arn, Tags: [], TagKeys: [], SAMLMetadataDocument: metadata };
      expect(iam.faultOf(name, input)).toBe(`NoSuchEntity: Manifest not found for arn ${arn}`);
    }
    expect(
      iam.faultOf(name, { SAMLProviderArn: "arn:aws:iam::x:saml-provider/a", Tags: [], TagKeys: [] }),
    ).toBe("InvalidInput: Invalid ARN: arn:aws:iam::x:saml-provider/a");
  });

  it("bears tags, whose keys are compared without case", () => {
    create("idp", { Tags: [{ Key: "Team", Value: "a" }] });
    const SAMLProviderArn = arnOf("idp");
    iam.run("TagSAMLProvider", {
      SAMLProviderArn,
      Tags: [
        { Key: "team", Value: "b" },
        { Key: "x", Value: "" },
      ],
    });
    const tags = () =>
      iam.run<ListSAMLProviderTagsResponse>("ListSAMLProviderTags", { SAMLProviderArn }).Tags;
    expect(tags()).toEqual([
      { Key: "team", Value: "b" },
      { Key: "x", Value: "" },
    ]);
    iam.run("UntagSAMLProvider", { SAMLProviderArn, TagKeys: ["X"] });
    expect(tags()).toEqual([{ Key: "team", Value: "b" }]);
  });
});

describe("private keys of a SAML provider", () => {
  it("are sealed, at most two, named by an id and never shown", () => {
    create("idp", { AddPrivateKey: keyPem, AssertionEncryptionMode: "Required" });
    iam.advance(1000);
    update("idp", { AddPrivateKey: keyPem });
    const { PrivateKeyList: keys, AssertionEncryptionMode } = get("idp");
    expect(AssertionEncryptionMode).toBe("Required");
    expect(keys).toEqual([
      { KeyId: expect.stringMatching(/^[A-Z2-7]{32}$/) as string, Timestamp: new Date(testNow) },
      { KeyId: expect.stringMatching(/^[A-Z2-7]{32}$/) as string, Timestamp: new Date(testNow + 1000) },
    ]);
    expect(refusedUpdate("idp", { AddPrivateKey: keyPem })).toBe(
      "LimitExceeded: Private key limit of 2 is reached.",
    );
    update("idp", { RemovePrivateKey: keys?.[0]?.KeyId });
    expect(get("idp").PrivateKeyList).toEqual(keys?.slice(1));
    const [row] = iam.store.transaction((tx) => tx.by(samlProviders, "account", testAccount)).value;
    const { sealed } = row!.privateKeys[0]!;
    expect(JSON.stringify({ ...row, privateKeys: [] })).not.toContain("PRIVATE KEY");
    expect(JSON.parse(sealed)).toMatchObject([keyPem, { purpose: "saml-private-key" }]);
  });

  it("stay while encryption is required", () => {
    create("idp", { AddPrivateKey: keyPem });
    const KeyId = get("idp").PrivateKeyList?.[0]?.KeyId;
    expect(get("idp").AssertionEncryptionMode).toBeUndefined();
    update("idp", { AssertionEncryptionMode: "Required" });
    expect(refusedUpdate("idp", { RemovePrivateKey: KeyId })).toBe(
      "InvalidInput: Failed to remove private key.",
    );
    update("idp", { RemovePrivateKey: KeyId, AssertionEncryptionMode: "Allowed" });
    const missing =
      "InvalidInput: Unable to set assertion encryption mode to Required because no private key is provided.";
    expect(refusedUpdate("idp", { AssertionEncryptionMode: "Required" })).toBe(missing);
    expect(refusedCreate({ Name: "other", AssertionEncryptionMode: "Required" })).toBe(missing);
    update("idp", { AssertionEncryptionMode: "Required", AddPrivateKey: keyPem });
  });

  it("are refused when they are none, unknown, or to come and go at once", () => {
    create("idp");
    expect(refusedCreate({ Name: "other", AddPrivateKey: "x" })).toBe("InvalidInput: Invalid private key.");
    expect(refusedUpdate("idp", { AddPrivateKey: "x" })).toBe("InvalidInput: Invalid private key.");
    const unknown = "A".repeat(32);
    expect(refusedUpdate("idp", { RemovePrivateKey: unknown })).toBe(
      "InvalidInput: Failed to remove private key because the Key ID does not match a private key.",
    );
    expect(refusedUpdate("idp", { AddPrivateKey: keyPem, RemovePrivateKey: unknown })).toBe(
      "InvalidInput: Unable to add and remove private keys in the same request. Set a value for only one of " +
        "the two parameters.",
    );
  });
});

describe("operations on SAML providers need", () => {
  it("their action on the provider, with its tags and those of the request", () => {
    create("idp", { Tags: [{ Key: "team", Value: "a" }] });
    const resource = arnOf("idp");
    const target = {
      arn: resource,
      accountId: testAccount,
      keys: { "aws:ResourceTag/team": "a", "iam:ResourceTag/team": "a" },
    };
    for (const name of [
      "GetSAMLProvider",
      "UpdateSAMLProvider",
      "DeleteSAMLProvider",
      "ListSAMLProviderTags",
    ]) {
      expect(iam.needsOf(name, { SAMLProviderArn: resource })).toMatchObject([
        { action: `iam:${name}`, target, keys: {} },
      ]);
    }
    expect(
      iam.needsOf("TagSAMLProvider", { SAMLProviderArn: resource, Tags: [{ Key: "x", Value: "" }] }),
    ).toMatchObject([
      {
        action: "iam:TagSAMLProvider",
        target,
        keys: { "aws:RequestTag/x": "", "aws:TagKeys": ["x"] },
      },
    ]);
    expect(iam.needsOf("UntagSAMLProvider", { SAMLProviderArn: resource, TagKeys: ["team"] })).toMatchObject([
      { action: "iam:UntagSAMLProvider", target, keys: { "aws:TagKeys": ["team"] } },
    ]);
    expect(iam.needsOf("ListSAMLProviders")).toMatchObject([
      { action: "iam:ListSAMLProviders", target: { arn: "*" } },
    ]);
  });

  it("the permission to tag, where one is made with tags", () => {
    const input = { Name: "new", SAMLMetadataDocument: metadata };
    const target = { arn: arnOf("new"), keys: {} };
    expect(iam.needsOf("CreateSAMLProvider", input)).toMatchObject([
      { action: "iam:CreateSAMLProvider", target },
    ]);
    const keys = { "aws:RequestTag/a": "b", "aws:TagKeys": ["a"] };
    expect(iam.needsOf("CreateSAMLProvider", { ...input, Tags: [{ Key: "a", Value: "b" }] })).toMatchObject([
      { action: "iam:CreateSAMLProvider", target, keys },
      { action: "iam:TagSAMLProvider", target, keys },
    ]);
  });
});
