/** Test support: an identity provider whose key is made once for all tests of a thread. */
import { samlTestProvider, type SamlTestProvider } from "@casemate/key-engine/testing";

let made: SamlTestProvider | undefined;

/** The provider. */
export function sharedIdp(): SamlTestProvider {
  made ??= samlTestProvider();
  return made;
}
