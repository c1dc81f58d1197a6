/** Test support: an identity provider whose key is made once for all tests of a thread. */
import { samlTestProvider, type SamlTestProvider, type TestAssertion } from "@casemate/key-engine/testing";

let made: SamlTestProvider | undefined;

/** The provider. */
export function sharedIdp(): SamlTestProvider {
  made ??= samlTestProvider();
  return made;
}

/** What AWS's own attributes are called begins with this. */
export const samlAttribute = "https://aws.amazon.com/SAML/Attributes/";

/** A response of the provider that lets its subject into a role. */
export function responseFor(
  asked: { readonly roleArn: string; readonly providerArn: string },
  says: TestAssertion,
): string {
  return sharedIdp().respond({
    ...says,
    attributes: {
      [`${samlAttribute}Role`]: [`${asked.roleArn},${asked.providerArn}`],
      [`${samlAttribute}RoleSessionName`]: ["ana"],
      ...says.attributes,
    },
  });
}
