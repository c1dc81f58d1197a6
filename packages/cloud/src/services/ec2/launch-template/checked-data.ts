/** What a request says of a template, checked as far as a template is: the rest is told as a warning. */
import type { RequestLaunchTemplateData, ValidationWarning } from "@casemate/wire/ec2";
import { checkPlacement } from "../instance/launch/placement.ts";
import { askedInterfaces } from "../instance/launch/asked-interfaces.ts";
import { readUserData } from "../instance/user-data.ts";
import { versionDescriptionTooLong } from "./faults.ts";
import { templateWarning } from "./template-launch.ts";

/** A template's data, and what keeps it from being launched. */
export interface CheckedData {
  readonly data: RequestLaunchTemplateData;
  readonly warning: ValidationWarning | undefined;
}

/** Checks a template's data. @throws userDataMalformed, userDataTooLong */
export function readTemplateData(given: RequestLaunchTemplateData): CheckedData {
  const UserData = readUserData(given.UserData);
  const { UserData: _raw, ...rest } = given;
  const data = { ...rest, ...(UserData === undefined ? {} : { UserData }) };
  const warning = templateWarning(data, (launch) => {
    checkPlacement(launch);
    askedInterfaces(launch);
  });
  return { data, warning };
}

/** Checks a version's description. @throws versionDescriptionTooLong */
export function checkDescription(text: string | undefined): string | undefined {
  if (text !== undefined && text.length > 255) throw versionDescriptionTooLong();
  return text;
}
