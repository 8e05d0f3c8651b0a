import type { Command } from 'commander';
import type { BadgeAnswer, KioskAnswer, KioskCodeAnswer, TokenAnswer, TokenMadeAnswer } from '#api/doors';
import { ask, askAll } from '#cli/client';
import { type Shell, wholeNumber } from '#cli/command';
import { timeText } from '#cli/table';
import { openNew } from './answer-file.ts';

const DAYS = 90;
const DAYS_MAX = 1100;

/** Adds the commands for ways in beside the password: tokens of programs, screens at the slots, badges of officers. */
export function addDoors(program: Command, shell: Shell): void {
  const token = shell.group(program, 'token', shell.say('token.about'));
  addTokenAdd(token, shell);
  addTokenList(token, shell);
  addTokenRevoke(token, shell);
  const kiosk = shell.group(program, 'kiosk', shell.say('kiosk.about'));
  addKioskPair(kiosk, shell);
  addKioskList(kiosk, shell);
  addKioskRevoke(kiosk, shell);
  const badge = shell.group(program, 'badge', shell.say('badge.about'));
  addBadgeAssign(badge, shell);
  addBadgeRemove(badge, shell);
}

interface TokenOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly days: number;
  readonly out?: string;
}

function addTokenAdd(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'add <account>', say('token.add.about'), 'token add wang --name monitoring --scope see-work --days 30')
    .requiredOption('-n, --name <name>', say('token.opt.name'))
    .requiredOption('-s, --scope <scope...>', say('token.opt.scope'))
    .option('--days <days>', say('token.opt.days'), wholeNumber(1, DAYS_MAX), DAYS)
    .option('-o, --out <file>', say('token.opt.out'))
    .action(async (owner: string, { name, scope, days, out }: TokenOptions, command: Command) => {
      const globals = shell.globals(command);
      // The file is opened before the token is made: a token that cannot be written anywhere would be lost.
      const file = out === undefined ? null : await openNew(shell.path(out));
      try {
        const body = { owner, name, scopes: scope, days };
        const made = await shell.withStation(globals, (client) => ask<TokenMadeAnswer>(client, 'POST', '/tokens', { body }));
        await file?.write(`${made.text}\n`);
        const { text, ...told } = made;
        if (globals.json) return shell.printJson(file === null ? made : told);
        shell.note(say('token.added', { id: made.id, account: owner, until: timeText(made.expiresAt) }));
        if (file === null) shell.print(text);
        else shell.done(say('token.written', { file: file.path }));
      } catch (error) {
        await file?.remove();
        throw error;
      } finally {
        await file?.close();
      }
    });
}

function addTokenList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'list', say('token.list.about'), 'token list --owner wang')
    .option('--owner <account>', say('token.opt.owner'))
    .action(async ({ owner }: { owner?: string }, command: Command) => {
      const globals = shell.globals(command);
      const query = owner === undefined ? {} : { owner };
      const tokens = await shell.withStation(globals, (client) => askAll<TokenAnswer>(client, '/tokens', query));
      if (globals.json) return shell.printJson(tokens);
      if (tokens.length === 0) return shell.note(say('token.none'));
      shell.table(
        ['column.id', 'column.owner', 'column.name', 'column.scopes', 'column.expires', 'column.last-use', 'column.stands'].map((key) => ({
          title: say(key as 'column.id'),
        })),
        tokens.map((each) => [
          ...[each.id, each.owner, each.name, each.scopes.join(' '), timeText(each.expiresAt), timeText(each.lastUseAt)],
          each.good ? say('token.good') : say(`token.ended.${each.ended ?? 'expired'}`),
        ]),
      );
    });
}

function addTokenRevoke(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'revoke <id>', say('token.revoke.about'), 'token revoke tok-01k0d5w7q3-hz01-7777777777')
    .action(async (id: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, (client) => ask(client, 'DELETE', `/tokens/${encodeURIComponent(id)}`));
      if (globals.json) shell.printJson({ id });
      else shell.done(say('token.revoked', { id }));
    });
}

function addKioskPair(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'pair <name>', say('kiosk.pair.about'), 'kiosk pair "Hall" --slot 1 2 3')
    .option('--slot <slot...>', say('kiosk.opt.slot'))
    .action(async (name: string, { slot = [] }: { slot?: readonly string[] }, command: Command) => {
      const globals = shell.globals(command);
      const body = { name, slots: slot.map(wholeNumber(1, 9999)) };
      const made = await shell.withStation(globals, (client) => ask<KioskCodeAnswer>(client, 'POST', '/kiosks', { body }));
      if (globals.json) return shell.printJson(made);
      shell.note(say('kiosk.code', { name, until: timeText(made.until) }));
      shell.print(made.code);
    });
}

function addKioskList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell.add(group, 'list', say('kiosk.list.about'), 'kiosk list').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const kiosks = await shell.withStation(globals, (client) => askAll<KioskAnswer>(client, '/kiosks'));
    if (globals.json) return shell.printJson(kiosks);
    if (kiosks.length === 0) return shell.note(say('kiosk.none'));
    shell.table(
      ['column.id', 'column.name', 'column.slots', 'column.paired', 'column.last-seen', 'column.revoked'].map((key) => ({
        title: say(key as 'column.id'),
      })),
      kiosks.map(({ id, name, slots, pairedAt, lastSeenAt, revokedAt }) => [
        ...[id, name, slots.length === 0 ? say('kiosk.all-slots') : slots.join(' ')],
        ...[timeText(pairedAt), timeText(lastSeenAt), timeText(revokedAt)],
      ]),
    );
  });
}

function addKioskRevoke(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'revoke <id>', say('kiosk.revoke.about'), 'kiosk revoke ksk-01k0d5w7q3-hz01-8888888888')
    .action(async (id: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, (client) => ask(client, 'DELETE', `/kiosks/${encodeURIComponent(id)}`));
      if (globals.json) shell.printJson({ id });
      else shell.done(say('kiosk.revoked', { id }));
    });
}

const badgeOf = (user: string) => `/users/${encodeURIComponent(user)}/badge`;

function addBadgeAssign(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'assign <user> <badge>', say('badge.assign.about'), 'badge assign usr-01k0d5w7q3-hz01-6666666666 04A1B2C3')
    .action(async (user: string, badge: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const given = await shell.withStation(globals, (client) => ask<BadgeAnswer>(client, 'PUT', badgeOf(user), { body: { badge } }));
      if (globals.json) shell.printJson(given);
      else shell.done(say('badge.assigned', { user, ending: given.ending }));
    });
}

function addBadgeRemove(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'remove <user>', say('badge.remove.about'), 'badge remove usr-01k0d5w7q3-hz01-6666666666')
    .action(async (user: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, (client) => ask(client, 'DELETE', badgeOf(user)));
      if (globals.json) shell.printJson({ user });
      else shell.done(say('badge.removed', { user }));
    });
}
