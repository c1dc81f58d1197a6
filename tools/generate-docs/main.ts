// `node tools/run.mjs generate-docs [--check]`: writes the generated pages of docs/, or says which are stale.
import { stalePages, writePages } from "./pages.ts";

if (process.argv.includes("--check")) {
  const stale = await stalePages(".");
  for (const path of stale) console.log(`${path} is stale; run \`npm run generate\``);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  await writePages(".");
}
