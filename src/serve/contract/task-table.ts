import { ROLES } from '#domain/access/roles';
import { DEFAULT_TASKS, TASKS, type Task, type TaskTable } from '#domain/access/tasks';
import { en } from '#messages/en';
import { needsText, taskOf } from '#serve/leave';
import type { Route } from '#serve/route';

/** Where the table stands in docs/access.md. */
export const TASK_TABLE = { begin: '<!-- tasks: generated -->', end: '<!-- end of tasks -->' };

/** What each role may do, as lines of Markdown: by task, with the routes that it opens. */
function taskTableMarkdown(routes: readonly Route[], table: TaskTable = DEFAULT_TASKS): string {
  const words: Readonly<Record<string, string>> = en;
  const line = (task: Task) => {
    const opened = routes.filter((row) => taskOf(row) === task).map((row) => row.url.replace('/api/v1', ''));
    const kinds = [...new Set(opened.map((url) => url.split('/')[1] ?? ''))].sort();
    const roles = ROLES.map((role) => (table[task].includes(role) ? 'yes' : ''));
    return `| \`${task}\` | ${words[`task.${task}`]} | ${roles.join(' | ')} | ${kinds.map((kind) => `\`/${kind}\``).join(' ')} |`;
  };
  const head = `| task | may | ${ROLES.join(' | ')} | routes below |`;
  const open = routes.filter((row) => needsText(row) === 'nothing').map(({ url }) => `\`${url.replace('/api/v1', '')}\``);
  return [
    head,
    `|---|---|${ROLES.map(() => '---|').join('')}---|`,
    ...TASKS.map(line),
    '',
    `Open to everybody: ${[...new Set(open)].sort().join(', ')}.`,
    '',
  ].join('\n');
}

/** The document with the table in its place. */
export function withTaskTable(document: string, routes: readonly Route[]): string {
  const [before = '', after = ''] = [document.split(TASK_TABLE.begin)[0], document.split(TASK_TABLE.end)[1]];
  return `${before}${TASK_TABLE.begin}\n\n${taskTableMarkdown(routes)}\n${TASK_TABLE.end}${after}`;
}
