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
import { createAccount, setRootPassword } from "./account-calls.ts";
import { describeCaller } from "./describe-caller.ts";
import type { OperatedCloud } from "./operator-handlers.ts";

const first = "111122223333";
const password = "Root-pass-1";

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
  const made = store.transaction((tx) => makeAccount(tx, environment, { accountId: first, name: "first" }));
  // The calls of this file use no more of a cloud.
  const cloud = { store, environment, keepCredentials: () => undefined } as unknown as OperatedCloud;
  return { store, environment, cloud, admin: made.value };
}

test("a root user gets its e-mail address and password, and the trail tells neither", async () => {
  const { cloud, store } = await openAccounts();
  expect(await setRootPassword(cloud, { email: "root@example.com", password })).toEqual({
    accountId: first,
    email: "root@example.com",
    removedMfaDevices: [],
  });
  const again = await setRootPassword(cloud, { accountId: first, password: "Other-pass-1", removeMfa: true });
  expect(again.email).toBe("root@example.com");
  const entries = await store.query(trailEntries, { limit: 10 });
  expect(entries.map(({ record }) => [record.eventName, record.requestParameters])).toEqual([
    ["SetRootPassword", { accountId: first, removeMfa: false }],
    ["SetRootPassword", { accountId: first, removeMfa: true }],
  ]);
});

test.each([
  [{ password }, "InvalidInput"],
  [{ email: "root@example.com", password: "weak" }, "InvalidInput"],
  [{ email: "root@example.com", password: "" }, "InvalidInput"],
  [{ email: "root@example.com" }, "InvalidInput"],
  [{ email: "root", password }, "InvalidInput"],
  [{ email: "root@example.com", password, accountId: "999999999999" }, "NotFound"],
  [{ email: "taken@example.com", password }, "Conflict"],
])("%j is refused with %s, tells no password and leaves nothing", async (input, code) => {
  const { cloud, store } = await openAccounts();
  await createAccount(cloud, { accountId: "222233334444", email: "taken@example.com" });
  const before = (await store.query(trailEntries, { limit: 10 })).length;
  const refused = await setRootPassword(cloud, input as { password: string }).catch(
    (fault: unknown) => fault,
  );
  expect(refused).toMatchObject({ name: "OperatorFault", code });
  expect(String(refused)).not.toContain("weak");
  expect(await store.query(trailEntries, { limit: 10 })).toHaveLength(before);
});

test("an account is made with the e-mail address of its root user, which no other has", async () => {
  const { cloud } = await openAccounts();
  await createAccount(cloud, { accountId: "222233334444", email: "One@example.com" });
  await expect(createAccount(cloud, { email: "one@example.com" })).rejects.toMatchObject({
    code: "Conflict",
  });
  await expect(createAccount(cloud, { email: "one" })).rejects.toMatchObject({ code: "InvalidInput" });
});

test("a caller is described by its key, and a key that does not count is not", async () => {
  const { store, environment, admin } = await openAccounts();
  const accessKeyId = admin?.accessKeyId ?? "";
  expect(describeCaller(store, environment, { accessKeyId })).toEqual({
    account: first,
    accountName: "first",
    accountAlias: undefined,
    arn: `arn:aws:iam::${first}:user/admin`,
    userId: expect.stringMatching(/^AIDA/),
    credential: "access key",
    mfa: undefined,
    issuedAt: undefined,
    expiresAt: undefined,
    sourceIdentity: undefined,
    organization: undefined,
  });
  expect(() => describeCaller(store, environment, { accessKeyId: "AKIANOBODY" })).toThrow("unknown");
});
