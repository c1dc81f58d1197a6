/**
 * `casemate run`: a program of this host that sees an instance's metadata service, and so has the
 * instance's role.
 */
import { randomBytes } from "node:crypto";
import { unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { OpenedInstance } from "../operator/operator-calls.ts";
import { cliFaultOf } from "./cli-fault.ts";
import type { Cli, SharedFlags } from "./command.ts";
import { openLoopbackMetadata } from "./loopback-metadata.ts";
import { startProgram, withEndpoint } from "./start-program.ts";

interface RunFlags extends SharedFlags {
  readonly instance: string;
}

/** Adds the command. */
export function runCommand(program: Command, cli: Cli): void {
  program
    .command("run <program> [arguments...]")
    .description(
      "run a program of this host with the role of an instance: casemate run --instance i-... -- CMD",
    )
    .requiredOption("--instance <id>", "whose metadata service it sees")
    .option("--data-dir <folder>", "folder of the cloud's state ($CASEMATE_DATA_DIR, else ./.casemate)")
    .passThroughOptions()
    .action(async (name: string, args: string[], flags: RunFlags) => {
      try {
        cli.exitCode = await runAsInstance(cli, [name, ...args], flags);
      } catch (thrown) {
        const { exitCode, message } = cliFaultOf(thrown);
        cli.stderr.write(`casemate: ${message}\n`);
        cli.exitCode = exitCode;
      }
    });
}

async function runAsInstance(cli: Cli, argv: readonly string[], flags: RunFlags): Promise<number> {
  const operator = cli.operator(flags);
  const instance = await operator.call("instance-open", { instanceId: flags.instance });
  const { endpoint } = await operator.call("status", {});
  const { pem } = await operator.call("trust-anchor", {});
  const metadata = await openLoopbackMetadata(operator, instance.instanceId);
  const trustPath = join(tmpdir(), `casemate-ca-${randomBytes(8).toString("hex")}.pem`);
  writeFileSync(trustPath, pem, { flag: "wx", mode: 0o600 });
  try {
    const given = cli.environment.all;
    const own = instanceVariables(instance, { endpoint, metadataEndpoint: metadata.endpoint, trustPath });
    return await startProgram(withEndpoint(argv, endpoint), { ...withoutCredentials(given), ...own });
  } finally {
    unlinkSync(trustPath);
    await metadata.close();
  }
}

/**
 * What the program finds in its environment, so that an SDK with no configuration of its own takes the
 * instance's role.
 */
export function instanceVariables(
  instance: Pick<OpenedInstance, "region">,
  places: { readonly endpoint: string; readonly metadataEndpoint: string; readonly trustPath: string },
): Readonly<Record<string, string>> {
  return {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: places.metadataEndpoint,
    AWS_ENDPOINT_URL: places.endpoint,
    AWS_REGION: instance.region,
    AWS_DEFAULT_REGION: instance.region,
    AWS_CA_BUNDLE: places.trustPath,
    NODE_EXTRA_CA_CERTS: places.trustPath,
    // The user's own profiles come before an instance's role.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}

const credentialNames =
  /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|DEFAULT_PROFILE|ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE|CONTAINER_.*|EC2_METADATA_DISABLED|ENDPOINT_URL_.*)$/;

/**
 * The environment without what would come before the role of an instance, and without Casemate's own
 * settings.
 */
export function withoutCredentials(
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const kept = Object.entries(variables).filter(
    ([name]) => !credentialNames.test(name) && !name.startsWith("CASEMATE_"),
  );
  return Object.fromEntries(kept);
}
