/** The command line's entry. */
import { runCli } from "./cli/cli.ts";

// Whoever reads the output may have read enough (`casemate trail | head`): that ends it, and is no failure.
process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
  if (failure.code !== "EPIPE") throw failure;
  process.exit();
});
process.exitCode = await runCli(process.argv.slice(2));
