import { randomBytes } from "node:crypto";
import {
  makeAccount,
  noOpenIdKeys,
  storedCollections,
  storedTables,
  trailEntries,
  type CloudEnvironment,
} from "@casemate/cloud";
import { generateKeyPairMaterialSync, rootKeyFromBytes } from "@casemate/key-engine";
import { memoryLog, openStore } from "@casemate/store";
import { expect, test } from "vitest";
import { createKeyring } from "../daemon/keyring.ts";
import { importDevices } from "./import-mfa-devices.ts";
import type { OperatedCloud } from "./operator-handlers.ts";

const first = "111122223333";
const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const device = { serial: "GAHT12345678", seed };

async function openAccounts() {
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  const environment: CloudEnvironment = {
    clock: () => Date.UTC(2026, 0, 15, 12, 0, 0),
    random,
    keyring: createKeyring(rootKeyFromBytes(randomBytes(32)), random),
    consoleOf: () => undefined,
    openIdKeys: noOpenIdKeys,
    newKeyPair: generateKeyPairMaterialSync,
    settings: { accountId: first, regions: ["us-east-1"], publicIpPool: "203.0.113.0/24" },
  };
  const store = await openStore({ collections: storedCollections, tables: storedTables, log: memoryLog() });
  store.transaction((tx) => makeAccount(tx, environment, { accountId: first, name: "first" }));
  // The call of this file uses no more of a cloud.
  return { store, cloud: { store, environment } as unknown as OperatedCloud };
}

test("devices are taken for an account, and the trail tells their serial numbers alone", async () => {
  const { cloud, store } = await openAccounts();
  expect(await importDevices(cloud, { devices: [device] })).toEqual({
    accountId: first,
    serialNumbers: [device.serial],
  });
  const [entry] = await store.query(trailEntries, { limit: 10 });
  expect(entry?.record).toMatchObject({
    eventName: "ImportMFADevices",
    requestParameters: { accountId: first, serialNumbers: [device.serial] },
  });
  expect(JSON.stringify(entry)).not.toContain(seed);
});

test.each([
  [{ devices: [] }, "InvalidInput"],
  [{ devices: "none" }, "InvalidInput"],
  [{ devices: [{ serial: "short", seed }] }, "InvalidInput"],
  [{ devices: [{ serial: device.serial, seed: "short" }] }, "InvalidInput"],
  [{ devices: [{ serial: device.serial }] }, "InvalidInput"],
  [{ devices: [null] }, "InvalidInput"],
  [{ devices: [device, device] }, "Conflict"],
  [{ accountId: "999999999999", devices: [device] }, "NotFound"],
])("%j is refused with %s and leaves nothing", async (input, code) => {
  const { cloud, store } = await openAccounts();
  await expect(importDevices(cloud, input as { devices: [] })).rejects.toMatchObject({ code });
  expect(await store.query(trailEntries, { limit: 10 })).toHaveLength(0);
});
