/** Making, deleting and describing versions of launch templates. */
import type { ReadTx, Tx } from "@casemate/store";
import type {
  CreateLaunchTemplateVersionRequest,
  DeleteLaunchTemplateVersionsResponseErrorItem,
  DescribeLaunchTemplateVersionsRequest,
} from "@casemate/wire/ec2";
import { applyFilters, once, page, principalArn, type Call } from "../../../kit/index.ts";
import { describePageSize, invalidNextToken } from "../describe.ts";
import { operation } from "../operation.ts";
import { checkDescription, readTemplateData } from "./checked-data.ts";
import {
  aliasUnresolvable,
  templateNotNamed,
  templateVersionMalformed,
  templateVersionRange,
  templateVersionsExceeded,
  tooManyVersions,
} from "./faults.ts";
import {
  fetchVersion,
  findVersion,
  givenOf,
  launchTemplates,
  newVersion,
  templateVersions,
  templateVersionView,
  versionNumber,
  versionsOf,
  type LaunchTemplateRow,
  type TemplateVersionRow,
} from "./launch-template.ts";
import { fetchNamedTemplate, namedTemplateTarget } from "./named-template.ts";
import { versionFilters, type DescribedVersion } from "./template-filters.ts";

/** Versions that a template may have. */
export const versionsPerTemplateMax = 10_000;
/** Versions that one request may name. */
const versionsPerRequestMax = 200;

export const createLaunchTemplateVersion = operation("CreateLaunchTemplateVersion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(namedTemplateTarget(call, input))],
  handle(tx, input, call) {
    if (input.ResolveAlias === true) throw aliasUnresolvable();
    return once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        const version = create(tx, call, input);
        return { made: String(version.number), output: answer(tx, call, { input, version }) };
      },
      recall: (number) => {
        const version = fetchVersion(tx, fetchNamedTemplate(tx, call, input), number);
        return answer(tx, call, { input, version });
      },
    });
  },
});

function create(tx: Tx, call: Call, input: CreateLaunchTemplateVersionRequest): TemplateVersionRow {
  const row = fetchNamedTemplate(tx, call, input);
  if (versionsOf(tx, row.id).length >= versionsPerTemplateMax) {
    throw templateVersionsExceeded(String(versionsPerTemplateMax));
  }
  const source =
    input.SourceVersion === undefined
      ? {}
      : givenOf(call.environment, fetchVersion(tx, row, input.SourceVersion));
  const given = Object.entries(input.LaunchTemplateData).filter(([, value]) => value !== undefined);
  const number = row.versionsMade + 1;
  const version = newVersion(call.environment, {
    templateId: row.id,
    number,
    description: checkDescription(input.VersionDescription),
    createdAt: call.now,
    createdBy: principalArn(call.principal),
    given: readTemplateData({ ...source, ...Object.fromEntries(given) }).data,
  });
  launchTemplates.change(tx, row, { versionsMade: number });
  tx.put(templateVersions, version);
  return version;
}

function answer(
  tx: ReadTx,
  call: Call,
  made: { readonly input: CreateLaunchTemplateVersionRequest; readonly version: TemplateVersionRow },
): object {
  const row = fetchNamedTemplate(tx, call, made.input);
  return {
    LaunchTemplateVersion: templateVersionView(row, made.version, call.environment),
    Warning: readTemplateData(givenOf(call.environment, made.version)).warning,
  };
}

