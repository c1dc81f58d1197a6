/** CreateTags, DeleteTags, DescribeTags, once for every kind of resource; all named ones change or none. */
import type { ReadTx, Tx } from "@casemate/store";
import type { ResourceType, TagDescription } from "@casemate/wire/ec2";
import {
  applyFilters,
  duplicateTagKey,
  fault,
  readTags,
  requestTagKeys,
  tagLimitExceeded,
  tagsPerResourceMax,
  type Call,
  type ConditionKeys,
  type FilterTable,
  type Need,
  type OwnedRow,
  type Tags,
  type WireTag,
} from "../../../kit/index.ts";
import { pageOf } from "../describe.ts";
import { instances, instanceTopic } from "../instance/instance.ts";
import { checkMetadataTags } from "../instance/metadata-defaults.ts";
import { operation } from "../operation.ts";
import {
  findTaggable,
  idNotTaggable,
  imageNotTaggable,
  taggableOf,
  taggableResources,
} from "./taggable-resources.ts";

/** Resources that one request may name. */
export const resourcesPerRequestMax = 1000;

export const tooManyResources = fault({
  code: "InvalidParameterValue",
  message: () => "The maximum number of resources that can be tagged in one request is 1000",
});
export const tagsMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter tag",
});

export const tagRequestFaults = [idNotTaggable, imageNotTaggable, tooManyResources, tagsMissing];

/** A need on every named resource. An id of no known kind has no ARN: it takes leave to tag anything. */
function needEach(
  call: Call,
  ids: readonly string[],
  keysOf: (id: string) => ConditionKeys,
): readonly Need[] {
  return [...new Set(ids)].map((id) =>
    call.need(findTaggable(id)?.target(call, id) ?? call.anything, keysOf(id)),
  );
}

/** Gives every named resource other tags. @throws the resources' faults, tooManyResources */
function retagEach(
  tx: Tx,
  call: Call,
  asked: { readonly ids: readonly string[]; readonly change: (tags: Tags) => Tags },
): void {
  const ids = [...new Set(asked.ids)];
  if (ids.length > resourcesPerRequestMax) throw tooManyResources();
  for (const id of ids) {
    const resource = taggableOf(id);
    const row = resource.fetch(tx, call, id);
    const tags = asked.change(row.tags);
    const keys = Object.keys(tags);
    if (keys.length > tagsPerResourceMax) throw tagLimitExceeded();
    // Differs: AWS keeps tags that differ in case only; as condition keys they are one, so a second would let
    // whoever may add it take the meaning from a policy about the first.
    if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) throw duplicateTagKey();
    if (resource.type === instances.type) {
      checkMetadataTags(instances.fetch(tx, call, id).metadataOptions, Object.keys(tags));
      tx.wish(instanceTopic);
    }
    resource.change(tx, row, { tags });
  }
}

export const createTags = operation("CreateTags", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const keys = requestTagKeys(readTags(input.Tags));
    return needEach(call, input.Resources, () => keys);
  },
  handle(tx, input, call) {
    const added = readTags(input.Tags);
    if (Object.keys(added).length === 0) throw tagsMissing();
    retagEach(tx, call, { ids: input.Resources, change: (tags) => ({ ...tags, ...added }) });
    return {};
  },
});

export const deleteTags = operation("DeleteTags", {
  access: "write",
  honours: "all",
  needs: (input, call) => needEach(call, input.Resources, (id) => deletionKeys(call, id, input.Tags)),
  handle(tx, input, call) {
    const doomed = input.Tags ?? [];
    const remains = ([key, value]: readonly [string, string]): boolean =>
      doomed.length > 0 &&
      !doomed.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
    retagEach(tx, call, {
      ids: input.Resources,
      change: (tags) => Object.fromEntries(Object.entries(tags).filter(remains)),
    });
    return {};
  },
});

/** A request without tags deletes all of them: it asks for each that the resource has. */
function deletionKeys(call: Call, id: string, asked: readonly WireTag[] | undefined): ConditionKeys {
  if (asked !== undefined && asked.length > 0) {
    const { "aws:TagKeys": _keys, ...values } = requestTagKeys(
      readTags(asked.filter((tag) => tag.Value !== undefined)),
    );
    return { ...values, "aws:TagKeys": asked.map(({ Key = "" }) => Key) };
  }
  const row = findTaggable(id)?.find(call.tx, call, id);
  const names = Object.keys(row?.tags ?? {});
  return names.length === 0 ? {} : { "aws:TagKeys": names };
}

/** One tag of one resource, as a row to filter and page. */
interface TagRow {
  /** Sorts by resource, then by key. */
  readonly id: string;
  readonly resourceId: string;
  readonly type: string;
  readonly key: string;
  readonly value: string;
  readonly tags: Tags;
}

const tagFilters: FilterTable<TagRow> = {
  key: (row) => row.key,
  "resource-id": (row) => row.resourceId,
  "resource-type": (row) => row.type,
  value: (row) => row.value,
};

function tagRows(type: string, { id, tags }: OwnedRow): readonly TagRow[] {
  return Object.entries(tags).map(([key, value]) => ({
    id: `${id}/${key}`,
    resourceId: id,
    type,
    key,
    value,
    tags: Object.fromEntries([[key, value]]),
  }));
}

function allTags(tx: ReadTx, call: Call): readonly TagRow[] {
  return taggableResources
    .flatMap((resource) => resource.list(tx, call).flatMap((row) => tagRows(resource.type, row)))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function tagView(row: TagRow): TagDescription {
  return {
    Key: row.key,
    ResourceId: row.resourceId,
    // The registry holds types of the model only.
    ResourceType: row.type as ResourceType,
    Value: row.value,
  };
}

export const describeTags = operation("DescribeTags", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const rows = applyFilters(allTags(tx, call), input.Filters, { table: tagFilters, tx });
    const found = pageOf(call, rows, {
      ids: undefined,
      idsName: "",
      filters: input.Filters,
      maxResults: input.MaxResults,
      nextToken: input.NextToken,
    });
    return { Tags: found.items.map(tagView), NextToken: found.nextToken };
  },
});
