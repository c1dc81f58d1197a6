/** Launch templates and their versions: the rows, how a version is named, and the views. */
import { collection, type ReadTx } from "@casemate/store";
import type {
  LaunchTemplate,
  LaunchTemplateVersion,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from "@casemate/wire/ec2";
import { resource, tagsView, type CloudEnvironment, type OwnedRow } from "../../../kit/index.ts";
import {
  templateMalformed,
  templateNotFound,
  templateVersionMalformed,
  templateVersionNotFound,
} from "./faults.ts";

/** A launch template. */
export interface LaunchTemplateRow extends OwnedRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** The ARN of who made it. */
  readonly createdBy: string;
  readonly defaultVersion: number;
  /** How many versions were ever made: numbers are not given twice. */
  readonly versionsMade: number;
}

/** What a version says, as it was given, without its user data. */
export type TemplateData = Omit<RequestLaunchTemplateData, "UserData">;

/** A version of a launch template. */
export interface TemplateVersionRow {
  readonly templateId: string;
  readonly number: number;
  readonly description?: string | undefined;
  readonly createdAt: number;
  readonly createdBy: string;
  /** As JSON has it: a moment is a text. */
  readonly data: TemplateData;
  /** The base64 text as given, sealed: user data may hold secrets. */
  readonly sealedUserData?: string | undefined;
}

export const launchTemplates = resource<LaunchTemplateRow, "name">({
  service: "ec2",
  type: "launch-template",
  prefix: "lt",
  indexes: { name: (row) => `${row.accountId}/${row.region}/${row.name}` },
  notFound: templateNotFound,
  malformed: templateMalformed,
});

export const templateVersions = collection<TemplateVersionRow, "template">({
  kind: "ec2/launch-template-version",
  key: (row) => versionKey(row.templateId, row.number),
  indexes: { template: (row) => row.templateId },
});

/** The digits that the highest number of a version may have. */
const versionDigits = 12;

function versionKey(templateId: string, number: number): string {
  return `${templateId}/${String(number).padStart(versionDigits, "0")}`;
}

/** The versions of a template, the first one first. */
export function versionsOf(tx: ReadTx, templateId: string): readonly TemplateVersionRow[] {
  return tx.by(templateVersions, "template", templateId);
}

/** The number of a template's latest version. */
export function latestVersion(tx: ReadTx, row: LaunchTemplateRow): number {
  return versionsOf(tx, row.id).at(-1)?.number ?? row.defaultVersion;
}

/** The version that a text names: a number, `$Latest` or `$Default`. @throws templateVersionMalformed */
export function versionNumber(tx: ReadTx, row: LaunchTemplateRow, text: string): number {
  if (text === "$Default") return row.defaultVersion;
  if (text === "$Latest") return latestVersion(tx, row);
  if (!/^[1-9]\d{0,11}$/.test(text)) throw templateVersionMalformed(text);
  return Number(text);
}

/** The version that a text names, or undefined. @throws templateVersionMalformed */
export function findVersion(
  tx: ReadTx,
  row: LaunchTemplateRow,
  text: string,
): TemplateVersionRow | undefined {
  return tx.get(templateVersions, versionKey(row.id, versionNumber(tx, row, text)));
}

/** The version that a text names. @throws templateVersionMalformed, templateVersionNotFound */
export function fetchVersion(tx: ReadTx, row: LaunchTemplateRow, text: string): TemplateVersionRow {
  const found = findVersion(tx, row, text);
  if (found === undefined) throw templateVersionNotFound(row.id, text);
  return found;
}

function sealContext(version: Pick<TemplateVersionRow, "templateId" | "number">): {
  readonly purpose: string;
  readonly template: string;
  readonly version: string;
} {
  return { purpose: "user-data", template: version.templateId, version: String(version.number) };
}

/** A new version of what was given. */
export function newVersion(
  environment: CloudEnvironment,
  made: Omit<TemplateVersionRow, "data" | "sealedUserData"> & { readonly given: RequestLaunchTemplateData },
): TemplateVersionRow {
  const { given, ...version } = made;
  const { UserData, ...data } = given;
  return {
    ...version,
    // Rows are JSON; a moment among the parameters becomes its text.
    data: JSON.parse(JSON.stringify(data)) as TemplateData,
    ...(UserData === undefined
      ? {}
      : { sealedUserData: environment.keyring.seal(UserData, sealContext(version)) }),
  };
}

/** What a version says, its user data included. */
export function givenOf(
  environment: CloudEnvironment,
  version: TemplateVersionRow,
): RequestLaunchTemplateData {
  const { data, sealedUserData } = version;
  const spot = data.InstanceMarketOptions?.SpotOptions;
  return {
    ...data,
    ...(spot?.ValidUntil === undefined
      ? {}
      : {
          InstanceMarketOptions: {
            ...data.InstanceMarketOptions,
            SpotOptions: { ...spot, ValidUntil: new Date(spot.ValidUntil) },
          },
        }),
    ...(sealedUserData === undefined
      ? {}
      : { UserData: environment.keyring.open(sealedUserData, sealContext(version)) }),
  };
}

/** The template as the API shows it. */
export function launchTemplateView(row: LaunchTemplateRow, tx: ReadTx): LaunchTemplate {
  return {
    LaunchTemplateId: row.id,
    LaunchTemplateName: row.name,
    CreateTime: new Date(row.createdAt),
    CreatedBy: row.createdBy,
    DefaultVersionNumber: row.defaultVersion,
    LatestVersionNumber: latestVersion(tx, row),
    Tags: tagsView(row.tags),
  };
}

/** A version as the API shows it. */
export function templateVersionView(
  row: LaunchTemplateRow,
  version: TemplateVersionRow,
  environment: CloudEnvironment,
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: row.id,
    LaunchTemplateName: row.name,
    VersionNumber: version.number,
    VersionDescription: version.description,
    CreateTime: new Date(version.createdAt),
    CreatedBy: version.createdBy,
    DefaultVersion: version.number === row.defaultVersion,
    // What is shown has the members of what was given.
    LaunchTemplateData: givenOf(environment, version) as ResponseLaunchTemplateData,
  };
}