export const deleteLaunchTemplateVersions = operation("DeleteLaunchTemplateVersions", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(namedTemplateTarget(call, input))],
  handle(tx, input, call) {
    const row = fetchNamedTemplate(tx, call, input);
    const texts = [...new Set(input.Versions)];
    if (texts.length > versionsPerRequestMax) throw tooManyVersions(String(versionsPerRequestMax));
    const alias = texts.find((text) => text.startsWith("$"));
    if (alias !== undefined) throw templateVersionMalformed(alias);
    const named = { LaunchTemplateId: row.id, LaunchTemplateName: row.name };
    const outcomes = texts.map((text) => {
      const VersionNumber = versionNumber(tx, row, text);
      const refusal = deleteVersion(tx, row, text);
      return { ...named, VersionNumber, ...(refusal === undefined ? {} : { ResponseError: refusal }) };
    });
    return {
      SuccessfullyDeletedLaunchTemplateVersions: outcomes.filter((each) => !("ResponseError" in each)),
      UnsuccessfullyDeletedLaunchTemplateVersions: outcomes.filter((each) => "ResponseError" in each),
    };
  },
});

/** Deletes a version, or says why it stays. */
function deleteVersion(
  tx: Tx,
  row: LaunchTemplateRow,
  text: string,
): DeleteLaunchTemplateVersionsResponseErrorItem["ResponseError"] {
  const version = findVersion(tx, row, text);
  if (version === undefined) {
    return {
      Code: "launchTemplateVersionDoesNotExist",
      Message: `The specified launch template version ${text} does not exist.`,
    };
  }
  if (version.number === row.defaultVersion) {
    return { Code: "unexpectedError", Message: "Could not delete the default version." };
  }
  tx.delete(templateVersions, templateVersions.key(version));
  return undefined;
}

export const describeLaunchTemplateVersions = operation("DescribeLaunchTemplateVersions", {
  access: "read",
  // No service manages templates here, so there are none to leave out.
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    if (input.ResolveAlias === true) throw aliasUnresolvable();
    const found = applyFilters(askedVersions(tx, call, input), input.Filters, { table: versionFilters, tx });
    const { NextToken: token, MaxResults: limit, ...question } = input;
    const shown = page(
      call,
      { items: found.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)), key: orderOf },
      { limit, token, size: describePageSize, question, invalidToken: invalidNextToken },
    );
    return {
      LaunchTemplateVersions: shown.items.map(({ template, version }) =>
        templateVersionView(template, version, call.environment),
      ),
      NextToken: shown.nextToken,
    };
  },
});

/** Templates in id order, the latest version of each first. */
function orderOf({ template, version }: DescribedVersion): string {
  return `${template.id}/${String(10 ** 12 - version.number).padStart(13, "0")}`;
}

/** The versions that a request names, in its filters or not. */
function askedVersions(
  tx: ReadTx,
  call: Call,
  input: DescribeLaunchTemplateVersionsRequest,
): readonly DescribedVersion[] {
  const texts = [...new Set(input.Versions)];
  const ranged = input.MinVersion !== undefined || input.MaxVersion !== undefined;
  if (texts.length > 0 && ranged) throw templateVersionRange();
  if (texts.length > versionsPerRequestMax) throw tooManyVersions(String(versionsPerRequestMax));
  if (input.LaunchTemplateId === undefined && input.LaunchTemplateName === undefined) {
    // Of all templates only the latest and the default versions can be asked for.
    const onlyAliases = texts.every((text) => text === "$Latest" || text === "$Default");
    if (texts.length === 0 || !onlyAliases) throw templateNotNamed();
    return launchTemplates.list(tx, call).flatMap((template) => fetchEach(tx, template, texts));
  }
  const template = fetchNamedTemplate(tx, call, input);
  if (texts.length > 0) return fetchEach(tx, template, texts);
  const bound = (text: string | undefined, open: number): number =>
    text === undefined ? open : versionNumber(tx, template, text);
  const [low, high] = [bound(input.MinVersion, 0), bound(input.MaxVersion, Number.MAX_SAFE_INTEGER)];
  return versionsOf(tx, template.id)
    .filter(({ number }) => number >= low && number <= high)
    .map((version) => ({ template, version }));
}

function fetchEach(
  tx: ReadTx,
  template: LaunchTemplateRow,
  texts: readonly string[],
): readonly DescribedVersion[] {
  const rows = texts.map((text) => fetchVersion(tx, template, text));
  return [...new Set(rows)].map((version) => ({ template, version }));
}
