import { type Command, Option } from 'commander';
import type { MembershipAnswer, SetUpLinkAnswer, UserAnswer } from '#api/people';
import { ask, askAll, type StationClient } from '#cli/client';
import { type Shell, several, UsageError } from '#cli/command';
import { askFacts, printFacts } from '#cli/facts';
import { timeText } from '#cli/table';
import { word } from '#cli/words';
import { ROLES } from '#domain/access/roles';
import { USER_STATES } from '#domain/people/user';

const pathOf = (user: string) => `/users/${encodeURIComponent(user)}`;

/** Adds the commands for people with an account. */
export function addUser(program: Command, shell: Shell): void {
  const group = shell.group(program, 'user', shell.say('user.about'));
  addAdd(group, shell);
  addInvite(group, shell);
  addConfirm(group, shell);
  addList(group, shell);
  addShow(group, shell);
  addChange(group, shell);
  addRoles(group, shell);
  addStates(group, shell);
}

interface AddOptions {
  readonly name: string;
  readonly officer?: string;
  readonly unit?: string;
  readonly role?: readonly string[];
  readonly link: boolean;
}

function aRole(shell: Shell): Option {
  return new Option('--role <role>', shell.say('user.opt.role')).choices(ROLES);
}

function roleGathered(value: string, before: readonly string[] | undefined): readonly string[] {
  if (!(ROLES as readonly string[]).includes(value)) throw new UsageError(`--role ${value}: ${ROLES.join(', ')}`);
  return several(value, before);
}

function addAdd(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'add <account>', say('user.add.about'), 'user add wang --name 王敏 --role security-administrator')
    .requiredOption('--name <name>', say('user.opt.name'))
    .option('--officer <number>', say('user.opt.officer'))
    .option('--unit <unit>', say('user.opt.unit'))
    .addOption(aRole(shell).argParser(roleGathered))
    .option('--no-link', say('user.opt.no-link'))
    .action(async (account: string, { name, officer, unit, role = [], link }: AddOptions, command: Command) => {
      const globals = shell.globals(command);
      const { user, setUp } = await shell.withStation(globals, async (client) => {
        const added = await ask<UserAnswer>(client, 'POST', '/users', { body: { account, name, officer, unit, roles: role } });
        return { user: added, setUp: link ? await invited(client, added.id) : null };
      });
      if (globals.json) return shell.printJson({ ...user, setUp });
      shell.done(say('user.added', { account: user.account, id: user.id }));
      printLink(shell, setUp);
    });
}

function addInvite(group: Command, shell: Shell): void {
  shell
    .add(group, 'invite <account>', shell.say('user.invite.about'), 'user invite wang')
    .action(async (account: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const setUp = await shell.withStation(globals, (client) => invited(client, account));
      if (globals.json) shell.printJson(setUp);
      else printLink(shell, setUp);
    });
}

function addConfirm(group: Command, shell: Shell): void {
  shell
    .add(group, 'confirm <account>', shell.say('user.confirm.about'), 'user confirm wang')
    .action(async (account: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const user = await shell.withStation(globals, (client) => ask<UserAnswer>(client, 'POST', `${pathOf(account)}/confirmation`));
      if (globals.json) shell.printJson(user);
      else shell.done(shell.say('user.confirmed', { account: user.account }));
    });
}

function invited(client: StationClient, user: string): Promise<SetUpLinkAnswer> {
  return ask<SetUpLinkAnswer>(client, 'POST', `${pathOf(user)}/set-up-link`);
}

/** A link is the result of the command, and is printed with --quiet too. */
function printLink(shell: Shell, setUp: SetUpLinkAnswer | null): void {
  if (setUp === null) return;
  shell.print(shell.say('user.link', { until: timeText(setUp.endsAt), path: setUp.path }));
  shell.note(shell.say('user.link-where'));
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('user.list.about'), 'user list --role reviewer', { ownState: true })
    .addOption(new Option('--state <state>', say('user.opt.state')).choices(USER_STATES))
    .option('--unit <unit>', say('user.opt.of-unit'))
    .addOption(new Option('--role <role>', say('user.opt.of-role')).choices(ROLES))
    .action(async (query: { state?: string; unit?: string; role?: string }, command: Command) => {
      const globals = shell.globals(command, { ownState: true });
      const { state, unit, role } = query;
      const users = await shell.withStation(globals, (client) => askAll<UserAnswer>(client, '/users', { state, unit, role }));
      if (globals.json) return shell.printJson(users);
      if (users.length === 0) return shell.note(say('user.none'));
      shell.table(
        [
          ...[{ title: say('column.account') }, { title: say('column.name') }, { title: say('column.officer') }],
          ...[{ title: say('column.unit') }, { title: say('column.roles') }, { title: say('column.state') }],
        ],
        users.map((user) => [
          user.account,
          user.name,
          user.officer ?? '',
          user.unitPath ?? '',
          rolesText(shell, user),
          stateText(shell, user),
        ]),
      );
    });
}

