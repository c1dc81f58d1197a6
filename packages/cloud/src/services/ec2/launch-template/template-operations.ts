/** Making, changing, deleting and describing launch templates. */
import type { Tx } from "@casemate/store";
import { once, principalArn, tagsOnCreate, type Call } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { readTemplateData } from "./checked-data.ts";
import {
  templateNameMalformed,
  templateNameNotFound,
  templateNameTaken,
  templateOperatorUnsupported,
  templatesExceeded,
} from "./faults.ts";
import {
  fetchVersion,
  launchTemplates,
  launchTemplateView,
  newVersion,
  templateVersions,
  versionsOf,
  type LaunchTemplateRow,
} from "./launch-template.ts";
import { fetchNamedTemplate, namedTemplateTarget, templateByName } from "./named-template.ts";
import { templateFilters } from "./template-filters.ts";
import { checkDescription } from "./checked-data.ts";

/** Templates that an account may have in a region. */
export const launchTemplatesPerRegionMax = 5000;

export const createLaunchTemplate = operation("CreateLaunchTemplate", {
  access: "write",
  honours: [
    "ClientToken",
    "LaunchTemplateData",
    "LaunchTemplateName",
    "Operator",
    "TagSpecifications",
    "VersionDescription",
  ],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [launchTemplates.type]);
    return [call.need(launchTemplates.fresh(call), tags.keys(launchTemplates.type)), ...tags.needs];
  },
  handle(tx, input, call) {
    if (input.Operator !== undefined) throw templateOperatorUnsupported();
    const { data, warning } = readTemplateData(input.LaunchTemplateData);
    return once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        const row = create(tx, call, input.LaunchTemplateName);
        const tags = tagsOnCreate(call, input.TagSpecifications, [launchTemplates.type]);
        const tagged = launchTemplates.put(tx, { ...row, tags: tags.of(launchTemplates.type) });
        const version = newVersion(call.environment, {
          templateId: row.id,
          number: 1,
          description: checkDescription(input.VersionDescription),
          createdAt: call.now,
          createdBy: row.createdBy,
          given: data,
        });
        tx.put(templateVersions, version);
        return { made: row.id, output: { LaunchTemplate: launchTemplateView(tagged, tx), Warning: warning } };
      },
      recall: (id) => ({
        LaunchTemplate: launchTemplateView(launchTemplates.fetch(tx, call, id), tx),
        Warning: warning,
      }),
    });
  },
});

function create(tx: Tx, call: Call, name: string): LaunchTemplateRow {
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) throw templateNameMalformed();
  if (templateByName(tx, call, name) !== undefined) throw templateNameTaken();
  if (launchTemplates.list(tx, call).length >= launchTemplatesPerRegionMax) {
    throw templatesExceeded(String(launchTemplatesPerRegionMax));
  }
  return {
    id: call.newId("lt"),
    accountId: call.accountId,
    region: call.region,
    tags: {},
    name,
    createdAt: call.now,
    createdBy: principalArn(call.principal),
    defaultVersion: 1,
    versionsMade: 1,
  };
}

export const modifyLaunchTemplate = operation("ModifyLaunchTemplate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(namedTemplateTarget(call, input), {
      "ec2:Attribute": input.DefaultVersion === undefined ? undefined : "DefaultVersion",
      "ec2:Attribute/DefaultVersion": input.DefaultVersion,
    }),
  ],
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        const row = fetchNamedTemplate(tx, call, input);
        const asked = input.DefaultVersion;
        const changed =
          asked === undefined
            ? row
            : launchTemplates.change(tx, row, { defaultVersion: fetchVersion(tx, row, asked).number });
        return { made: row.id, output: { LaunchTemplate: launchTemplateView(changed, tx) } };
      },
      recall: (id) => ({ LaunchTemplate: launchTemplateView(launchTemplates.fetch(tx, call, id), tx) }),
    }),
});

export const deleteLaunchTemplate = operation("DeleteLaunchTemplate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(namedTemplateTarget(call, input))],
  handle(tx, input, call) {
    const row = fetchNamedTemplate(tx, call, input);
    const shown = launchTemplateView(row, tx);
    for (const { templateId, number } of versionsOf(tx, row.id)) {
      tx.delete(templateVersions, templateVersions.key({ templateId, number } as never));
    }
    launchTemplates.remove(tx, row);
    return { LaunchTemplate: shown };
  },
});

export const describeLaunchTemplates = operation("DescribeLaunchTemplates", {
  access: "read",
  // No service manages templates here, so there are none to leave out.
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const names = [...new Set(input.LaunchTemplateNames)];
    const named = names.map((name) => {
      const row = templateByName(tx, call, name);
      if (row === undefined) throw templateNameNotFound(name);
      return row.id;
    });
    const ids = [...(input.LaunchTemplateIds ?? []), ...named];
    const found = describe(tx, call, {
      resource: launchTemplates,
      filters: templateFilters,
      request: describeRequest(input, ids, "launchTemplateIds"),
    });
    return {
      LaunchTemplates: found.items.map((row) => launchTemplateView(row, tx)),
      NextToken: found.nextToken,
    };
  },
});
