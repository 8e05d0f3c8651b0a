import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { CheckedAnswer, ExplainedAnswer, PolicyAnswer, PolicyTextAnswer, PolicyVersionAnswer, ProposedAnswer } from '#api/policy';
import { ask, askAll } from '#cli/client';
import { type Shell, UsageError, wholeNumber } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { reasonText } from '#messages/reason';

const STATES = ['proposed', 'in-force', 'former', 'refused', 'withdrawn'];
const VERSION_MAX = 2 ** 31;

/** Commands about who may look: the policy, and why somebody may or may not. */
export function addAccess(program: Command, shell: Shell): void {
  const { say } = shell;
  const access = shell.group(program, 'access', say('access.about'));
  const policy = shell.group(access, 'policy', say('access.policy.about'));
  addShow(policy, shell);
  addVersions(policy, shell);
  addFile(policy, shell);
  addDecisions(policy, shell);
  addExplain(access, shell);
}

function addShow(policy: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(policy, 'show', say('access.show.about'), 'access policy show 7')
    .argument('[version]', say('access.show.arg'), wholeNumber(1, VERSION_MAX))
    .option('-t, --text', say('access.show.text'))
    .action(async (version: number | undefined, { text = false }: { text?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const { inForce, found } = await shell.withStation(globals, async (client) => {
        const policy = await ask<PolicyAnswer>(client, 'GET', '/policy');
        const wanted = version ?? policy.version;
        // Before any was adopted, the policy of the software counts, and is no version.
        const one = wanted === 0 ? null : await ask<PolicyTextAnswer>(client, 'GET', `/policy/versions/${wanted}`);
        return { inForce: policy, found: one };
      });
      if (globals.json) return shell.printJson(version === undefined ? inForce : found);
      if (text) {
        shell.context.stdout.write(found?.text ?? '');
        return;
      }
      if (found) printVersion(shell, found);
      if (version === undefined) printRules(shell, inForce.rules);
      if (inForce.trouble) shell.note(say('access.trouble', { why: reasonText(shell.language, inForce.trouble) }));
      if (inForce.waiting > 0) shell.note(say('access.waiting', { count: inForce.waiting }));
    });
}

function addVersions(policy: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(policy, 'versions', say('access.versions.about'), 'access policy versions')
    .addOption(new Option('-s, --in <state>', say('access.versions.state')).choices(STATES))
    .action(async ({ in: state }: { in?: string }, command: Command) => {
      const globals = shell.globals(command);
      const query = state === undefined ? {} : { state };
      const versions = await shell.withStation(globals, (client) => askAll<PolicyVersionAnswer>(client, '/policy/versions', query));
      if (globals.json) return shell.printJson(versions);
      shell.table(
        [
          { title: '#', right: true },
          { title: say('column.state') },
          { title: say('column.from') },
          { title: say('column.who') },
          { title: say('access.column.decided') },
        ],
        versions.map((each) => [
          ...[String(each.version), word(say, 'policy-state', each.state), timeText(each.proposedAt), each.proposedBy],
          each.decidedBy === null ? '' : `${timeText(each.decidedAt)} ${each.decidedBy}`,
        ]),
      );
    });
}

function addFile(policy: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(policy, 'propose', say('access.propose.about'), 'access policy propose access.yaml')
    .argument('<file>', say('access.file.arg'))
    .action(async (file: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const body = await readPolicyFile(shell, file);
      const made = await shell.withStation(globals, (client) => ask<ProposedAnswer>(client, 'POST', '/policy/versions', { body }));
      if (globals.json) return shell.printJson(made);
      shell.done(say(made.state === 'in-force' ? 'access.in-force' : 'access.proposed', { version: made.version }));
      if (made.state === 'proposed') printWidenings(shell, made);
    });
  shell
    .add(policy, 'check', say('access.check.about'), 'access policy check access.yaml')
    .argument('<file>', say('access.file.arg'))
    .action(async (file: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const body = await readPolicyFile(shell, file);
      const checked = await shell.withStation(globals, (client) => ask<CheckedAnswer>(client, 'POST', '/policy/check', { body }));
      if (globals.json) return shell.printJson(checked);
      shell.print(say('access.check.sound'));
      printWidenings(shell, checked);
    });
}

function addDecisions(policy: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(policy, 'adopt', say('access.adopt.about'), 'access policy adopt 7 --against 5')
    .argument('<version>', say('access.show.arg'), wholeNumber(1, VERSION_MAX))
    .requiredOption('-a, --against <version>', say('access.adopt.against'), wholeNumber(0, VERSION_MAX))
    .action(async (version: number, { against }: { against: number }, command: Command) => {
      const globals = shell.globals(command);
      const path = `/policy/versions/${version}/adoption`;
      const made = await shell.withStation(globals, (client) => ask<PolicyVersionAnswer>(client, 'POST', path, { body: { against } }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('access.adopted', { version }));
    });
  shell
    .add(policy, 'refuse', say('access.refuse.about'), 'access policy refuse 7 --reason "too wide"')
    .argument('<version>', say('access.show.arg'), wholeNumber(1, VERSION_MAX))
    .option('-r, --reason <text>', say('access.refuse.reason'))
    .action(async (version: number, { reason }: { reason?: string }, command: Command) => {
      const globals = shell.globals(command);
      const body = reason === undefined ? {} : { reason };
      const path = `/policy/versions/${version}/refusal`;
      const made = await shell.withStation(globals, (client) => ask<PolicyVersionAnswer>(client, 'POST', path, { body }));
      if (globals.json) return shell.printJson(made);
      shell.done(say('access.ended', { version, state: word(say, 'policy-state', made.state) }));
    });
}

interface ExplainOptions {
  readonly at?: string;
  readonly address?: string;
}

function addExplain(access: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(access, 'explain', say('access.explain.about'), 'access explain wang rec-01k0d5w7q3-hz01-2222222222 look')
    .argument('<user>', say('access.explain.user'))
    .argument('<recording>', say('access.explain.recording'))
    .argument('<action>', say('access.explain.action'))
    .option('--at <time>', say('access.explain.at'))
    .option('--address <ip>', say('access.explain.address'))
    .action(async (user: string, recording: string, action: string, { at, address }: ExplainOptions, command: Command) => {
      const globals = shell.globals(command);
      const query = { user, recording, action, ...(at === undefined ? {} : { at }), ...(address === undefined ? {} : { address }) };
      const told = await shell.withStation(globals, (client) => ask<ExplainedAnswer>(client, 'GET', '/access/explain', { query }));
      if (globals.json) return shell.printJson(told);
      printExplained(shell, told);
    });
}

function printExplained(shell: Shell, told: ExplainedAnswer): void {
  const { say, language } = shell;
  const named = (family: 'role' | 'relation', names: readonly string[]) =>
    names.map((name) => word(say, family, name)).join(', ') || say('none');
  shell.print(say('access.explain.effect', { action: word(say, 'action', told.action), effect: word(say, 'effect', told.effect) }));
  shell.print(say('access.explain.by', { why: told.words[language] }));
  if (!told.task) shell.print(say('access.explain.task'));
  if (told.approval) {
    const hours = told.approval.hoursMax ?? say('none');
    shell.print(say('access.explain.approval', { names: named('role', told.approval.of), hours }));
  }
  shell.print(say('access.explain.relations', { names: named('relation', told.relations) }));
  shell.print(say('access.explain.grants', { names: told.grants.join(', ') || say('none') }));
  shell.print(say('access.explain.version', { version: told.policy, at: timeText(told.at) }));
  shell.print(`\n${say('access.explain.matched')}`);
  printRules(shell, told.matched);
}

function printRules(shell: Shell, rules: PolicyAnswer['rules']): void {
  const { say, language } = shell;
  for (const { id, title, effect } of rules)
    shell.print(`  ${say('access.rule', { effect: word(say, 'effect', effect), title: title[language], rule: id })}`);
}

function printVersion(shell: Shell, found: PolicyTextAnswer): void {
  const { say } = shell;
  const { version, proposedBy, proposedAt, decidedBy, decidedAt } = found;
  const state = word(say, 'policy-state', found.state);
  const source = word(say, 'policy-source', found.source);
  shell.print(say('access.version', { version, state, source, by: proposedBy, at: timeText(proposedAt) }));
  if (decidedBy !== null) shell.print(say('access.decided', { state, by: decidedBy, at: timeText(decidedAt) }));
  if (found.state === 'proposed') printWidenings(shell, found);
}

function printWidenings(shell: Shell, { against, widenings }: CheckedAnswer): void {
  const { say, language } = shell;
  const version = against ?? 0;
  const what = widenings === null ? 'access.widens.unknown' : widenings.length === 0 ? 'access.widens.nothing' : 'access.widens';
  shell.print(say(what, { against: version }));
  for (const { words } of widenings ?? []) shell.print(`  ${words[language]}`);
}

async function readPolicyFile(shell: Shell, file: string): Promise<{ text: string; name: string }> {
  try {
    const text = await readFile(shell.path(file), 'utf8');
    if (text === '') throw new UsageError(shell.say('access.file.arg'));
    return { text, name: file.slice(-300) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new EvidockError('request.invalid', because('cannot-read', { thing: file, errno: errnoText(error) }), error);
  }
}
