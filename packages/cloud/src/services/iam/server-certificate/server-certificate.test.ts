import type {
  GetServerCertificateResponse,
  ListServerCertificatesResponse,
  ListServerCertificateTagsResponse,
  UploadServerCertificateResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import {
  authorityPem,
  expiredPem,
  leafKeyPem,
  leafPem,
  strangerKeyPem,
} from "../../../request-path/testing/credential-material.ts";
import { serverCertificates, serverCertificatesPerAccountMax } from "./server-certificate.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const body = { CertificateBody: leafPem, PrivateKey: leafKeyPem };
const upload = (ServerCertificateName: string, more: object = {}) =>
  iam.run<UploadServerCertificateResponse>("UploadServerCertificate", {
    ServerCertificateName,
    ...body,
    ...more,
  });
const get = (ServerCertificateName: string) =>
  iam.run<GetServerCertificateResponse>("GetServerCertificate", { ServerCertificateName }).ServerCertificate;
const list = (more: object = {}): ListServerCertificatesResponse => iam.run("ListServerCertificates", more);
const arn = (path: string): string => `arn:aws:iam::${testAccount}:server-certificate${path}`;

describe("server certificates", () => {
  it("are uploaded with their key, which is sealed and never shown, and their chain", () => {
    const { ServerCertificateMetadata: metadata, Tags } = upload("web", {
      Path: "/eng/",
      CertificateChain: authorityPem,
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(metadata).toMatchObject({
      Path: "/eng/",
      ServerCertificateName: "web",
      Arn: arn("/eng/web"),
      UploadDate: new Date(testNow),
      Expiration: new Date(Date.UTC(2099, 0, 1)),
    });
    expect(metadata?.ServerCertificateId).toMatch(/^ASCA[A-Z2-7]{17}$/);
    expect(Tags).toEqual([{ Key: "a", Value: "b" }]);
    expect(get("WEB")).toEqual({
      ServerCertificateMetadata: metadata,
      CertificateBody: leafPem,
      CertificateChain: authorityPem,
      Tags,
    });
    const rows = iam.store.transaction((tx) => tx.by(serverCertificates, "account", testAccount)).value;
    const { sealedKey, ...plain } = rows[0]!;
    expect(JSON.stringify(plain)).not.toContain("PRIVATE KEY");
    expect(JSON.parse(sealedKey)).toMatchObject([leafKeyPem, { purpose: "server-certificate" }]);
  });

  it.each([
    [
      "a certificate that is none",
      { CertificateBody: "x" },
      "MalformedCertificate: Unable to parse certificate.",
    ],
    ["a key that is none", { PrivateKey: "x" }, "MalformedCertificate: Unable to parse private key."],
    [
      "a key of another",
      { PrivateKey: strangerKeyPem },
      "KeyPairMismatch: Private key and certificate do not",
    ],
    [
      "one that is over",
      { CertificateBody: expiredPem },
      "InvalidInput: The certificate is not valid at this",
    ],
    ["a chain that is none", { CertificateChain: "x" }, "MalformedCertificate: Unable to parse certificate."],
    [
      "a chain of another",
      { CertificateChain: leafPem },
      "MalformedCertificate: Unable to validate certificate chain.",
    ],
    [
      "a chain out of order",
      { CertificateChain: `${authorityPem}\n${leafPem}` },
      "MalformedCertificate: Unable to validate certificate chain.",
    ],
  ])("are refused with %s", (_name, more, refusal) => {
    const input = { ServerCertificateName: "web", ...body, ...more };
    expect(iam.faultOf("UploadServerCertificate", input)).toContain(refusal);
  });

  it("say which of a chain does not fit", () => {
    const input = { ServerCertificateName: "web", ...body, CertificateChain: `${authorityPem}\n${leafPem}` };
    expect(iam.faultOf("UploadServerCertificate", input)).toMatch(/invalid certificate is: 1$/);
  });

  it("have unique names without regard to case, twenty in an account", () => {
    upload("web");
    const again = { ServerCertificateName: "WEB", ...body };
    expect(iam.faultOf("UploadServerCertificate", again)).toBe(
      "EntityAlreadyExists: The Server Certificate with name WEB already exists.",
    );
    for (let count = 1; count < serverCertificatesPerAccountMax; count += 1) upload(`c${count}`);
    const last = { ServerCertificateName: "last", ...body };
    expect(iam.faultOf("UploadServerCertificate", last)).toBe(
      "LimitExceeded: Cannot exceed quota for ServerCertificatesPerAccount: 20",
    );
    iam.run("UploadServerCertificate", last, { principal: rootOf(otherAccount) });
  });

  it("are renamed, moved, listed by path in pages, and deleted", () => {
    for (const name of ["b", "a", "c"]) upload(name, { Path: "/cloudfront/" });
    upload("d");
    iam.run("UpdateServerCertificate", {
      ServerCertificateName: "c",
      NewServerCertificateName: "C2",
      NewPath: "/x/",
    });
    expect(
      iam.faultOf("UpdateServerCertificate", { ServerCertificateName: "a", NewServerCertificateName: "B" }),
    ).toMatch(/^EntityAlreadyExists/);
    const names = (more: object = {}) =>
      list(more).ServerCertificateMetadataList.map(({ Arn }) => Arn.split("server-certificate")[1]);
    expect(names()).toEqual(["/cloudfront/a", "/cloudfront/b", "/x/C2", "/d"]);
    expect(names({ PathPrefix: "/cloud" })).toEqual(["/cloudfront/a", "/cloudfront/b"]);
    const { Marker } = list({ MaxItems: 3 });
    expect(names({ MaxItems: 3, Marker })).toEqual(["/d"]);
    iam.run("DeleteServerCertificate", { ServerCertificateName: "d" });
    expect(names()).not.toContain("/d");
  });

  it.each([
    ["GetServerCertificate", {}],
    ["UpdateServerCertificate", {}],
    ["DeleteServerCertificate", {}],
    ["TagServerCertificate", { Tags: [] }],
    ["UntagServerCertificate", { TagKeys: [] }],
    ["ListServerCertificateTags", {}],
  ])("%s of another account's is NoSuchEntity", (name, more) => {
    upload("web");
    const input = { ServerCertificateName: "web", ...more };
    expect(iam.faultOf(name, input, { principal: rootOf(otherAccount) })).toBe(
      "NoSuchEntity: The Server Certificate with name web cannot be found.",
    );
  });

  it("carry tags", () => {
    upload("web", { Tags: [{ Key: "Team", Value: "a" }] });
    const named = { ServerCertificateName: "web" };
    iam.run("TagServerCertificate", {
      ...named,
      Tags: [
        { Key: "team", Value: "b" },
        { Key: "x", Value: "" },
      ],
    });
    iam.run("UntagServerCertificate", { ...named, TagKeys: ["X"] });
    expect(iam.run<ListServerCertificateTagsResponse>("ListServerCertificateTags", named).Tags).toEqual([
      { Key: "team", Value: "b" },
    ]);
  });

  it("need permission on the certificate, under both names when it moves", () => {
    upload("web", { Path: "/eng/", Tags: [{ Key: "team", Value: "a" }] });
    const resourceKeys = { "aws:ResourceTag/team": "a", "iam:ResourceTag/team": "a" };
    const tagKeys = { "aws:RequestTag/k": "", "aws:TagKeys": ["k"] };
    const of = (name: string, input: object) =>
      iam
        .needsOf(name, input)
        .map(({ action, target, keys }) => [action, target.arn, { ...target.keys, ...keys }]);
    const named = { ServerCertificateName: "web" };
    for (const name of ["GetServerCertificate", "DeleteServerCertificate", "ListServerCertificateTags"]) {
      expect(of(name, named)).toEqual([[`iam:${name}`, arn("/eng/web"), resourceKeys]]);
    }
    const Tags = [{ Key: "k", Value: "" }];
    expect(of("TagServerCertificate", { ...named, Tags })).toEqual([
      ["iam:TagServerCertificate", arn("/eng/web"), { ...resourceKeys, ...tagKeys }],
    ]);
    expect(of("UntagServerCertificate", { ...named, TagKeys: ["k"] })[0]?.[2]).toMatchObject({
      "aws:TagKeys": ["k"],
    });
    expect(of("UploadServerCertificate", { ServerCertificateName: "n", ...body, Tags })).toEqual([
      ["iam:UploadServerCertificate", arn("/n"), tagKeys],
      ["iam:TagServerCertificate", arn("/n"), tagKeys],
    ]);
    expect(of("UploadServerCertificate", { ServerCertificateName: "n", ...body })[0]?.[2]).toEqual({});
    expect(of("UpdateServerCertificate", { ...named, NewPath: "/x/" }).map((need) => need[1])).toEqual([
      arn("/eng/web"),
      arn("/x/web"),
    ]);
    expect(of("ListServerCertificates", { PathPrefix: "/eng/" })[0]?.[1]).toBe(arn("/eng/"));
  });
});
