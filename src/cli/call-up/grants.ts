import type { Command } from 'commander';
import type { CalledUpAnswer, GrantAnswer, NoticeAnswer } from '#api/call-ups';
import { ask, askAll } from '#cli/client';
import type { Shell } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';
import { actionsText, personText, targetText } from './requests.ts';

/** Adds the commands of grants. */
export function addGrant(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'grant', say('grant.about'));
  shell
    .add(group, 'list', say('grant.list.about'), 'grant list --all')
    .option('--all', say('grant.opt.all'))
    .action(async ({ all }: { all?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const query = { holding: all ? undefined : true };
      const found = await shell.withStation(globals, (client) => askAll<GrantAnswer>(client, '/grants', query));
      if (globals.json) return shell.printJson(found);
      if (found.length === 0) return shell.note(say('grant.none'));
      const titles = ['id', 'grant-user', 'request-target', 'request-actions', 'request-until', 'grant-ended'] as const;
      shell.table(
        titles.map((title) => ({ title: say(`column.${title}`) })),
        found.map((each) => [
          ...[each.id, personText(each.user), targetText(each), actionsText(shell, each.actions), timeText(each.until)],
          each.whyEnded === null ? '' : `${timeText(each.endedAt)} ${word(say, 'grant-end', each.whyEnded)}`,
        ]),
      );
    });
  shell
    .add(group, 'revoke <grant>', say('grant.revoke.about'), 'grant revoke grt-01jy…')
    .action(async (id: string, _: unknown, command: Command) => {
      const globals = shell.globals(command);
      const path = `/grants/${encodeURIComponent(id)}/revocation`;
      const done = await shell.withStation(globals, (client) => ask<CalledUpAnswer>(client, 'POST', path));
      if (globals.json) return shell.printJson(done);
      shell.done(say('grant.revoked', { id }));
    });
}

/** Adds the command of notices. */
export function addNotice(program: Command, shell: Shell): void {
  const { say } = shell;
  const group = shell.group(program, 'notice', say('notice.about'));
  shell
    .add(group, 'list', say('notice.list.about'), 'notice list --unread')
    .option('--unread', say('notice.opt.unread'))
    .action(async ({ unread }: { unread?: boolean }, command: Command) => {
      const globals = shell.globals(command);
      const found = await shell.withStation(globals, (client) => askAll<NoticeAnswer>(client, '/notices', { unread }));
      if (globals.json) return shell.printJson(found);
      if (found.length === 0) return shell.note(say('notice.none'));
      shell.table(
        [{ title: say('column.time') }, { title: say('column.grant-user') }, { title: say('column.what') }, { title: say('column.id') }],
        found.map(({ at, user: id, account, name, kind, request }) => [
          timeText(at),
          personText({ id, account, name }),
          word(say, 'notice-kind', kind),
          request,
        ]),
      );
    });
}
