/**
 * `casemate login` and `casemate logout`: signs in with a password as people do, so that `casemate env`,
 * `aws` and `whoami` act as that user. Secrets are asked for, never taken from arguments.
 */
import type { Command } from "commander";
import { askOf, type Asking } from "./ask.ts";
import { CliFault } from "./cli-fault.ts";
import { addCommand, type Cli, type Result, type SharedFlags } from "./command.ts";
import {
  askSignIn,
  forgetLogin,
  readLogin,
  refusalOf,
  sessionOf,
  writeLogin,
  type LoginSession,
  type SignInAnswer,
} from "./login-session.ts";

interface LoginFlags extends SharedFlags {
  readonly account?: string;
  readonly user?: string;
  readonly root?: string;
  readonly endpoint?: string;
  readonly mfa?: boolean;
  readonly newPassword?: boolean;
}

/** Adds the commands. */
export function loginCommands(program: Command, cli: Cli): void {
  addCommand(program, "login", "sign in with a password, for env, aws and whoami")
    .option("--account <id>", "account id or alias")
    .option("--user <name>", "IAM user")
    .option("--root <email>", "root user, by its e-mail address")
    .option("--endpoint <url>", "where the cloud answers ($AWS_ENDPOINT_URL, else the one of --data-dir)")
    .option("--mfa", "an MFA code is piped in after the password")
    .option("--new-password", "a new password is piped in last")
    .action(async (flags: LoginFlags) => {
      // Asked before the command's own progress is shown.
      const outcome = await signIn(cli, flags).then(
        (session) => () => Promise.resolve(resultOf(session)),
        (fault: unknown) => () => Promise.reject(fault as Error),
      );
      await cli.tell(flags, "Signing in", outcome);
    });
  addCommand(program, "logout", "end the session of casemate login").action((flags: SharedFlags) =>
    cli.tell(flags, "Signing out", async () => {
      const session = readLogin(cli, flags);
      if (session === undefined) return { data: { ended: false }, lines: ["Nobody has signed in."] };
      const answer = await askSignIn(cli, flags, { ...session, path: "/console/logout", input: {} });
      if (answer.status !== 204) throw refusalOf(answer);
      forgetLogin(cli, flags);
      return { data: { ended: true }, lines: [`${session.identity.arn} has signed out.`] };
    }),
  );
}

async function signIn(cli: Cli, flags: LoginFlags): Promise<LoginSession> {
  const asking = askOf(cli);
  const endpoint =
    flags.endpoint ?? cli.environment.awsEndpoint ?? (await cli.operator(flags).call("status", {})).endpoint;
  const named = await nameOf(asking, flags);
  const password = await asking.secret("Password: ");
  const factors = { ...named, password, mfaCode: await mfaCodeOf(asking, flags) };
  const send = (input: object): Promise<SignInAnswer> =>
    askSignIn(cli, flags, { endpoint, path: "/console/login", input });
  const piped = !asking.interactive && flags.newPassword === true;
  let answer = await send(
    piped ? { ...factors, newPassword: await asking.secret("New password: ") } : factors,
  );
  if (asking.interactive && refused(answer, "PasswordResetRequired")) {
    const newPassword = await newPasswordOf(asking);
    // The code that was given counts no more.
    const mfaCode = factors.mfaCode === undefined ? undefined : await mfaCodeOf(asking, flags);
    answer = await send({ ...factors, mfaCode, newPassword });
  }
  const session = sessionOf(endpoint, answer);
  writeLogin(cli, flags, session);
  return session;
}

async function nameOf(asking: Asking, flags: LoginFlags): Promise<object> {
  const { account, user, root } = flags;
  if (root !== undefined && user !== undefined) {
    throw new CliFault("usage", "InvalidInput", "Sign in as a user or as the root user, not as both.");
  }
  if (root !== undefined) return { account, email: root };
  if (asking.interactive) {
    return {
      account: account ?? (await asking.line("Account id or alias: ")),
      userName: user ?? (await asking.line("User: ")),
    };
  }
  if (account !== undefined && user !== undefined) return { account, userName: user };
  throw new CliFault("usage", "InvalidInput", "Say who signs in: --account and --user, or --root.");
}

async function mfaCodeOf(asking: Asking, flags: LoginFlags): Promise<string | undefined> {
  if (!asking.interactive && flags.mfa !== true) return undefined;
  const code = await asking.line("MFA code, nothing without a device: ");
  return code === "" ? undefined : code;
}

async function newPasswordOf(asking: Asking): Promise<string> {
  const password = await asking.secret("A new password is wanted: ");
  if ((await asking.secret("Once more: ")) === password) return password;
  throw new CliFault("usage", "InvalidInput", "These were two passwords.");
}

function refused({ status, text }: SignInAnswer, code: string): boolean {
  return status === 403 && text.includes(`"${code}"`);
}

function resultOf({ identity, sessionExpiration }: LoginSession): Result {
  return {
    data: { ...identity, sessionExpiration },
    lines: [
      `${identity.arn} is signed in until ${sessionExpiration}${identity.mfa ? ", with MFA" : ""}.`,
      `In a shell:  eval "$(npx casemate env)"`,
    ],
  };
}
