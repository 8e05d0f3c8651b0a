import { Command, CommanderError, Help, Option } from 'commander';
import stringWidth from 'string-width';
import { asEvidockError } from '#domain/errors';
import { errorWords } from '#messages/error-words';
import { LANGUAGES, type Language, languageOf, speaker } from '#messages/language';
import { reasonText } from '#messages/reason';
import { addAudit } from './access/audit.ts';
import { addDoors } from './access/doors.ts';
import { addAccess } from './access/policy.ts';
import { addReports, addSamples } from './access/reports.ts';
import { addArchive } from './archive/archive.ts';
import { addGrant, addNotice } from './call-up/grants.ts';
import { addRequest } from './call-up/requests.ts';
import { ReplyError } from './client.ts';
import { addClock } from './clock/clock.ts';
import { Refused, Shell, UsageError } from './command.ts';
import { addCompletion } from './completion.ts';
import type { CliContext } from './context.ts';
import { addDerive } from './derive.ts';
import { addDuties } from './duties/duties.ts';
import { addIngest } from './ingest.ts';
import { addPassword, addSession } from './people/sign-in.ts';
import { addRoster, addUnit } from './people/units.ts';
import { addUser } from './people/users.ts';
import { addPlay } from './play.ts';
import { addMark } from './protection.ts';
import { addRecordings } from './recordings.ts';
import { addCase, addOfficer, addRecorder } from './registry.ts';
import { addDisposal } from './retention/disposal.ts';
import { addHold } from './retention/hold.ts';
import { addRetention } from './retention/retention.ts';
import { addScrub } from './retention/scrub.ts';
import { addShifts } from './shifts/shifts.ts';
import { addSlots } from './slots.ts';
import { addConfig, addDoctor, addJobs, addLedger, addMakeCard, addRun } from './station.ts';
import { jsonText, printable } from './table.ts';
import { addSuggestions, addTag } from './tagging.ts';
import { usageWords } from './usage-words.ts';
import { addVerify } from './verify.ts';
import { addWorker } from './worker.ts';

/** Builds the whole command line. */
export function buildProgram(context: CliContext, language: Language): Command {
  const say = speaker(language);
  const shell = new Shell({ context, say, language });
  const program: Command = new Command('evidock')
    .description(say('program.about'))
    .version(context.version, '-V, --version', say('option.version'))
    .helpOption('-h, --help', say('option.help'))
    .helpCommand('help [command]', say('option.help'))
    .configureHelp({
      commandUsage: (command) => placesOf(new Help().commandUsage(command), say),
      subcommandTerm: (command) => placesOf(new Help().subcommandTerm(command), say),
      displayWidth: (text) => stringWidth(text),
      styleTitle: (title) => titleOf(title, say),
      optionDescription: (option) => optionWords(option, say),
      argumentDescription: (argument) => optionWords(argument, say),
      showGlobalOptions: true,
      // Global options that are not listed here are shown among the command's own options, or do nothing there.
      visibleGlobalOptions: (command) => (command.parent ? program.options.filter((each) => GLOBAL.has(each.attributeName())) : []),
    })
    // So `--state` before the command is the old name of the state directory, and after `recordings` it is their state.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // `complain` reports wrong use, once and in the person's language.
      outputError: () => undefined,
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
    })
    .addOption(new Option('-c, --config <file>', say('option.config')))
    .addOption(new Option('-d, --state-dir <dir>', say('option.state')))
    // The old name of the option, which goes with the next release.
    .addOption(new Option('--state <dir>', say('option.state')).hideHelp())
    .addOption(new Option('-j, --json', say('option.json')))
    .addOption(new Option('-q, --quiet', say('option.quiet')))
    .addOption(new Option('--lang <language>', say('option.lang')).choices(LANGUAGES))
    .addHelpText('after', `\n${say('help.example')}\n  evidock --state-dir ./var ingest /media/recorder --slot 3 --wait`);
  const adders = [
    addRun,
    addWorker,
    addDoors,
    addAccess,
    addIngest,
    addSlots,
    addRecordings,
    addPlay,
    addTag,
    addMark,
    addSuggestions,
    addCase,
    addOfficer,
    addRecorder,
    addRetention,
    addDisposal,
    addReports,
    addSamples,
    addUser,
    addUnit,
    addRoster,
    addPassword,
    addSession,
    addRequest,
    addGrant,
    addNotice,
    addHold,
    addDuties,
    addShifts,
    addVerify,
    addAudit,
    addClock,
    addScrub,
    addJobs,
    addArchive,
    addDerive,
    addLedger,
    addConfig,
    addDoctor,
    addMakeCard,
    addCompletion,
  ];
  for (const add of adders) add(program, shell);
  program.hook('preAction', (_, command) => {
    shell.quiet = command.optsWithGlobals<{ quiet?: boolean }>().quiet ?? false;
  });
  return program;
}

