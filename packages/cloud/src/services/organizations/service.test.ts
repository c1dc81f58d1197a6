import { readFileSync } from "node:fs";
import { tableFiles } from "@casemate/wire";
import { expect, it } from "vitest";
import { organizationsService } from "./service.ts";

it("has every operation of its table, or a reason why not", () => {
  const { operations: table } = JSON.parse(readFileSync(tableFiles.organizations.table, "utf8")) as {
    readonly operations: object;
  };
  const { operations, absent = {} } = organizationsService;
  const told = [...operations.map(({ name }) => name), ...Object.keys(absent)];
  expect(told.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    Object.keys(table).toSorted((a, b) => (a < b ? -1 : 1)),
  );
});
