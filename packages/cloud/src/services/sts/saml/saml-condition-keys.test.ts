import { beforeEach, describe, expect, it } from "vitest";
import {
  account,
  named,
  nameQualifier,
  notAuthorized,
  openSamlCloud,
  outcome,
  type Attributes,
  type SamlCloud,
} from "./testing.ts";

let cloud: SamlCloud;
beforeEach(async () => {
  cloud = await openSamlCloud();
});

describe("condition keys of the trust policy", () => {
  const affiliation = "urn:oid:1.3.6.1.4.1.5923.1.1.1.1";
  const mail = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
  const equal = (key: string, value: unknown) => ({ StringEquals: { [key]: value } });

  it.each<readonly [string, object, Attributes, boolean]>([
    ["saml:aud", equal("saml:aud", "https://signin.aws.amazon.com/saml"), {}, true],
    ["another saml:aud", equal("saml:aud", "urn:amazon:webservices"), {}, false],
    ["saml:iss", equal("saml:iss", "https://idp.example.com/saml"), {}, true],
    ["saml:sub", equal("saml:sub", "_ana"), {}, true],
    ["saml:sub_type", equal("SAML:sub_type", "persistent"), {}, true],
    ["saml:namequalifier", equal("saml:namequalifier", nameQualifier), {}, true],
    ["saml:doc", equal("saml:doc", `${account}/idp`), {}, true],
    ["sts:RoleSessionName", equal("sts:RoleSessionName", "ana@example.com"), {}, true],
    ["an attribute", equal("saml:mail", "a@b.c"), { [mail]: ["a@b.c"] }, true],
    ["an attribute of another name", equal("saml:mail", "a@b.c"), { mail: ["a@b.c"] }, false],
    ["an attribute that is absent", { Null: { "saml:mail": "true" } }, {}, true],
    ["an attribute that is empty", { Null: { "saml:mail": "false" } }, { [mail]: [""] }, true],
    ["an attribute without values", { Null: { "saml:mail": "true" } }, { [mail]: [] }, true],
    [
      "one of several values",
      { "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": "staff" } },
      { [affiliation]: ["student", "staff"] },
      true,
    ],
    [
      "each of several values",
      { "ForAllValues:StringLike": { "saml:edupersonaffiliation": ["staff", "faculty"] } },
      { [affiliation]: ["student", "staff"] },
      false,
    ],
    ["a tag", equal("aws:RequestTag/team", "red"), { [`${named}PrincipalTag:team`]: ["red"] }, true],
    ["no tag", { Null: { "aws:RequestTag/team": "true" } }, {}, true],
    ["an empty tag", equal("aws:RequestTag/team", ""), { [`${named}PrincipalTag:team`]: [""] }, true],
    [
      "transitive keys",
      {
        "ForAllValues:StringEquals": { "sts:TransitiveTagKeys": ["team"] },
        Null: { "sts:TransitiveTagKeys": "false" },
      },
      { [`${named}PrincipalTag:team`]: ["red"], [`${named}TransitiveTagKeys`]: ["team"] },
      true,
    ],
    ["no transitive keys", { Null: { "sts:TransitiveTagKeys": "true" } }, {}, true],
    ["a source identity", equal("sts:SourceIdentity", "ana"), { [`${named}SourceIdentity`]: ["ana"] }, true],
    ["no source identity", { Null: { "sts:SourceIdentity": "true" } }, {}, true],
  ])("%s", async (_name, condition, attributes, allowed) => {
    await cloud.trust(condition);
    expect(outcome(await cloud.assumeWith(attributes))).toBe(allowed ? "allowed" : notAuthorized);
  });
});
