import { Link } from 'wouter';
import type { Reason } from '#messages/reason';
import type { Schemas } from '../../client/api.ts';
import { lengthText } from '../../kit/figures.ts';
import { Badge, type Tone } from '../../kit/kit.tsx';
import { timeText } from '../../kit/time.tsx';
import { hasText, useReason, useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';

type Recording = Schemas['Recording'];

const DAY_MS = 86_400_000;

/** What a person should know of it: damage, notes, links, failed work, files that wait to come back. */
export function Remarks({ recording }: { readonly recording: Recording }) {
  const say = useSay();
  const word = useWord();
  const words = useReason();
  const noteWords = useNoteWords();
  const { damageReason, notes, links, trouble, fetches, replacedBy } = recording;
  const remarks: readonly { readonly tone: Tone; readonly text: string }[] = [
    ...(damageReason === null ? [] : [{ tone: 'bad' as const, text: words.reason(damageReason) }]),
    ...notes.map((note) => ({ tone: 'info' as const, text: noteWords(note) })),
    ...trouble.map(({ stage, code, reason }) => ({
      tone: 'bad' as const,
      text: `${word('work-stage', stage)}: ${words.error(code).what}${reason === null ? '' : ` (${words.reason(reason)})`}`,
    })),
    ...fetches.map(({ original, attempts, nextAt, reason }) => ({
      tone: 'warn' as const,
      text: say('recording.fetch-waits-here', { index: original, count: attempts, next: timeText(nextAt), why: words.reason(reason) }),
    })),
  ];
  if (remarks.length === 0 && links.length === 0 && replacedBy === null) return null;
  return (
    <ul className={styles.form}>
      {remarks.map(({ tone, text }) => (
        <li key={text} className={styles.remark}>
          <Badge tone={tone}>{text}</Badge>
        </li>
      ))}
      {links.map(({ relation, recordingId }) => (
        <li key={recordingId}>
          <Link href={`/recordings/${recordingId}`}>{say(`link.${relation}`, { id: recordingId })}</Link>
        </li>
      ))}
      {replacedBy === null ? null : (
        <li>
          <Link href={`/recordings/${replacedBy}`}>{say('recording.replaced', { by: replacedBy })}</Link>
        </li>
      )}
    </ul>
  );
}

/** A note in words: its times, lengths and reasons too. */
function useNoteWords(): (note: Schemas['Note']) => string {
  const say = useSay();
  const word = useWord();
  const { reason } = useReason();
  return ({ code, parameters }) => {
    if (!hasText(`note.${code}`)) return code;
    const { from, claim, differenceS } = parameters;
    const told = Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? reason(value as Reason) : String(value),
    ]);
    const difference = (ms: number) => {
      const days = Math.floor(Math.abs(ms) / DAY_MS);
      const rest = lengthText(Math.abs(ms) - days * DAY_MS);
      const length = days > 0 ? say('time.days', { days, length: rest }) : rest;
      return { length, difference: say(ms < 0 ? 'time.earlier' : 'time.later', { length }) };
    };
    return say(`note.${code}`, {
      ...(Object.fromEntries(told) as Record<string, string>),
      ...(from === undefined ? {} : { from: word('claim', String(from)) }),
      ...(claim === undefined ? {} : { claim: String(claim).slice(0, 19).replace('T', ' ') }),
      ...(differenceS === undefined ? {} : difference(Number(differenceS) * 1000)),
    });
  };
}
