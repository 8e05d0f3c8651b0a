import type { RecordingAnswer } from '#api/recordings';
import type { Say } from '#messages/language';
import type { Shell } from './command.ts';
import { timeText } from './table.ts';
import { word } from './words.ts';

/** Prints each claim of when a recording started, and what became of it. */
export function printClaims(shell: Shell, claims: RecordingAnswer['startClaims']): void {
  if (claims.length === 0) return;
  const { say } = shell;
  shell.print(`\n${say('recording.claims')}`);
  shell.table(
    [
      { title: say('column.claim') },
      { title: say('column.read-as') },
      { title: say('column.written') },
      { title: say('column.start') },
      { title: say('column.verdict') },
    ],
    claims.map(({ source, reading, written, until, start, verdict, why }) => [
      word(say, 'claim', source),
      readingWords(say, reading),
      until === null ? timeText(written) : `${timeText(written)} – ${timeText(until)}`,
      timeText(start),
      [word(say, 'verdict', verdict), ...(why === null ? [] : [word(say, 'why', why)])].join(': '),
    ]),
  );
}

/** A reading in words, such as `wall clock, end`. */
function readingWords(say: Say, reading: string): string {
  const whole = word(say, 'reading', reading);
  if (whole !== reading) return whole;
  return reading
    .split('-')
    .map((part) => word(say, 'reading', part))
    .join(say('between'));
}

interface ClaimedStart {
  readonly start: string | null;
  readonly claimedFrom: string | null;
}

/** Old and new start of a custody entry `recording.start-changed`, in words. */
export function startChange(say: Say, data: Readonly<Record<string, unknown>>): { old?: string; new?: string; from?: string } {
  const [old, now] = [data['old'], data['new']].map((each) => (typeof each === 'object' && each !== null ? (each as ClaimedStart) : null));
  if (!old || !now || !('claimedFrom' in now)) return {};
  const time = ({ start }: ClaimedStart) => timeText(start) || say('none');
  return { old: time(old), new: time(now), from: word(say, 'from', now.claimedFrom ?? '') };
}
