/**
 * Key pairs kept ready: drawing an RSA key takes up to a second, in which a call that waits for one would
 * hold up every other. Threads of Node's own draw them ahead; only a burst beyond the pool pays on the
 * spot.
 */
import {
  generateKeyPairMaterial,
  generateKeyPairMaterialSync,
  type KeyPairMaterial,
  type KeyPairType,
} from "@casemate/key-engine";

/** RSA pairs that are kept ready once the first was asked for. */
export const readyKeyPairsMax = 4;

/** Gives key pairs; each is given once. */
export function createKeyPairPool(
  generate: (type: KeyPairType) => Promise<KeyPairMaterial> = generateKeyPairMaterial,
): (type: KeyPairType) => KeyPairMaterial {
  const ready: KeyPairMaterial[] = [];
  let underWay = 0;
  const refill = (): void => {
    if (ready.length + underWay >= readyKeyPairsMax) return;
    underWay += 1;
    generate("rsa").then(
      (pair) => {
        underWay -= 1;
        ready.push(pair);
        refill();
      },
      () => {
        // The next call draws its own and tells what is wrong.
        underWay -= 1;
      },
    );
  };
  return (type) => {
    if (type === "ed25519") return generateKeyPairMaterialSync(type);
    const pair = ready.pop();
    refill();
    return pair ?? generateKeyPairMaterialSync(type);
  };
}
