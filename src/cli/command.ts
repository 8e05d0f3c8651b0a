import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { writtenToMs } from '#domain/time/station-time';
import { LANGUAGES, type Language, type Say } from '#messages/language';
import type { StationClient } from './client.ts';
import type { CliContext, ConnectOptions, GlobalOptions } from './context.ts';
import { type Column, jsonText, obeyedByNone, tableLines } from './table.ts';

/** Wrong use of the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was carried out and its answer is no (differences found, work failed). Exit code 1, and nothing more is printed. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

interface Given {
  readonly config?: string;
  readonly state?: string;
  readonly stateDir?: string;
  readonly json?: boolean;
}

/** What every command gets: the world outside, the language, and the ways to print. */
export class Shell {
  readonly context: CliContext;
  readonly say: Say;
  readonly language: Language;
  /** Set before a command runs. True: no remarks, progress or confirmations are printed. */
  quiet = false;
  /** Commands that run when their group is called without a command. */
  readonly defaults = new Set<Command>();

  constructor(options: { context: CliContext; say: Say; language: Language }) {
    this.context = options.context;
    this.say = options.say;
    this.language = options.language;
  }

  /** Adds a command with its example; its options --config, --state-dir, --lang and --json may stand before or after its name. */
  add(parent: Command, usage: string, about: string, example: string, options: { ownState?: boolean; isDefault?: boolean } = {}): Command {
    const { say } = this;
    const command = parent.command(usage, { isDefault: options.isDefault ?? false }).description(about);
    if (options.isDefault) this.defaults.add(command);
    command.addOption(new Option('-c, --config <file>', say('option.config')).hideHelp());
    command.addOption(new Option('-d, --state-dir <dir>', say('option.state')).hideHelp());
    // What it was called before; to be gone with the next release.
    if (!options.ownState) command.addOption(new Option('--state <dir>', say('option.state')).hideHelp());
    command.addOption(new Option('-q, --quiet', say('option.quiet')).hideHelp());
    // It was read before the commands were built, whose texts it decides.
    command.addOption(new Option('--lang <language>', say('option.lang')).choices(LANGUAGES).hideHelp());
    command.addOption(new Option('-j, --json', say('option.json')));
    command.addHelpText('after', `\n${say('help.example')}\n  evidock ${example}`);
    return command;
  }

  /** Adds a group whose first command need not be named. `example` shows it without the name. */
  groupWithDefault(parent: Command, name: string, about: string, example: string): Command {
    return parent
      .command(name)
      .description(about)
      .addHelpText('after', `\n${this.say('help.example')}\n  evidock ${example}`);
  }

  /** Adds a command that only groups other commands. */
  group(parent: Command, name: string, about: string): Command {
    const command = parent.command(name).description(about);
    command.action(() => {
      throw new UsageError(`${name} ${command.commands.map((each) => each.name()).join('|')}`);
    });
    return command;
  }

  globals(command: Command, options: { ownState?: boolean } = {}): GlobalOptions & { readonly json: boolean } {
    const local = command.opts<Given>();
    let root = command;
    while (root.parent) root = root.parent;
    const top = root.opts<Given>();
    const before = options.ownState ? top.state : (local.state ?? top.state);
    const state = local.stateDir ?? top.stateDir ?? before;
    const config = local.config ?? top.config;
    // An empty option would name the directory in which the command happens to be called.
    for (const given of [state, config]) if (given !== undefined) this.path(given);
    return { config: config ?? null, state: state ?? null, json: local.json ?? top.json ?? false };
  }

  /**
   * The absolute path of a place that a person names, from the directory in which the command was called. Throws for an empty text, such as an unset variable
   * of a script.
   */
  path(given: string): string {
    if (given === '') throw new UsageError(this.say('usage.emptyPath'));
    return resolve(this.context.cwd, given);
  }

  /** Connects to the station, runs `body`, and closes the connection. */
  async withStation<T>(options: ConnectOptions, body: (client: StationClient) => Promise<T>): Promise<T> {
    const client = await this.context.connect(options);
    try {
      return await body(client);
    } finally {
      await client.close();
    }
  }

  print(text: string): void {
    this.context.stdout.write(`${obeyedByNone(text)}\n`);
  }

  /** Prints that a change was made. Left out with --quiet: the exit code tells it. */
  done(text: string): void {
    if (!this.quiet) this.print(text);
  }

  printJson(value: unknown): void {
    this.print(jsonText(value, 2));
  }

  /** Prints a remark that is no result. */
  note(text: string): void {
    if (!this.quiet) this.context.stderr.write(`${obeyedByNone(text)}\n`);
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    for (const line of tableLines(columns, rows)) this.print(line);
  }
}

/** Checks the value of a command's own --state. The state directory once had an option of the same name; whoever means that is told its present name. */
export function mustBeState(state: string | undefined, states: readonly string[], command: string): void {
  if (state !== undefined && !states.includes(state))
    throw new UsageError(`--state ${state}: ${states.join(', ')}; evidock --state-dir DIR ${command} …`);
}

/** Makes a reader of option values that are whole numbers in a range. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < minimum || value > maximum) throw new InvalidArgumentError(`${minimum}–${maximum}`);
    return value;
  };
}

/** Checks an option value that is a time. It is sent to the station as it was written, because the zone is the station's. */
export function aTime(text: string): string {
  if (Number.isNaN(writtenToMs(text, 'UTC'))) throw new InvalidArgumentError('YYYY-MM-DD HH:MM');
  return text;
}

/** Gathers the values of an option that may be given several times. */
export function several(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
