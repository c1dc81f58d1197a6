/** Operations on OpenID Connect providers. */
import { requestTagKeys, tagsView, Waiting, type Call } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { operation } from "../operation.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import {
  clientIdsPerProviderMax,
  deleteOidcProvider,
  fetchOidcProvider,
  findOidcProvider,
  oidcProviderArn,
  oidcProviders,
  oidcProvidersPerAccountMax,
  oidcProviderTarget,
  putOidcProvider,
  thumbprintsPerProviderMax,
} from "./oidc-provider.ts";
import {
  oidcIdpUnreachable,
  oidcProviderExists,
  oidcUrlInvalid,
  thumbprintInvalid,
  tooManyThumbprints,
} from "./oidc-provider-faults.ts";

const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
/**
 * What an issuer's URL is: a host name and a path, without query, fragment, user or wildcard. A host of one
 * word needs a port: without it the keys of `https://saml` would be those of SAML. Differs: AWS asks for a
 * URL without a port; here one may be named, so that an issuer inside a network can be trusted.
 */
const urlPattern = new RegExp(
  `^https://(?:localhost|${label}(?:\\.${label})+|${label}(?:\\.${label})*:\\d{1,5})(?:/[\\w.~+=,:@%-]*)*$`,
);

/** The URL without its scheme. @throws oidcUrlInvalid */
function readUrl(url: string): string {
  if (!urlPattern.test(url)) throw oidcUrlInvalid();
  return url.slice("https://".length);
}

/** @throws tooManyThumbprints, thumbprintInvalid */
function readThumbprints(listed: readonly string[]): readonly string[] {
  if (listed.length > thumbprintsPerProviderMax) throw tooManyThumbprints();
  for (const each of listed) {
    if (!/^[0-9a-f]{40}$/i.test(each)) throw thumbprintInvalid(each);
  }
  return [...new Set(listed.map((each) => each.toLowerCase()))];
}

/** @throws quotaExceeded */
function boundedClientIds(ids: readonly string[]): readonly string[] {
  const distinct = [...new Set(ids)];
  if (distinct.length > clientIdsPerProviderMax) {
    throw quotaExceeded("ClientIdsPerOpenIdConnectProvider", String(clientIdsPerProviderMax));
  }
  return distinct;
}

/** The thumbprint that the issuer shows now. @throws oidcIdpUnreachable, Waiting */
function retrievedThumbprint(call: Call, issuer: string): string {
  const found = call.environment.openIdKeys.thumbprintOf(issuer);
  if (found instanceof Promise) throw new Waiting(found);
  if (typeof found === "string") throw oidcIdpUnreachable();
  return found.thumbprint;
}

export const createOpenIdConnectProvider = operation("CreateOpenIDConnectProvider", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const arn = oidcProviderArn({ accountId: call.accountId, url: readUrl(input.Url) });
    const target = { arn, accountId: call.accountId, keys: {} };
    const tagKeys = requestTagKeys(readTags(input.Tags));
    const tagging = Object.keys(tagKeys).length > 0;
    return [
      call.need(target, tagKeys),
      ...(tagging ? [call.needAction("iam:TagOpenIDConnectProvider", target, tagKeys)] : []),
    ];
  },
  handle(tx, input, call) {
    const { accountId } = call;
    const url = readUrl(input.Url);
    if (findOidcProvider(tx, accountId, url) !== undefined) throw oidcProviderExists(input.Url);
    if (tx.by(oidcProviders, "account", accountId).length >= oidcProvidersPerAccountMax) {
      throw quotaExceeded("OpenIdConnectProvidersPerAccount", String(oidcProvidersPerAccountMax));
    }
    const clientIds = boundedClientIds(input.ClientIDList ?? []);
    const listed = readThumbprints(input.ThumbprintList ?? []);
    const tags = readTags(input.Tags);
    const row = putOidcProvider(tx, {
      accountId,
      url,
      clientIds,
      thumbprints: listed.length > 0 ? listed : [retrievedThumbprint(call, input.Url)],
      createdAt: call.now,
      tags,
    });
    const view = tagsView(tags);
    return { OpenIDConnectProviderArn: oidcProviderArn(row), ...(view.length === 0 ? {} : { Tags: view }) };
  },
});

export const getOpenIdConnectProvider = operation("GetOpenIDConnectProvider", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn))],
  handle(tx, input, call) {
    const row = fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    const tags = tagsView(row.tags);
    return {
      Url: row.url,
      ClientIDList: row.clientIds,
      ThumbprintList: row.thumbprints,
      CreateDate: new Date(row.createdAt),
      ...(tags.length === 0 ? {} : { Tags: tags }),
    };
  },
});

export const listOpenIdConnectProviders = operation("ListOpenIDConnectProviders", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (tx, _input, call) => ({
    OpenIDConnectProviderList: tx
      .by(oidcProviders, "account", call.accountId)
      .map((row) => ({ Arn: oidcProviderArn(row) })),
  }),
});

export const deleteOpenIdConnectProvider = operation("DeleteOpenIDConnectProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn))],
  handle(tx, input, call) {
    deleteOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    return {};
  },
});

export const addClientIdToOpenIdConnectProvider = operation("AddClientIDToOpenIDConnectProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn))],
  handle(tx, input, call) {
    const row = fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    putOidcProvider(tx, { ...row, clientIds: boundedClientIds([...row.clientIds, input.ClientID]) });
    return {};
  },
});

export const removeClientIdFromOpenIdConnectProvider = operation("RemoveClientIDFromOpenIDConnectProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn))],
  handle(tx, input, call) {
    const row = fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    putOidcProvider(tx, { ...row, clientIds: row.clientIds.filter((id) => id !== input.ClientID) });
    return {};
  },
});

export const updateOpenIdConnectProviderThumbprint = operation("UpdateOpenIDConnectProviderThumbprint", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn))],
  handle(tx, input, call) {
    const row = fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    putOidcProvider(tx, { ...row, thumbprints: readThumbprints(input.ThumbprintList) });
    return {};
  },
});

export const tagOpenIdConnectProvider = operation("TagOpenIDConnectProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn), requestTagKeys(readTags(input.Tags))),
  ],
  handle(tx, input, call) {
    const row = fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    putOidcProvider(tx, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagOpenIdConnectProvider = operation("UntagOpenIDConnectProvider", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn), { "aws:TagKeys": input.TagKeys }),
  ],
  handle(tx, input, call) {
    const row = fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn);
    putOidcProvider(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listOpenIdConnectProviderTags = operation("ListOpenIDConnectProviderTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(oidcProviderTarget(call, input.OpenIDConnectProviderArn))],
  handle: (tx, input, call) =>
    listTags(call, input, fetchOidcProvider(tx, call, input.OpenIDConnectProviderArn).tags),
});

/** Every operation of this file. */
export const oidcProviderOperations = [
  createOpenIdConnectProvider,
  getOpenIdConnectProvider,
  listOpenIdConnectProviders,
  deleteOpenIdConnectProvider,
  addClientIdToOpenIdConnectProvider,
  removeClientIdFromOpenIdConnectProvider,
  updateOpenIdConnectProviderThumbprint,
  tagOpenIdConnectProvider,
  untagOpenIdConnectProvider,
  listOpenIdConnectProviderTags,
];
