/** The face of @casemate/key-engine/testing: what tests need beside it. Nothing here is for a daemon. */
export {
  samlTestProvider,
  type SamlTestProvider,
  type TestAssertion,
  type TestEncryption,
  type TestSigning,
} from "./saml/saml-test-provider.ts";
