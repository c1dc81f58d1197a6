/** Operations on key pairs. */
import { KeyPairFault, parsePublicKey } from "@casemate/key-engine";
import type { Tx } from "@casemate/store";
import {
  tagsOnCreate,
  tagsView,
  type Call,
  type Need,
  type WireTagSpecification,
} from "../../../kit/index.ts";
import { describeAll } from "../describe.ts";
import { operation } from "../operation.ts";
import {
  findKeyPair,
  keyNameInvalid,
  keyPairDuplicate,
  keyPairFilters,
  keyPairNotFound,
  keyPairNotNamed,
  keyPairs,
  keyPairsExceeded,
  keyPairsPerRegionMax,
  keyPairTarget,
  keyPairView,
  publicKeyInvalid,
  type KeyPairRow,
} from "./key-pair.ts";

interface Creation {
  readonly KeyName: string;
  readonly TagSpecifications?: readonly WireTagSpecification[] | undefined;
}

function creationNeeds(input: Creation, call: Call, keyType?: string): readonly Need[] {
  const tags = tagsOnCreate(call, input.TagSpecifications, [keyPairs.type]);
  const target = keyPairTarget(call, input.KeyName);
  const type = keyType === undefined ? {} : { "ec2:KeyPairType": keyType };
  return [
    // The pair that is asked for does not exist yet: the tags of a namesake are not its own.
    call.need({ ...target, keys: { "ec2:KeyPairName": input.KeyName, ...type } }, tags.keys(keyPairs.type)),
    ...tags.needs,
  ];
}

function insert(
  tx: Tx,
  call: Call,
  made: { readonly input: Creation } & Pick<KeyPairRow, "keyType" | "fingerprint" | "publicKey">,
): KeyPairRow {
  const { input, ...material } = made;
  const tags = tagsOnCreate(call, input.TagSpecifications, [keyPairs.type]);
  return keyPairs.put(tx, {
    id: call.newId("key"),
    accountId: call.accountId,
    region: call.region,
    name: input.KeyName,
    ...material,
    createdAt: call.now,
    tags: tags.of(keyPairs.type),
  });
}

/** Refuses a name that cannot be given. */
function checkName(tx: Tx, call: Call, name: string): void {
  if (!/^[\x20-\x7e]{1,255}$/.test(name) || name.trim() !== name) throw keyNameInvalid();
  if (findKeyPair(tx, call, name) !== undefined) throw keyPairDuplicate(name);
  if (keyPairs.list(tx, call).length >= keyPairsPerRegionMax) throw keyPairsExceeded();
}

export const createKeyPair = operation("CreateKeyPair", {
  access: "write",
  honours: "all",
  needs: (input, call) => creationNeeds(input, call, input.KeyType ?? "rsa"),
  handle(tx, input, call) {
    checkName(tx, call, input.KeyName);
    const keyType = input.KeyType ?? "rsa";
    const material = call.environment.newKeyPair(keyType);
    const row = insert(tx, call, {
      input,
      keyType,
      fingerprint: material.fingerprint,
      publicKey: material.openSshLine(input.KeyName),
    });
    return {
      KeyPairId: row.id,
      KeyName: row.name,
      KeyFingerprint: row.fingerprint,
      KeyMaterial: material.privateText(input.KeyFormat ?? "pem", row.name),
      Tags: tagsView(row.tags),
    };
  },
});

export const importKeyPair = operation("ImportKeyPair", {
  access: "write",
  honours: "all",
  needs: (input, call) => creationNeeds(input, call),
  handle(tx, input, call) {
    checkName(tx, call, input.KeyName);
    const key = readPublicKey(input.PublicKeyMaterial);
    const row = insert(tx, call, {
      input,
      keyType: key.type,
      fingerprint: key.fingerprint,
      publicKey: key.openSshLine(input.KeyName),
    });
    return {
      KeyPairId: row.id,
      KeyName: row.name,
      KeyFingerprint: row.fingerprint,
      Tags: tagsView(row.tags),
    };
  },
});

function readPublicKey(material: Uint8Array): ReturnType<typeof parsePublicKey> {
  try {
    return parsePublicKey(material);
  } catch (thrown) {
    if (thrown instanceof KeyPairFault) throw publicKeyInvalid();
    throw thrown;
  }
}

export const describeKeyPairs = operation("DescribeKeyPairs", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const names = input.KeyNames ?? [];
    const named = names.map((name) => {
      const row = findKeyPair(tx, call, name);
      if (row === undefined) throw keyPairNotFound(name);
      return row;
    });
    const resource = {
      fetchAll: (...args: Parameters<typeof keyPairs.fetchAll>) => keyPairs.fetchAll(...args),
      list: () => (names.length === 0 ? keyPairs.list(tx, call) : named),
    };
    const request = { ids: input.KeyPairIds, filters: input.Filters };
    const found = describeAll(tx, call, { resource, filters: keyPairFilters, request });
    return { KeyPairs: found.map((row) => keyPairView(row, input.IncludePublicKey === true)) };
  },
});

export const deleteKeyPair = operation("DeleteKeyPair", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const row = input.KeyPairId === undefined ? undefined : keyPairs.find(call.tx, call, input.KeyPairId);
    return [call.need(keyPairTarget(call, row?.name ?? input.KeyName ?? input.KeyPairId ?? "*"))];
  },
  handle(tx, input, call) {
    if (input.KeyPairId === undefined && input.KeyName === undefined) throw keyPairNotNamed();
    const row =
      input.KeyPairId === undefined
        ? findKeyPair(tx, call, input.KeyName ?? "")
        : keyPairs.fetch(tx, call, input.KeyPairId);
    // Deleting a name that is not there succeeds, as on AWS.
    if (row === undefined) return { Return: true };
    keyPairs.remove(tx, row);
    return { Return: true, KeyPairId: row.id };
  },
});
