import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { InvitationAnswer, RevokedAnswer, WorkerAnswer } from '#api/workers';
import { EvidockError, errnoText } from '#domain/errors';
import { invitationText } from '#domain/invitation';
import { because } from '#domain/reason';
import { openNew } from './access/answer-file.ts';
import { ask, askAll } from './client.ts';
import { type Shell, UsageError } from './command.ts';
import { timeText } from './table.ts';

interface RunOptions {
  readonly invite?: string;
}

interface InviteOptions {
  readonly address?: string;
  readonly out?: string;
}

export function addWorker(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.groupWithDefault(program, 'worker', say('worker.about'), 'worker --invite render1.json');
  shell
    .add(group, 'run', say('worker.run.about'), '--config worker.yaml worker --invite render1.json', { isDefault: true })
    .option('-i, --invite <file>', say('worker.opt.invite'))
    .action(async ({ invite }: RunOptions, command: Command) => {
      if (invite === undefined) throw new UsageError(say('worker.run.no-invite'));
      const globals = shell.globals(command);
      const text = await readInvitation(shell.path(invite));
      await shell.context.runWorker({
        ...globals,
        invite: text,
        ready: ({ station, worker }) => {
          if (globals.json) shell.context.stdout.write(`${JSON.stringify({ station, worker })}\n`);
          else shell.print(say('worker.run.ready', { station, worker }));
        },
      });
    });
  addInvite(group, shell);
  addList(group, shell);
  addRevoke(group, shell);
}

async function readInvitation(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new EvidockError('request.invalid', because('cannot-read', { thing: file, errno: errnoText(error) }), error);
  }
}

function addInvite(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'invite <name>', say('worker.invite.about'), 'worker invite render1 --out render1.json')
    .option('-a, --address <host:port>', say('worker.opt.address'))
    .option('-o, --out <file>', say('worker.opt.out'))
    .action(async (name: string, { address, out }: InviteOptions, command: Command) => {
      const globals = shell.globals(command);
      // The file is opened before the invitation is made: a key that cannot be written anywhere would be lost.
      const file = out === undefined ? null : await openNew(shell.path(out));
      try {
        const body = { name, ...(address === undefined ? {} : { address }) };
        const invitation = await shell.withStation(globals, (client) => ask<InvitationAnswer>(client, 'POST', '/workers', { body }));
        const text = invitationText(invitation);
        if (file === null) {
          shell.context.stdout.write(text);
          return;
        }
        await file.write(text);
        if (globals.json) shell.printJson({ worker: name, file: file.path });
        else shell.done(say('worker.invited', { worker: name, file: file.path }));
      } catch (error) {
        await file?.remove();
        throw error;
      } finally {
        await file?.close();
      }
    });
}

function addList(group: Command, shell: Shell): void {
  const { say } = shell;
  shell.add(group, 'list', say('worker.list.about'), 'worker list').action(async (_options: unknown, command: Command) => {
    const globals = shell.globals(command);
    const workers = await shell.withStation(globals, (client) => askAll<WorkerAnswer>(client, '/workers'));
    if (globals.json) return shell.printJson(workers);
    if (workers.length === 0) return shell.note(say('worker.none'));
    shell.table(
      [
        { title: say('column.worker') },
        { title: say('column.invited') },
        { title: say('column.revoked') },
        { title: say('column.running'), right: true },
        { title: say('column.heard'), right: true },
      ],
      workers.map(({ name, invitedAt, revokedAt, running, heardSecondsAgo: heard }) => [
        ...[name, timeText(invitedAt), timeText(revokedAt), String(running)],
        heard === null ? '' : say('worker.heard', { seconds: heard }),
      ]),
    );
  });
}

function addRevoke(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'revoke <name>', say('worker.revoke.about'), 'worker revoke render1')
    .action(async (name: string, _options: unknown, command: Command) => {
      const globals = shell.globals(command);
      const path = `/workers/${encodeURIComponent(name)}`;
      const answer = await shell.withStation(globals, (client) => ask<RevokedAnswer>(client, 'DELETE', path));
      if (globals.json) shell.printJson(answer);
      else shell.done(say('worker.revoked', { worker: name, work: answer.work }));
    });
}
