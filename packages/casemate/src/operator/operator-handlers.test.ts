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
import { operatorHandlers, type OperatedCloud } from "./operator-handlers.ts";
import { recordOperator } from "./record-operator.ts";

const first = "111122223333";

async function openOperated(overrides: Partial<OperatedCloud> = {}) {
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  let now = Date.UTC(2026, 0, 15, 12, 0, 0);
  const environment: CloudEnvironment = {
    clock: () => (now += 1000),
    random,
    keyring: createKeyring(rootKeyFromBytes(randomBytes(32)), random),
    consoleOf: () => undefined,
    openIdKeys: noOpenIdKeys,
    newKeyPair: generateKeyPairMaterialSync,
    settings: { accountId: first, regions: ["us-east-1"], publicIpPool: "203.0.113.0/24" },
  };
  const store = await openStore({ collections: storedCollections, tables: storedTables, log: memoryLog() });
  store.transaction((tx) => makeAccount(tx, environment, { accountId: first, name: "first" }));
  const kept: string[] = [];
  const handlers = operatorHandlers({
    store,
    environment,
    version: "0.1.0",
    endpoint: () => "http://127.0.0.1:1",
    startedAt: 0,
    pid: 1,
    reconcilers: () => [],
    network: () => ({ state: "recorded", reason: "a test" }),
    machines: () => ({ state: "recorded", reason: "a test" }),
    console: () => Promise.resolve(new Uint8Array()),
    metadata: () => Promise.resolve({ status: 404, reason: "Not Found", headers: [], body: "" }),
    trustAnchor: () => Promise.resolve("the anchor"),
    keepCredentials: ({ accountId }) => void kept.push(accountId),
    ...overrides,
  });
  const record = async (eventName: string, accountId = first) => {
    const { value, seq } = store.transaction((tx) =>
      recordOperator(tx, environment, {
        eventName,
        accountId,
        requestParameters: {},
        responseElements: null,
      }),
    );
    await store.settled(seq);
    return value;
  };
  return { store, handlers, kept, record };
}

test("the status says how the cloud is doing and why machines are not real", async () => {
  const { handlers } = await openOperated();
  expect(await handlers.status({})).toMatchObject({
    ready: true,
    store: "open",
    accounts: 1,
    instances: {},
    machines: { state: "recorded", reason: "a test" },
  });
});

test("a stopped store is told, not hidden", async () => {
  const { handlers, store } = await openOperated();
  await store.close();
  expect(await handlers.status({})).toMatchObject({ ready: false, store: "closed" });
});

test("an account is made with a key that is kept, and the deed is in the trail without the secret", async () => {
  const { handlers, kept, store } = await openOperated();
  const made = await handlers["accounts-create"]({ name: "second" });
  expect(made.accountId).toMatch(/^[1-9]\d{11}$/);
  expect(kept).toEqual([made.accountId]);
  expect((await handlers["accounts-list"]({})).map(({ name }) => name).toSorted()).toEqual([
    "first",
    "second",
  ]);
  const { entries } = await handlers.trail({ account: made.accountId });
  expect(entries).toHaveLength(1);
  expect(entries[0]?.record).toMatchObject({
    eventType: "CasemateOperator",
    eventSource: "casemate.local",
    eventName: "CreateAccount",
    responseElements: { accessKeyId: made.accessKeyId },
  });
  const [entry] = await store.query(trailEntries, { limit: 1 });
  expect(JSON.stringify(entry)).not.toContain(made.secretAccessKey);
});

test("accounts are listed with their state and their place in an organization", async () => {
  const { handlers, store } = await openOperated();
  const [alone] = await handlers["accounts-list"]({});
  expect(alone).toEqual({
    accountId: first,
    name: "first",
    createdAt: expect.any(Number),
    state: "active",
    place: undefined,
  });
  const collectionOf = (kind: string) => storedCollections.find((each) => each.kind === kind) as never;
  store.transaction((tx) => {
    const common = { tags: {}, policyIds: [] };
    tx.put(collectionOf("organizations/organization"), {
      id: "o-0000000000",
      managementAccountId: first,
      featureSet: "ALL",
      createdAt: 0,
      root: { ...common, id: "r-0000", policyTypes: [] },
      trustedServices: [],
    } as never);
    tx.put(collectionOf("organizations/unit"), {
      ...common,
      id: "ou-0000-00000000",
      organizationId: "o-0000000000",
      parentId: "r-0000",
      name: "Work",
      createdAt: 0,
    } as never);
    tx.put(collectionOf("organizations/member"), {
      ...common,
      accountId: first,
      organizationId: "o-0000000000",
      parentId: "ou-0000-00000000",
      joinedMethod: "INVITED",
      joinedAt: 0,
      delegations: [],
    } as never);
  });
  expect((await handlers["accounts-list"]({}))[0]?.place).toEqual({
    organizationId: "o-0000000000",
    management: true,
    unit: "Root/Work",
  });
});

