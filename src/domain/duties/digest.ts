import { dateIn } from '#domain/time/calendar-date';
import { type Language, speaker } from '#messages/language';
import type { Duty, DutyKind } from './duty.ts';

/** Duties that one digest names. What is beyond is counted. */
export const DIGEST_MAX = 500;

interface Digest {
  /** Overdue, each once; of more than DIGEST_MAX the first. */
  readonly duties: readonly Pick<Duty, 'id' | 'kind' | 'dueMs'>[];
  /** Where to look; null: the station's own address is not configured. */
  readonly link: string | null;
  readonly zone: string;
}

/** The daily mail about what is overdue, in one language. It names duties by their ids, and nobody and nothing that they are about. */
export function digestText(language: Language, { duties, link, zone }: Digest): { readonly subject: string; readonly text: string } {
  const say = speaker(language);
  const named = duties.slice(0, DIGEST_MAX);
  const more = duties.length > DIGEST_MAX;
  const count = more ? `${DIGEST_MAX}+` : String(duties.length);
  const kinds = Map.groupBy(named, ({ kind }) => kind);
  const parts = [...kinds].map(([kind, of]) => [heading(kind, of.length), ...of.map(line)].join('\n'));
  const text = [
    say('digest.intro', { count, duties: duties.length }),
    ...parts,
    ...(more ? [say('digest.more', { count: DIGEST_MAX })] : []),
    say('digest.what-to-do'),
    ...(link === null ? [] : [link]),
  ];
  return { subject: say('digest.subject', { count, duties: duties.length }), text: `${text.join('\n\n')}\n` };

  function heading(kind: DutyKind, length: number): string {
    return say('digest.kind', { kind: say(`duty-kind.${kind}`), count: length });
  }
  function line({ id, dueMs }: Digest['duties'][number]): string {
    return say('digest.line', { id, due: dateIn(dueMs, zone) });
  }
}
