/** Operations on the tags of analyzers. */
import { requestTagKeys } from "../../../kit/index.ts";
import { operation } from "../operation.ts";
import { readTags } from "./analyzer-tags.ts";
import { analyzers, analyzerTargetByArn, fetchAnalyzerByArn } from "./analyzer.ts";

const listTagsForResource = operation("ListTagsForResource", {
  access: "read",
  honours: "all",
  needs: ({ resourceArn }, call) => [call.need(analyzerTargetByArn(call, resourceArn))],
  handle: (tx, { resourceArn }, call) => ({ tags: fetchAnalyzerByArn(tx, call, resourceArn).tags }),
});

const tagResource = operation("TagResource", {
  access: "write",
  honours: "all",
  needs: ({ resourceArn, tags }, call) => [
    call.need(analyzerTargetByArn(call, resourceArn), requestTagKeys(tags)),
  ],
  handle(tx, { resourceArn, tags }, call) {
    const row = fetchAnalyzerByArn(tx, call, resourceArn);
    tx.put(analyzers, { ...row, tags: readTags(tags, row.tags) });
    return {};
  },
});

const untagResource = operation("UntagResource", {
  access: "write",
  honours: "all",
  needs: ({ resourceArn, tagKeys }, call) => [
    call.need(analyzerTargetByArn(call, resourceArn), { "aws:TagKeys": tagKeys }),
  ],
  handle(tx, { resourceArn, tagKeys }, call) {
    const row = fetchAnalyzerByArn(tx, call, resourceArn);
    const left = Object.entries(row.tags).filter(([key]) => !tagKeys.includes(key));
    tx.put(analyzers, { ...row, tags: Object.fromEntries(left) });
    return {};
  },
});

export const tagOperations = [listTagsForResource, tagResource, untagResource];