const TITLES = {
  'Usage:': 'help.usage',
  'Arguments:': 'help.arguments',
  'Options:': 'help.options',
  'Commands:': 'help.commands',
  'Global Options:': 'help.global-options',
} as const;

const GLOBAL = new Set(['config', 'stateDir', 'lang', 'quiet']);

/** Commander's own headings, in the language asked for. */
function titleOf(title: string, say: ReturnType<typeof speaker>): string {
  return title in TITLES ? say(TITLES[title as keyof typeof TITLES]) : title;
}

/** Commander's own words for what stands where, in the language asked for. */
function placesOf(usage: string, say: ReturnType<typeof speaker>): string {
  return usage.replace('[options]', `[${say('help.place.options')}]`).replace('[command]', `[${say('help.place.command')}]`);
}

/** What an option or argument is for, with its values and its default. */
function optionWords(
  { description, argChoices, defaultValue }: Pick<Option, 'description' | 'argChoices' | 'defaultValue'>,
  say: ReturnType<typeof speaker>,
): string {
  const choices = argChoices ? say('help.choices', { choices: argChoices.join(say('help.comma')) }) : '';
  return `${description}${choices}${defaultValue === undefined ? '' : say('help.default', { value: String(defaultValue) })}`;
}

/** Runs one command line; returns the exit code: 0 done, 1 refused or failed, 2 wrong use. */
export async function runCli(context: CliContext, argv: readonly string[]): Promise<number> {
  const language = languageOf(askedLanguage(argv), context.env);
  const program = buildProgram(context, language);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof Refused) return 1;
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Help was printed in place of an answer.
      if (error.code === 'commander.help') return 2;
      const words = usageWords(error, speaker(language));
      return complain(context, language, asksJson(argv), new UsageError(words), commandNamed(program, argv));
    }
    return complain(context, language, asksJson(argv), error, commandNamed(program, argv));
  }
}

const named = ({ long, short }: Option, word: string) => word === long || word === short;

/** The command that a command line names, as far as it names one, with a space after it: `slots assign `. */
function commandNamed(program: Command, argv: readonly string[]): string {
  let command = program;
  let path = '';
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word.startsWith('-')) {
      const option = command.options.find((each) => named(each, word)) ?? program.options.find((each) => named(each, word));
      if (option?.required) at += 1;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (!next) break;
    command = next;
    path += `${word} `;
  }
  return path;
}

/** Flags of one letter may stand together: `-qj`. */
const asksJson = (argv: readonly string[]) => argv.some((word) => word === '--json' || /^-[a-z]*j[a-z]*$/.test(word));

function askedLanguage(argv: readonly string[]): string | null {
  const at = argv.indexOf('--lang');
  return at >= 0 ? (argv[at + 1] ?? null) : (argv.find((word) => word.startsWith('--lang='))?.slice('--lang='.length) ?? null);
}

/** Prints what failed, for what, and what to do, to standard error; with --json as an object. Returns the exit code. */
function complain(context: CliContext, language: Language, json: boolean, error: unknown, command: string): number {
  const say = speaker(language);
  const print = (text: string) => context.stderr.write(`${text}\n`);
  if (error instanceof UsageError) {
    if (json) print(jsonText({ code: 'usage', detail: error.message }));
    else print(`${say('error.usage', { detail: printable(error.message) })}\n${say('error.usage-hint', { command })}`);
    return 2;
  }
  const known = error instanceof ReplyError ? error : asEvidockError(error);
  const { code, message, reason } = known;
  const { what, remedy } = errorWords(language, code);
  if (json) {
    print(jsonText({ code, message, remedy, reason }));
    return 1;
  }
  const detail = printable(reasonText(language, reason));
  print(say('error.failed', { what }));
  if (detail !== '') print(say('error.detail', { detail }));
  if (remedy !== '') print(say('error.remedy', { remedy }));
  return 1;
}
