import { type Command, Option } from 'commander';
import type { CalledUpAnswer, RequestAnswer } from '#api/call-ups';
import type { CustodyAnswer } from '#api/custody';
import { ask, askAll } from '#cli/client';
import { aTime, type Shell, several, UsageError } from '#cli/command';
import { printHistory } from '#cli/recordings';
import { timeText } from '#cli/table';
import { word } from '#cli/words';
import { CALL_UP_ACTIONS, type CallUpAction, REQUEST_STATES } from '#domain/call-up/request';

const pathOf = (id: string) => `/requests/${encodeURIComponent(id)}`;

/** Adds the commands of requests for call-up. */
export function addRequest(program: Command, shell: Shell): void {
  const group = shell.group(program, 'request', shell.say('request.about'));
  addAdd(group, shell);
  addList(group, shell);
  addShow(group, shell);
  addDecisions(group, shell);
  addWithdraw(group, shell);
  addConfirm(group, shell);
}

interface AddOptions {
  readonly case?: string;
  readonly recording?: readonly string[];
  readonly officer?: string;
  readonly from?: string;
  readonly to?: string;
  readonly later?: boolean;
  readonly action?: readonly CallUpAction[];
  readonly purpose: string;
  readonly words?: string;
  readonly until: string;
  readonly urgent?: boolean;
}

const actionOption = (shell: Shell) =>
  new Option('--action <action>', shell.say('request.opt.action')).choices([...CALL_UP_ACTIONS]).argParser(several);

/** The actions that were named. Throws UsageError for one that is none: `several` takes the place of Commander's own check. */
function actionsOf(given: readonly string[] | undefined): readonly CallUpAction[] | undefined {
  const wrong = given?.find((each) => !(CALL_UP_ACTIONS as readonly string[]).includes(each));
  if (wrong !== undefined) throw new UsageError(`--action ${CALL_UP_ACTIONS.join('|')}`);
  return given as readonly CallUpAction[] | undefined;
}

function addAdd(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'add', say('request.add.about'), 'request add --case LY-2026-0012 --purpose supervision --until "2026-06-27 18:00"')
    .option('--case <number>', say('request.opt.case'))
    .option('--recording <id>', say('request.opt.recording'), several)
    .option('--officer <id>', say('request.opt.officer'))
    .option('--from <time>', say('request.opt.from'), aTime)
    .option('--to <time>', say('request.opt.to'), aTime)
    .option('--later', say('request.opt.later'))
    .addOption(actionOption(shell))
    .requiredOption('--purpose <code>', say('request.opt.purpose'))
    .option('--words <text>', say('request.opt.words'))
    .requiredOption('--until <time>', say('request.opt.until'), aTime)
    .option('--urgent', say('request.opt.urgent'))
    .action(async (options: AddOptions, command: Command) => {
      const globals = shell.globals(command);
      const { case: number, recording, officer, from, to, later, purpose, words, until, urgent } = options;
      if ([number, recording, officer].filter((each) => each !== undefined).length !== 1)
        throw new UsageError('--case | --recording | --officer');
      if (officer === undefined ? from !== undefined || to !== undefined : from === undefined || to === undefined)
        throw new UsageError('--officer --from --to');
      const target = { case: number, recordings: recording, ...(officer === undefined ? {} : { officer: { id: officer, from, to } }) };
      const body = { ...target, later, actions: actionsOf(options.action) ?? ['look', 'hear'], purpose, words, until, urgent };
      const asked = await shell.withStation(globals, (client) => ask<CalledUpAnswer>(client, 'POST', '/requests', { body }));
      tell(shell, globals, asked);
    });
}

interface ListOptions {
  readonly in?: string;
  readonly unconfirmed?: boolean;
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('request.list.about'), 'request list --in asked')
    .addOption(new Option('--in <state>', say('request.opt.state')).choices([...REQUEST_STATES]))
    .option('--unconfirmed', say('request.opt.unconfirmed'))
    .action(async ({ in: state, unconfirmed }: ListOptions, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, (client) => askAll<RequestAnswer>(client, '/requests', { state, unconfirmed }));
      if (globals.json) return shell.printJson(found);
      if (found.length === 0) return shell.note(say('request.none'));
      const titles = ['id', 'request-asker', 'request-target', 'request-actions', 'request-state', 'request-until'] as const;
      shell.table(
        titles.map((title) => ({ title: say(`column.${title}`) })),
        found.map((each) => [
          ...[each.id, personText(each.asker), targetText(each), actionsText(shell, each.actions)],
          ...[stateText(shell, each), timeText(each.until)],
        ]),
      );
    });
}

