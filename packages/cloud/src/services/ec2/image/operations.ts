/** Operations on images. */
import { applyFilters } from "../../../kit/index.ts";
import { pageOf } from "../describe.ts";
import { operation } from "../operation.ts";
import { fetchImage, imageFilters, imageProvider, imageView, providedImages } from "./images.ts";

export const describeImages = operation("DescribeImages", {
  access: "read",
  honours: [
    "ExecutableUsers",
    "Filters",
    "ImageIds",
    "IncludeDeprecated",
    "IncludeDisabled",
    "MaxResults",
    "NextToken",
    "Owners",
  ],
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const ids = input.ImageIds ?? [];
    const asked = ids.length > 0 ? [...new Set(ids)].map(fetchImage) : providedImages;
    const owned = ownerAsked(input.Owners) ? asked : [];
    // Whoever may launch a provided image may do so because everyone may.
    const users = input.ExecutableUsers ?? [];
    const launchable = users.length === 0 || users.includes("all") ? owned : [];
    const rows = applyFilters(launchable, input.Filters, { table: imageFilters, tx });
    const found = pageOf(call, rows, {
      ids,
      idsName: "imageIds",
      filters: input.Filters,
      maxResults: input.MaxResults,
      nextToken: input.NextToken,
    });
    return { Images: found.items.map(imageView), NextToken: found.nextToken };
  },
});

function ownerAsked(owners: readonly string[] | undefined): boolean {
  if (owners === undefined || owners.length === 0) return true;
  return owners.includes(imageProvider.alias) || owners.includes(imageProvider.accountId);
}
