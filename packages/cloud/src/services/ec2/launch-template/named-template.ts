/** Finding the launch template that a request names: by id or by name. */
import type { ReadTx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { templateNamedTwice, templateNameNotFound, templateNotNamed } from "./faults.ts";
import { launchTemplates, type LaunchTemplateRow } from "./launch-template.ts";

/** How a request names a template. */
export interface NamedTemplate {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** The caller's template of a name, or undefined. */
export function templateByName(tx: ReadTx, call: Call, name: string): LaunchTemplateRow | undefined {
  const value = `${call.accountId}/${call.region}/${name}`;
  return launchTemplates.by(tx, call, { index: "name", value })[0];
}

/** The template, or undefined. */
export function findNamedTemplate(
  tx: ReadTx,
  call: Call,
  named: NamedTemplate,
): LaunchTemplateRow | undefined {
  if (named.LaunchTemplateId !== undefined) return launchTemplates.find(tx, call, named.LaunchTemplateId);
  return named.LaunchTemplateName === undefined
    ? undefined
    : templateByName(tx, call, named.LaunchTemplateName);
}

/**
 * The template. @throws templateNotNamed, templateNamedTwice, templateNameNotFound and the faults of its id
 */
export function fetchNamedTemplate(tx: ReadTx, call: Call, named: NamedTemplate): LaunchTemplateRow {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = named;
  if (id !== undefined && name !== undefined) throw templateNamedTwice();
  if (id !== undefined) return launchTemplates.fetch(tx, call, id);
  if (name === undefined) throw templateNotNamed();
  const row = templateByName(tx, call, name);
  if (row === undefined) throw templateNameNotFound(name);
  return row;
}

/** The template as target of a need; one that is not there is named by its id, or not at all. */
export function namedTemplateTarget(call: Call, named: NamedTemplate): Target {
  const row = findNamedTemplate(call.tx, call, named);
  return launchTemplates.target(call, row?.id ?? named.LaunchTemplateId ?? "*");
}
