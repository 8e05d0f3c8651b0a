import { useQueries, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { ask } from '../client/request.ts';
import { lengthText } from '../kit/figures.ts';
import { Button, TextField } from '../kit/kit.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { useSay } from '../texts/say.ts';
import type { Track } from './master-clock.ts';
import styles from './player.module.css';

/** A mark on the common line. */
export interface PlacedMark extends Readonly<Schemas['Mark']> {
  readonly recording: string;
  readonly onLineMs: number;
}

const KEY = [{ topics: ['recordings'] }, 'marks'] as const;

const stating = ({ reason, forCase }: Stated) => ({ ...(reason === null ? {} : { reason }), ...(forCase === null ? {} : { forCase }) });

/** The marks of the films on a line, in order. */
export function useMarks(tracks: readonly Track[], stated: Stated): readonly PlacedMark[] {
  const found = useQueries({
    queries: tracks.map(({ id }) => ({
      queryKey: [...KEY, id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        ask('GET /api/v1/recordings/{id}/marks', { path: { id }, signal, ...stating(stated) }),
    })),
  });
  return tracks
    .flatMap(({ id, fromMs }, at) =>
      (found[at]?.data?.items ?? []).map((mark) => ({ ...mark, recording: id, onLineMs: fromMs + mark.momentMs })),
    )
    .toSorted((one, other) => one.onLineMs - other.onLineMs);
}

interface MarksProps {
  readonly marks: readonly PlacedMark[];
  /** The film that a new mark belongs to, and its moment. */
  readonly recording: string;
  readonly momentMs: number;
  /** The same as people read it. */
  readonly moment: string;
  readonly stated: Stated;
  readonly onSeek: (onLineMs: number) => void;
}

/** What somebody saw where: a list to go through, and a line to add to it. */
export function Marks({ marks, recording, momentMs, moment, stated, onSeek }: MarksProps) {
  const say = useSay();
  const client = useQueryClient();
  const [words, setWords] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const carry = async (deed: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await deed();
      setError(null);
      await client.invalidateQueries({ queryKey: KEY });
      return true;
    } catch (failure) {
      setError(failure as Error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const body = { momentMs: Math.max(0, Math.round(momentMs)), words: words.trim() };
    if (body.words === '') return;
    if (await carry(() => ask('POST /api/v1/recordings/{id}/marks', { path: { id: recording }, body, ...stating(stated) }))) setWords('');
  };
  return (
    <section className={styles.marks} aria-label={say('player.marks')}>
      <form className={styles.markForm} onSubmit={(event) => void add(event)}>
        <TextField
          label={say('player.mark.words', { moment })}
          value={words}
          maxLength={500}
          data-mark-words
          onChange={(event) => setWords(event.target.value)}
        />
        <Button type="submit" busy={busy} disabled={words.trim() === ''}>
          {say('player.mark.add')}
        </Button>
      </form>
      {error ? <ProblemNote error={error} /> : null}
      {marks.length === 0 ? null : (
        <ul className={styles.markList}>
          {marks.map((mark) => (
            <li key={mark.id}>
              <button type="button" className={styles.markGo} onClick={() => onSeek(mark.onLineMs)}>
                <span>{lengthText(mark.momentMs)}</span>
                <strong>{mark.words ?? '—'}</strong>
              </button>
              <small>{mark.name ?? mark.by}</small>
              {mark.own ? (
                <Button
                  look="quiet"
                  aria-label={say('player.mark.remove', { words: mark.words ?? '' })}
                  onClick={() =>
                    void carry(() =>
                      ask('DELETE /api/v1/recordings/{id}/marks/{mark}', {
                        path: { id: mark.recording, mark: mark.id },
                        ...stating(stated),
                      }),
                    )
                  }
                >
                  {say('player.mark.away')}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