function addShow(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'show <request>', say('request.show.about'), 'request show req-01jy…')
    .action(async (id: string, _: unknown, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, async (client) => ({
        ...(await ask<RequestAnswer>(client, 'GET', pathOf(id))),
        custody: await askAll<CustodyAnswer>(client, `${pathOf(id)}/custody`),
      }));
      if (globals.json) return shell.printJson(found);
      shell.table(
        [{ title: '' }, { title: '' }],
        [
          [say('column.request-asker'), personText(found.asker)],
          [say('column.request-reviewer'), personText(found.decision?.by ?? null) || say('none')],
          [say('column.request-target'), targetText(found)],
          [say('column.request-actions'), actionsText(shell, found.actions)],
          [say('column.request-purpose'), [found.purpose, found.words].filter(Boolean).join(': ')],
          [say('column.request-state'), stateText(shell, found)],
          [say('column.request-until'), timeText(found.until)],
          [say('column.request-grant'), found.grant ?? say('none')],
        ],
      );
      printHistory(shell, found.custody);
    });
}

interface DecideOptions {
  readonly words?: string;
  readonly action?: readonly string[];
  readonly recording?: readonly string[];
  readonly until?: string;
  readonly later?: boolean;
}

function addDecisions(group: Command, shell: Shell): void {
  const { say } = shell;
  const decide = async (decision: string, id: string, { words, action, recording, until, later }: DecideOptions, command: Command) => {
    const globals = shell.globals(command);
    const narrowed = { actions: actionsOf(action), recordings: recording, until, later: later === false ? false : undefined };
    if (decision === 'narrow' && Object.values(narrowed).every((each) => each === undefined))
      throw new UsageError('--action, --recording, --until, --no-later');
    const body = { decision, words, ...narrowed };
    tell(
      shell,
      globals,
      await shell.withStation(globals, (client) => ask<CalledUpAnswer>(client, 'POST', `${pathOf(id)}/decision`, { body })),
    );
  };
  shell
    .add(group, 'approve <request>', say('request.approve.about'), 'request approve req-01jy…')
    .option('--words <text>', say('request.opt.words'))
    .action((id: string, options: DecideOptions, command: Command) => decide('approve', id, options, command));
  shell
    .add(group, 'narrow <request>', say('request.narrow.about'), 'request narrow req-01jy… --action look --until "2026-06-22 18:00"')
    .addOption(actionOption(shell))
    .option('--recording <id>', say('request.opt.recording'), several)
    .option('--until <time>', say('request.opt.until'), aTime)
    .option('--no-later', say('request.opt.no-later'))
    .option('--words <text>', say('request.opt.words'))
    .action((id: string, options: DecideOptions, command: Command) => decide('narrow', id, options, command));
  shell
    .add(group, 'refuse <request>', say('request.refuse.about'), 'request refuse req-01jy… --words "not your case"')
    .requiredOption('--words <text>', say('request.opt.words'))
    .action((id: string, options: DecideOptions, command: Command) => decide('refuse', id, options, command));
}

function addWithdraw(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'withdraw <request>', say('request.withdraw.about'), 'request withdraw req-01jy…')
    .action(async (id: string, _: unknown, command: Command) => {
      const globals = shell.globals(command);
      tell(shell, globals, await shell.withStation(globals, (client) => ask<CalledUpAnswer>(client, 'POST', `${pathOf(id)}/withdrawal`)));
    });
}

function addConfirm(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'confirm <request>', say('request.confirm.about'), 'request confirm req-01jy…')
    .option('--reject', say('request.opt.reject'))
    .option('--words <text>', say('request.opt.words'))
    .action(async (id: string, { reject = false, words }: { reject?: boolean; words?: string }, command: Command) => {
      const globals = shell.globals(command);
      const body = { confirmed: !reject, words };
      tell(
        shell,
        globals,
        await shell.withStation(globals, (client) => ask<CalledUpAnswer>(client, 'POST', `${pathOf(id)}/confirmation`, { body })),
      );
    });
}

function tell(shell: Shell, { json }: { readonly json: boolean }, { request, grant }: CalledUpAnswer): void {
  if (json) {
    shell.printJson({ request, grant });
    return;
  }
  shell.done(shell.say('request.stands', { id: request.id, state: stateText(shell, request) }));
  if (grant !== null && grant.endedAt === null)
    shell.done(shell.say('request.given', { grant: grant.id, actions: actionsText(shell, grant.actions), until: timeText(grant.until) }));
}

/** `Wang Min (wangmin)`; the id of whoever has no account. */
export function personText(person: { readonly id: string; readonly account: string | null; readonly name: string | null } | null): string {
  if (person === null) return '';
  return person.account === null ? person.id : `${person.name ?? ''} (${person.account})`;
}

export function targetText({ target, later }: Pick<RequestAnswer, 'target' | 'later'>): string {
  const plus = later ? ' +' : '';
  if (target.case !== null) return `${target.case}${plus}`;
  if (target.officer !== null) return `${target.officer} ${timeText(target.from)} – ${timeText(target.to)}${plus}`;
  return target.recordings.join(' ');
}

export function actionsText({ say }: Shell, actions: readonly string[]): string {
  return actions.map((each) => word(say, 'call-up-action', each)).join(', ');
}

function stateText({ say }: Shell, { state, unconfirmed }: Pick<RequestAnswer, 'state' | 'unconfirmed'>): string {
  const text = word(say, 'request-state', state);
  return unconfirmed ? `${text} (${say('request.unconfirmed')})` : text;
}
