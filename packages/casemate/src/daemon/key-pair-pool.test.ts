import { generateKeyPairMaterialSync, type KeyPairMaterial, type KeyPairType } from "@casemate/key-engine";
import { expect, it } from "vitest";
import { createKeyPairPool, readyKeyPairsMax } from "./key-pair-pool.ts";

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

it("draws the first pair on the spot and gives the next ones from those kept ready, each once", async () => {
  const drawn: KeyPairMaterial[] = [];
  const generate = (type: KeyPairType): Promise<KeyPairMaterial> => {
    const pair = { ...generateKeyPairMaterialSync("ed25519"), type };
    drawn.push(pair);
    return Promise.resolve(pair);
  };
  const take = createKeyPairPool(generate);
  const first = take("rsa");
  expect(first.type).toBe("rsa");
  await settle();
  expect(drawn).toHaveLength(readyKeyPairsMax);
  const given = [take("rsa"), take("rsa")];
  expect(drawn).toEqual(expect.arrayContaining(given));
  expect(given[0]).not.toBe(given[1]);
  await settle();
  expect(drawn).toHaveLength(readyKeyPairsMax + 2);
});

it("draws on the spot while none could be kept ready", async () => {
  const take = createKeyPairPool(() => Promise.reject(new Error("no threads")));
  take("rsa");
  await settle();
  expect(take("rsa").type).toBe("rsa");
  expect(take("ed25519").type).toBe("ed25519");
});
