import type { Command } from 'commander';
import type { PasswordSetAnswer, SessionAnswerJson } from '#api/sign-in';
import { ask, askAll } from '#cli/client';
import { type Shell, UsageError } from '#cli/command';
import { timeText } from '#cli/table';

const SECONDS_PER_MINUTE = 60;

/** Adds the commands for who is signed in. */
export function addSession(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'session', say('session.about'));
  shell
    .add(group, 'list', say('session.list.about'), 'session list --user zhang.san')
    .option('-u, --user <account>', say('session.opt.user'))
    .action(async ({ user }: { user?: string }, command: Command) => {
      const globals = shell.globals(command);
      const all = await shell.withStation(globals, (client) => askAll<SessionAnswerJson>(client, '/sessions'));
      const sessions = all.filter((session) => user === undefined || [session.account, session.user].includes(user.trim().toLowerCase()));
      if (globals.json) return shell.printJson(sessions);
      if (sessions.length === 0) return shell.note(say('session.none'));
      const titles = ['session', 'account', 'signed-in-by', 'address', 'began', 'used', 'ends-in'] as const;
      shell.table(
        titles.map((name) => ({ title: say(`column.${name}`) })),
        sessions.map(({ id, account, method, address, began, used, endsSeconds }) => [
          ...[id, account ?? '', say(`method.${method}`), address ?? '', timeText(began), timeText(used)],
          say('session.minutes', { minutes: Math.ceil(endsSeconds / SECONDS_PER_MINUTE) }),
        ]),
      );
    });
  shell
    .add(group, 'end <id...>', say('session.end.about'), 'session end ssn-01jybqe2v7k3m9')
    .action(async (ids: readonly string[], _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      await shell.withStation(globals, async (client) => {
        for (const id of ids) await ask(client, 'DELETE', `/sessions/${encodeURIComponent(id)}`);
      });
      if (globals.json) shell.printJson({ ended: ids });
      else shell.done(say('session.ended', { count: ids.length }));
    });
}

/** Adds `user password` to the commands for people. It works on the machine alone; whoever is elsewhere gets a one-time link. */
export function addPassword(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = program.commands.find((command) => command.name() === 'user') ?? shell.group(program, 'user', say('password.user.about'));
  shell
    .add(group, 'password <account>', say('password.about'), 'user password zhang.san')
    .action(async (account: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const password = await readTwice(shell);
      const path = `/accounts/${encodeURIComponent(account)}/password`;
      const answer = await shell.withStation(globals, (client) => ask<PasswordSetAnswer>(client, 'PUT', path, { body: { password } }));
      if (globals.json) shell.printJson(answer);
      else shell.done(say('password.set', answer));
    });
}

/** A terminal does not show what is typed, so it is typed twice. A pipe gives it once. */
async function readTwice({ context, say }: Shell): Promise<string> {
  const password = await context.readSecret(say('password.new'));
  if (context.stdinIsTerminal && (await context.readSecret(say('password.again'))) !== password)
    throw new UsageError(say('password.differ'));
  return password;
}
