/** The condition keys that the attributes of an assertion become in a role's trust policy, by AWS's table. */
import type { SamlAssertion } from "@casemate/key-engine";
import type { FederationFacts } from "../../../kit/index.ts";

/** Values of one attribute that are taken. */
export const attributeValuesMax = 100;

type Mapping = readonly [key: string, kind: "text" | "list"];

const eduPerson = "urn:oid:1.3.6.1.4.1.5923.1.1.1.";
const eduOrg = "urn:oid:1.3.6.1.4.1.5923.1.2.1.";
const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";

/** IAM user guide, "Mapping SAML attributes to AWS trust policy context keys". */
const mappings: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  [`${eduPerson}1`, ["saml:edupersonaffiliation", "list"]],
  [`${eduPerson}2`, ["saml:edupersonnickname", "list"]],
  [`${eduPerson}3`, ["saml:edupersonorgdn", "text"]],
  [`${eduPerson}4`, ["saml:edupersonorgunitdn", "list"]],
  [`${eduPerson}5`, ["saml:edupersonprimaryaffiliation", "text"]],
  [`${eduPerson}6`, ["saml:edupersonprincipalname", "text"]],
  [`${eduPerson}7`, ["saml:edupersonentitlement", "list"]],
  [`${eduPerson}8`, ["saml:edupersonprimaryorgunitdn", "text"]],
  [`${eduPerson}9`, ["saml:edupersonscopedaffiliation", "list"]],
  [`${eduPerson}10`, ["saml:edupersontargetedid", "list"]],
  [`${eduPerson}11`, ["saml:edupersonassurance", "list"]],
  [`${eduOrg}2`, ["saml:eduorghomepageuri", "list"]],
  [`${eduOrg}3`, ["saml:eduorgidentityauthnpolicyuri", "list"]],
  [`${eduOrg}4`, ["saml:eduorglegalname", "list"]],
  [`${eduOrg}5`, ["saml:eduorgsuperioruri", "list"]],
  [`${eduOrg}6`, ["saml:eduorgwhitepagesuri", "list"]],
  ["urn:oid:2.5.4.3", ["saml:cn", "list"]],
  [`${claims}name`, ["saml:name", "text"]],
  ["http://schemas.xmlsoap.org/claims/CommonName", ["saml:commonName", "text"]],
  [`${claims}givenname`, ["saml:givenName", "text"]],
  [`${claims}surname`, ["saml:surname", "text"]],
  [`${claims}emailaddress`, ["saml:mail", "text"]],
  ["http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", ["saml:uid", "text"]],
  ["2.5.4.3", ["saml:commonName", "text"]],
  ["2.5.4.4", ["saml:surname", "text"]],
  ["2.4.5.42", ["saml:givenName", "text"]],
  ["2.5.4.45", ["saml:x500UniqueIdentifier", "text"]],
  ["0.9.2342.19200300100.1.1", ["saml:uid", "text"]],
  ["0.9.2342.19200300100.1.3", ["saml:mail", "text"]],
  ["0.9.2342.19200300.100.1.45", ["saml:organizationStatus", "text"]],
]);

/** The keys. Where several attributes become one key, the first of them counts. */
export function attributeKeys(attributes: SamlAssertion["attributes"]): FederationFacts["keys"] {
  const keys = new Map<string, string | readonly string[]>();
  for (const { name, values } of attributes) {
    const [key, kind] = mappings.get(name) ?? [];
    const [first] = values;
    if (key === undefined || first === undefined || keys.has(key)) continue;
    keys.set(key, kind === "text" ? first : values.slice(0, attributeValuesMax));
  }
  return Object.fromEntries(keys);
}