test("an account id that is taken is a conflict, and nothing is recorded", async () => {
  const { handlers } = await openOperated();
  await expect(handlers["accounts-create"]({ accountId: first })).rejects.toMatchObject({ code: "Conflict" });
  expect((await handlers.trail({})).entries).toEqual([]);
});

test("an account whose credentials cannot be kept is not made", async () => {
  const { handlers } = await openOperated({
    keepCredentials: () => {
      throw new Error("the disk is full");
    },
  });
  await expect(handlers["accounts-create"]({})).rejects.toThrow("the disk is full");
  expect(await handlers["accounts-list"]({})).toHaveLength(1);
});

test("the trail comes newest first, narrowed, and says when there is more", async () => {
  const { handlers, record } = await openOperated();
  for (const name of ["One", "Two", "One", "Three"]) await record(name);
  const names = async (query: object) => {
    const { entries, more } = await handlers.trail(query);
    return [entries.map(({ record: { eventName } }) => eventName), more];
  };
  expect(await names({})).toEqual([["Three", "One", "Two", "One"], false]);
  expect(await names({ eventName: "One" })).toEqual([["One", "One"], false]);
  expect(await names({ limit: 2 })).toEqual([["Three", "One"], true]);
  expect(await names({ limit: 4 })).toEqual([["Three", "One", "Two", "One"], false]);
  expect(await names({ errorsOnly: true })).toEqual([[], false]);
  expect(await names({ account: "999988887777" })).toEqual([[], false]);
  expect(await names({ to: Date.UTC(2026, 0, 1) })).toEqual([[], false]);
});

test("decisions are shown only where they are asked for", async () => {
  const { handlers, record } = await openOperated();
  await record("One");
  expect((await handlers.trail({})).entries[0]).not.toHaveProperty("decisions");
  expect((await handlers.trail({ decisions: true })).entries[0]).toHaveProperty("decisions", []);
});

test("why finds one request, and says when there is none", async () => {
  const { handlers, record } = await openOperated();
  const requestId = await record("One");
  expect(await handlers.why({ requestId })).toMatchObject({ record: { eventName: "One" }, decisions: [] });
  await expect(handlers.why({ requestId: "nothing" })).rejects.toMatchObject({ code: "NotFound" });
});

test.each([
  ["a port without a number", { from: "10.0.0.1", to: "10.0.0.2", port: "x" }],
  ["two addresses", { from: "10.0.0.1", to: "10.0.0.2", port: 22 }],
  ["a port that icmp has not", { from: "10.0.0.1", to: "eni-1", protocol: "icmp", port: 22 }],
  ["a protocol that does not exist", { from: "10.0.0.1", to: "10.0.0.2", protocol: "smoke" }],
  ["no end", { from: "10.0.0.1" }],
])("a question of reachability with %s is refused", async (_what, question) => {
  const { handlers } = await openOperated();
  const asked = async () => handlers.reach(question as never);
  await expect(asked()).rejects.toMatchObject({ name: "OperatorFault" });
});

test("an instance that does not exist has no console and no metadata service", async () => {
  const { handlers, record } = await openOperated();
  const instanceId = "i-0123456789abcdef0";
  await expect(handlers.console({ instanceId })).rejects.toMatchObject({ code: "NotFound" });
  await expect(handlers["instance-open"]({ instanceId })).rejects.toMatchObject({ code: "NotFound" });
  await expect(handlers.console({ instanceId: "../x" })).rejects.toMatchObject({ code: "InvalidInput" });
  await record("Last");
  expect((await handlers.trail({})).entries).toHaveLength(1);
});
