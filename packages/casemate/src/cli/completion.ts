/**
 * `casemate completion`: static scripts by which shells complete commands and flags; they start no program.
 */
import { Argument, type Command } from "commander";
import type { Cli } from "./command.ts";

/** A command as a script knows it. */
export interface CompletedCommand {
  /** Words after `casemate`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly flags: readonly string[];
  readonly subcommands: readonly string[];
}

/** Adds the command. */
export function completionCommand(program: Command, cli: Cli): void {
  program
    .command("completion")
    .description(
      "a completion script, such as: casemate completion bash > ~/.local/share/bash-completion/completions/casemate",
    )
    .addArgument(new Argument("<shell>", "for which shell").choices(["bash", "zsh", "fish"]))
    .action((shell: "bash" | "zsh" | "fish") => {
      const commands = completedCommands(program);
      const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
      cli.stdout.write(`${scripts[shell](commands)}\n`);
    });
}

/** Every command below a program, the program itself first. */
export function completedCommands(program: Command, path: readonly string[] = []): CompletedCommand[] {
  const own: CompletedCommand = {
    path,
    description: program.description(),
    flags: program.options.flatMap(({ long }) => long ?? []),
    subcommands: program.commands.map((each) => each.name()),
  };
  return [own, ...program.commands.flatMap((each) => completedCommands(each, [...path, each.name()]))];
}

/** For bash. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ path, flags, subcommands }) =>
      `    "${path.join(" ")}") words="${[...subcommands, ...flags].join(" ")}" ;;`,
  );
  return [
    "_casemate() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" path="" words="" word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    [[ "$word" == -* ]] && break',
    '    path="${path:+$path }$word"',
    "  done",
    '  case "$path" in',
    ...cases,
    "    *) return ;;",
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -o default -F _casemate casemate",
  ].join("\n");
}

/** For zsh: the same function, through its own emulation of bash's completion. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return ["#compdef casemate", "autoload -U +X bashcompinit && bashcompinit", bashScript(commands)].join(
    "\n",
  );
}

/** For fish. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, flags }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const condition = path.length === 0 ? "" : ` -n '${seen}'`;
    return flags.map((flag) => `complete -c casemate${condition} -l ${flag.replace(/^--/, "")}`);
  });
  const names = commands
    .filter(({ path }) => path.length > 0)
    .map(({ path, description }) => {
      const before = path.slice(0, -1).map((word) => `__fish_seen_subcommand_from ${word}`);
      const condition = before.length === 0 ? "__fish_use_subcommand" : before.join("; and ");
      const text = description.replaceAll("'", "\\'");
      return `complete -c casemate -n '${condition}' -a ${path.at(-1)} -d '${text}'`;
    });
  return ["complete -c casemate -f", ...names, ...lines].join("\n");
}
