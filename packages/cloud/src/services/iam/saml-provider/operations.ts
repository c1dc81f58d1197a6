/** Operations on SAML providers. */
import { parseSamlMetadata, parseSamlPrivateKey, SamlFault, samlProviderId } from "@casemate/key-engine";
import { requestTagKeys, tagsView, type Call } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { operation } from "../operation.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import {
  samlMetadataExpired,
  samlMetadataInvalid,
  samlNothingToUpdate,
  samlPrivateKeyBothWays,
  samlPrivateKeyInvalid,
  samlPrivateKeyMissing,
  samlPrivateKeyNeeded,
  samlPrivateKeysFull,
  samlPrivateKeyUnknown,
  samlProviderExists,
} from "./saml-provider-faults.ts";
import {
  fetchSamlProvider,
  keyContext,
  samlPrivateKeysMax,
  samlProviderArn,
  samlProviders,
  samlProvidersPerAccountMax,
  samlProviderTarget,
  validUntilOf,
  type SamlPrivateKeyRow,
  type SamlProviderRow,
} from "./saml-provider.ts";

/** Metadata that a provider can be made of. @throws samlMetadataInvalid, samlMetadataExpired */
function checkedMetadata(text: string, now: number): string {
  try {
    const { validUntil } = parseSamlMetadata(text);
    if (validUntil !== undefined && validUntil <= now) throw samlMetadataExpired();
    return text;
  } catch (thrown) {
    if (thrown instanceof SamlFault) throw samlMetadataInvalid();
    throw thrown;
  }
}

/** @throws samlPrivateKeyInvalid */
function sealedKey(call: Call, pem: string): SamlPrivateKeyRow {
  if (parseSamlPrivateKey(pem) === undefined) throw samlPrivateKeyInvalid();
  const { keyring, random } = call.environment;
  const id = samlProviderId(random);
  return { id, sealed: keyring.seal(pem, keyContext(id)), uploadedAt: call.now };
}

export const createSamlProvider = operation("CreateSAMLProvider", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const { accountId } = call;
    const target = { arn: samlProviderArn({ accountId, name: input.Name }), accountId, keys: {} };
    const tagKeys = requestTagKeys(readTags(input.Tags));
    const tagging = Object.keys(tagKeys).length > 0;
    return [
      call.need(target, tagKeys),
      ...(tagging ? [call.needAction("iam:TagSAMLProvider", target, tagKeys)] : []),
    ];
  },
  handle(tx, input, call) {
    const { accountId, now } = call;
    const own = tx.by(samlProviders, "account", accountId);
    const lower = input.Name.toLowerCase();
    if (own.some(({ name }) => name.toLowerCase() === lower)) throw samlProviderExists(input.Name);
    if (own.length >= samlProvidersPerAccountMax) {
      throw quotaExceeded("SAMLProvidersPerAccount", String(samlProvidersPerAccountMax));
    }
    const metadata = checkedMetadata(input.SAMLMetadataDocument, now);
    const encryptionMode = input.AssertionEncryptionMode;
    if (encryptionMode === "Required" && input.AddPrivateKey === undefined) throw samlPrivateKeyMissing();
    const row: SamlProviderRow = {
      id: samlProviderId(call.environment.random),
      accountId,
      name: input.Name,
      metadata,
      createdAt: now,
      ...(encryptionMode === undefined ? {} : { encryptionMode }),
      privateKeys: input.AddPrivateKey === undefined ? [] : [sealedKey(call, input.AddPrivateKey)],
      tags: readTags(input.Tags),
    };
    tx.put(samlProviders, row);
    const tags = tagsView(row.tags);
    return { SAMLProviderArn: samlProviderArn(row), ...(tags.length === 0 ? {} : { Tags: tags }) };
  },
});

export const getSamlProvider = operation("GetSAMLProvider", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(samlProviderTarget(call, input.SAMLProviderArn))],
  handle(tx, input, call) {
    const row = fetchSamlProvider(tx, call, input.SAMLProviderArn);
    const tags = tagsView(row.tags);
    const keys = row.privateKeys.map(({ id, uploadedAt }) => ({
      KeyId: id,
      Timestamp: new Date(uploadedAt),
    }));
    return {
      SAMLProviderUUID: row.id,
      SAMLMetadataDocument: row.metadata,
      CreateDate: new Date(row.createdAt),
      ValidUntil: new Date(validUntilOf(row)),
      ...(tags.length === 0 ? {} : { Tags: tags }),
      ...(row.encryptionMode === undefined ? {} : { AssertionEncryptionMode: row.encryptionMode }),
      ...(keys.length === 0 ? {} : { PrivateKeyList: keys }),
    };
  },
});

