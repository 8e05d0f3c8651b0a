import type { FactAnswer } from '#api/facts';
import type { Say } from '#messages/language';
import { askAll, type StationClient } from './client.ts';
import type { Shell } from './command.ts';
import { printable, timeText } from './table.ts';
import { word } from './words.ts';

const CASE = 'case:';

/** Asks for the history of a thing's values. `path`: the URL path of the thing. */
export function askFacts(client: StationClient, path: string): Promise<readonly FactAnswer[]> {
  return askAll<FactAnswer>(client, `${path}/facts`);
}

/** Prints what was known of a thing, and since when. */
export function printFacts(shell: Shell, facts: readonly FactAnswer[]): void {
  const { say } = shell;
  shell.print(`\n${say('facts.title')}`);
  if (facts.length === 0) {
    shell.print(say('facts.none'));
    return;
  }
  shell.table(
    [
      { title: '#', right: true },
      { title: say('column.from') },
      { title: say('column.who') },
      { title: say('column.what') },
      { title: say('column.value'), widthMax: 60 },
    ],
    facts.map(({ entry, from, actor, name, value }) => [
      String(entry),
      timeText(from),
      actor,
      nameWords(say, name),
      valueWords(say, name, value),
    ]),
  );
}

function nameWords(say: Say, name: string): string {
  return name.startsWith(CASE) ? `${word(say, 'field', 'case')} ${printable(name.slice(CASE.length))}` : word(say, 'field', name);
}

function valueWords(say: Say, name: string, value: unknown): string {
  if (value === null) return say('none');
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  if (Array.isArray(value))
    return value.map((each) => (name === 'roles' ? word(say, 'role', String(each)) : each)).join(' ') || say('none');
  const text = String(value);
  if (name === 'start' || name === 'closed') return timeText(text);
  if (name === 'state') return word(say, 'user-state', text);
  return name === 'category' || name === 'stage' ? word(say, name, text) : printable(text);
}
