/** What every describe operation does alike: rows by id or all of them, filtered, in pages. */
import type { ReadTx } from "@casemate/store";
import {
  applyFilters,
  fault,
  page,
  type Call,
  type Filter,
  type FilterTable,
  type OwnedRow,
  type Page,
  type Resource,
} from "../../kit/index.ts";

/** Rows on a page when the caller does not say. */
export const describePageSize = 1000;

export const invalidNextToken = fault({
  code: "InvalidNextToken",
  message: () => "The specified NextToken is not valid.",
});
export const idsWithMaxResults = fault({
  code: "InvalidParameterCombination",
  message: (ids: string) => `The parameter ${ids} cannot be used with the parameter maxResults`,
});

export const describeFaults = [invalidNextToken, idsWithMaxResults];

/** What a describe request asks for. */
export interface DescribeRequest {
  readonly ids: readonly string[] | undefined;
  /** The parameter's name as error messages spell it, such as `vpcIds`. */
  readonly idsName: string;
  readonly filters: readonly Filter[] | undefined;
  readonly maxResults: number | undefined;
  readonly nextToken: string | undefined;
}

/** What every describe operation is asked alike, with the ids that each names its own way. */
export function describeRequest(
  input: {
    readonly Filters?: readonly Filter[] | undefined;
    readonly MaxResults?: number | undefined;
    readonly NextToken?: string | undefined;
  },
  ids: readonly string[] | undefined,
  idsName: string,
): DescribeRequest {
  return {
    ids,
    idsName,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
  };
}

/**
 * The rows of the caller that a request asks for. @throws the resource's faults for ids that it does not have
 */
export function describe<Row extends OwnedRow>(
  tx: ReadTx,
  call: Call,
  question: {
    readonly resource: Pick<Resource<Row>, "fetchAll" | "list">;
    readonly filters: FilterTable<Row>;
    readonly request: DescribeRequest;
  },
): Page<Row> {
  const { request } = question;
  if ((request.ids ?? []).length > 0 && request.maxResults !== undefined) {
    throw idsWithMaxResults(request.idsName);
  }
  return pageOf(call, describeAll(tx, call, question), request);
}

/** All of them, for an operation without pages. @throws the resource's faults for ids it does not have */
export function describeAll<Row extends OwnedRow>(
  tx: ReadTx,
  call: Call,
  question: {
    readonly resource: Pick<Resource<Row>, "fetchAll" | "list">;
    readonly filters: FilterTable<Row>;
    readonly request: Pick<DescribeRequest, "ids" | "filters">;
  },
): readonly Row[] {
  const { resource, request } = question;
  const ids = request.ids ?? [];
  const asked = ids.length > 0 ? resource.fetchAll(tx, call, [...new Set(ids)]) : resource.list(tx, call);
  return applyFilters(asked, request.filters, { table: question.filters, tx });
}

/** One page of rows. */
export function pageOf<Row extends { readonly id: string }>(
  call: Call,
  rows: readonly Row[],
  request: DescribeRequest,
): Page<Row> {
  return page(
    call,
    { items: rows, key: (row) => row.id },
    {
      limit: request.maxResults,
      token: request.nextToken,
      size: describePageSize,
      question: [request.ids, request.filters],
      invalidToken: invalidNextToken,
    },
  );
}