function rolesText({ say, language }: Shell, { roles }: Pick<UserAnswer, 'roles'>): string {
  return roles.map((role) => word(say, 'role', role)).join(language === 'en' ? ', ' : '、');
}

function stateText({ say }: Shell, { state }: Pick<UserAnswer, 'state'>): string {
  return word(say, 'user-state', state);
}

function addShow(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'show <account>', say('user.show.about'), 'user show wang')
    .action(async (account: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, async (client) => ({
        ...(await ask<UserAnswer>(client, 'GET', pathOf(account))),
        units: await askAll<MembershipAnswer>(client, `${pathOf(account)}/units`),
        facts: await askFacts(client, pathOf(account)),
      }));
      if (globals.json) return shell.printJson(found);
      shell.table(
        [{ title: '' }, { title: '' }],
        [
          [say('column.id'), found.id],
          [say('column.account'), found.account],
          [say('column.name'), found.name],
          [say('column.officer'), found.officer ?? say('none')],
          [say('column.unit'), found.unitPath ?? say('none')],
          [say('column.roles'), rolesText(shell, found) || say('none')],
          [say('column.state'), stateText(shell, found)],
        ],
      );
      shell.print(`\n${say('user.units')}`);
      printMemberships(shell, found.units, ({ unitPath }) => unitPath ?? say('user.unit-none'));
      printFacts(shell, found.facts);
    });
}

/** Prints who belonged where, or where somebody belonged. */
export function printMemberships(shell: Shell, rows: readonly MembershipAnswer[], named: (row: MembershipAnswer) => string): void {
  const { say } = shell;
  if (rows.length === 0) shell.print(say('none'));
  else
    shell.table(
      [{ title: '' }, { title: say('column.from') }, { title: say('column.until') }],
      rows.map((row) => [named(row), timeText(row.from), timeText(row.until)]),
    );
}

interface ChangeOptions {
  readonly name?: string;
  readonly officer?: string | boolean;
  readonly unit?: string | boolean;
}

function addChange(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'change <account>', say('user.change.about'), 'user change wang --unit 市局/二支队')
    .option('--name <name>', say('user.opt.name'))
    .option('--officer <number>', say('user.opt.officer'))
    .option('--no-officer', say('user.opt.no-officer'))
    .option('--unit <unit>', say('user.opt.unit'))
    .option('--no-unit', say('user.opt.no-unit'))
    .action(async (account: string, { name, officer, unit }: ChangeOptions, command: Command) => {
      const body = { name, officer: orNull(officer), unit: orNull(unit) };
      if (Object.values(body).every((value) => value === undefined)) throw new UsageError('--name, --officer, --unit');
      await save(shell, command, account, body);
    });
}

/** What `--no-…` gives (false) is null to the station; an option that is left out stays left out. */
function orNull(value: string | boolean | undefined): string | null | undefined {
  return value === false ? null : value === true ? undefined : value;
}

function addRoles(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'roles <account> [role...]', say('user.roles.about'), 'user roles wang officer reviewer')
    .option('--none', say('user.opt.none'))
    .action(async (account: string, roles: readonly string[], { none }: { none?: boolean }, command: Command) => {
      const wrong = roles.find((role) => !(ROLES as readonly string[]).includes(role));
      if (wrong !== undefined) throw new UsageError(`${wrong}: ${ROLES.join(', ')}`);
      if ((roles.length === 0) !== (none ?? false)) throw new UsageError('user roles ACCOUNT ROLE… | --none');
      await save(shell, command, account, { roles });
    });
}

function addStates(group: Command, shell: Shell): void {
  const { say } = shell;
  const states = [
    ['suspend', 'suspended', say('user.suspend.about')],
    ['reinstate', 'active', say('user.reinstate.about')],
    ['leave', 'left', say('user.leave.about')],
  ] as const;
  for (const [name, state, about] of states)
    shell
      .add(group, `${name} <account>`, about, `user ${name} wang`)
      .option('--why <words>', say('user.opt.why'))
      .action((account: string, { why }: { why?: string }, command: Command) => save(shell, command, account, { state, why }));
}

async function save(shell: Shell, command: Command, account: string, body: object): Promise<void> {
  const globals = shell.globals(command);
  const user = await shell.withStation(globals, (client) => ask<UserAnswer>(client, 'PATCH', pathOf(account), { body }));
  if (globals.json) shell.printJson(user);
  else shell.done(shell.say('user.saved', { account: user.account }));
}