export const listSamlProviders = operation("ListSAMLProviders", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (tx, _input, call) => ({
    SAMLProviderList: tx
      .by(samlProviders, "account", call.accountId)
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map((row) => ({
        Arn: samlProviderArn(row),
        ValidUntil: new Date(validUntilOf(row)),
        CreateDate: new Date(row.createdAt),
      })),
  }),
});

export const updateSamlProvider = operation("UpdateSAMLProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(samlProviderTarget(call, input.SAMLProviderArn))],
  handle(tx, input, call) {
    const row = fetchSamlProvider(tx, call, input.SAMLProviderArn);
    const {
      SAMLMetadataDocument: metadata,
      AssertionEncryptionMode,
      AddPrivateKey,
      RemovePrivateKey,
    } = input;
    const asked = [metadata, AssertionEncryptionMode, AddPrivateKey, RemovePrivateKey];
    if (asked.every((each) => each === undefined)) throw samlNothingToUpdate();
    if (AddPrivateKey !== undefined && RemovePrivateKey !== undefined) throw samlPrivateKeyBothWays();
    const encryptionMode = AssertionEncryptionMode ?? row.encryptionMode;
    const privateKeys = changedKeys(call, row.privateKeys, { add: AddPrivateKey, remove: RemovePrivateKey });
    if (encryptionMode === "Required" && privateKeys.length === 0) {
      throw RemovePrivateKey === undefined ? samlPrivateKeyMissing() : samlPrivateKeyNeeded();
    }
    tx.put(samlProviders, {
      ...row,
      ...(metadata === undefined ? {} : { metadata: checkedMetadata(metadata, call.now) }),
      ...(encryptionMode === undefined ? {} : { encryptionMode }),
      privateKeys,
    });
    return { SAMLProviderArn: input.SAMLProviderArn };
  },
});

function changedKeys(
  call: Call,
  keys: readonly SamlPrivateKeyRow[],
  change: { readonly add: string | undefined; readonly remove: string | undefined },
): readonly SamlPrivateKeyRow[] {
  if (change.add !== undefined) {
    if (keys.length >= samlPrivateKeysMax) throw samlPrivateKeysFull();
    return [...keys, sealedKey(call, change.add)];
  }
  if (change.remove === undefined) return keys;
  const left = keys.filter(({ id }) => id !== change.remove);
  if (left.length === keys.length) throw samlPrivateKeyUnknown();
  return left;
}

export const deleteSamlProvider = operation("DeleteSAMLProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(samlProviderTarget(call, input.SAMLProviderArn))],
  handle(tx, input, call) {
    tx.delete(samlProviders, fetchSamlProvider(tx, call, input.SAMLProviderArn).id);
    return {};
  },
});

export const tagSamlProvider = operation("TagSAMLProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(samlProviderTarget(call, input.SAMLProviderArn), requestTagKeys(readTags(input.Tags))),
  ],
  handle(tx, input, call) {
    const row = fetchSamlProvider(tx, call, input.SAMLProviderArn);
    tx.put(samlProviders, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagSamlProvider = operation("UntagSAMLProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(samlProviderTarget(call, input.SAMLProviderArn), { "aws:TagKeys": input.TagKeys }),
  ],
  handle(tx, input, call) {
    const row = fetchSamlProvider(tx, call, input.SAMLProviderArn);
    tx.put(samlProviders, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listSamlProviderTags = operation("ListSAMLProviderTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(samlProviderTarget(call, input.SAMLProviderArn))],
  handle: (tx, input, call) => listTags(call, input, fetchSamlProvider(tx, call, input.SAMLProviderArn).tags),
});

/** Every operation of this file. */
export const samlProviderOperations = [
  createSamlProvider,
  getSamlProvider,
  listSamlProviders,
  updateSamlProvider,
  deleteSamlProvider,
  tagSamlProvider,
  untagSamlProvider,
  listSamlProviderTags,
];
