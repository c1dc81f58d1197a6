/** The keyring of the cloud, over the sealing of key-engine. */
import type { Keyring } from "@casemate/cloud";
import { openToken, SealFault, sealer, sealToken, type RootKey } from "@casemate/key-engine";

/** Makes a keyring under a root key. */
export function createKeyring(root: RootKey, random: (bytes: number) => Uint8Array): Keyring {
  const seals = sealer(root, random);
  return {
    seal: (plain, context) => seals.seal(plain, context),
    open: (envelope, context) => seals.openText(envelope, context),
    sealToken: (purpose, payload, context) =>
      sealToken(seals, payload, { ...context, purpose: `token/${purpose}` }),
    openToken(purpose, token, context) {
      try {
        const payload = openToken(seals, token, { ...context, purpose: `token/${purpose}` });
        return typeof payload === "string" ? payload : undefined;
      } catch (thrown) {
        if (thrown instanceof SealFault) return undefined;
        throw thrown;
      }
    },
  };
}
