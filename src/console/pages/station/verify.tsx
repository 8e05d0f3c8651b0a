import { type FormEvent, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { askLines } from '../../client/request.ts';
import { CheckSet } from '../../kit/check-set.tsx';
import { sizeText } from '../../kit/figures.ts';
import { Badge, Button, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import styles from './station.module.css';

type Line = Schemas['VerifyLine'];
type Of<T extends Line['type']> = Extract<Line, { readonly type: T }>;

const PLACES = ['vault', 'archive', 'log'] as const;
/** More faults than anybody reads; the log has them all. */
const FAULTS_SHOWN = 500;

/** Reads files again and compares them with what was sealed: everything, or one recording. What it finds is on record. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const { busy, error, begin } = useWork();
  const [recording, setRecording] = useState('');
  const [places, setPlaces] = useState<ReadonlySet<string>>(new Set(['vault']));
  const [progress, setProgress] = useState<Of<'progress'> | null>(null);
  const [faults, setFaults] = useState<readonly Of<'fault'>[]>([]);
  const [summary, setSummary] = useState<Of<'summary'> | null>(null);
  const stop = useRef<AbortController | null>(null);
  const verify = (event: FormEvent) => {
    event.preventDefault();
    const ending = new AbortController();
    stop.current = ending;
    setFaults([]);
    setSummary(null);
    const body = {
      ...(recording.trim() === '' ? {} : { recording: recording.trim() }),
      ...Object.fromEntries(PLACES.filter((place) => places.has(place)).map((place) => [place, true])),
    };
    void begin(async () => {
      try {
        await askLines('POST /api/v1/verify', { body, signal: ending.signal }, (told) => {
          const line = told as Line;
          if (line.type === 'progress') setProgress(line);
          else if (line.type === 'fault') setFaults((all) => (all.length < FAULTS_SHOWN ? [...all, line] : all));
          else if (line.type === 'summary') setSummary(line);
        });
      } catch (failure) {
        // Ended by whoever began it.
        if (!ending.signal.aborted) throw failure;
      } finally {
        setProgress(null);
      }
    });
  };
  return (
    <>
      <PageHead title={say('verify-page.title')} subtitle={say('verify-page.about')} />
      <Stack>
        <Panel>
          <form className={styles.form} onSubmit={verify}>
            <CheckSet
              legend={say('verify-page.places')}
              values={PLACES}
              labelOf={(place) => word('place', place)}
              chosen={places}
              onChange={setPlaces}
            />
            <TextField
              label={say('verify-page.recording')}
              hint={say('verify-page.recording.hint')}
              value={recording}
              onChange={(event) => setRecording(event.target.value)}
              spellCheck={false}
            />
            {error ? <ProblemNote error={error} /> : null}
            <div className={styles.actions}>
              <Button type="submit" look="primary" busy={busy} disabled={places.size === 0}>
                {say('verify-page.begin')}
              </Button>
              {busy ? <Button onClick={() => stop.current?.abort()}>{say('verify-page.stop')}</Button> : null}
            </div>
          </form>
          {progress ? <Progress line={progress} /> : null}
          {summary ? <Summary line={summary} /> : null}
        </Panel>
        {faults.length > 0 ? (
          <Panel title={say('verify-page.faults', { count: faults.length })}>
            <Faults faults={faults} />
          </Panel>
        ) : null}
      </Stack>
    </>
  );
}

function Progress({ line: { place, files, filesTotal, bytes, bytesTotal } }: { readonly line: Of<'progress'> }) {
  const say = useSay();
  const word = useWord();
  return (
    <div role="status">
      <progress value={bytes} max={Math.max(1, bytesTotal)} aria-label={say('verify-page.title')} className={styles.bar} />
      <p className={styles.muted}>
        {say('verify-page.progress', {
          ...{ place: word('place', place), files, filesTotal },
          ...{ bytes: sizeText(bytes), bytesTotal: sizeText(bytesTotal) },
        })}
      </p>
    </div>
  );
}

function Summary({ line: { vaultFiles, archiveFiles, logEntries, bytes, faults } }: { readonly line: Of<'summary'> }) {
  const say = useSay();
  return (
    <p role="status">
      <Badge tone={faults === 0 ? 'good' : 'bad'}>
        {faults === 0 ? say('verify-page.same') : say('verify-page.differences', { count: faults })}
      </Badge>{' '}
      {say('verify-page.summary', { vaultFiles, archiveFiles, logEntries, bytes: sizeText(bytes) })}
    </p>
  );
}

function Faults({ faults }: { readonly faults: readonly Of<'fault'>[] }) {
  const word = useWord();
  const { reason } = useReason();
  const { has } = useSession();
  return (
    <ul>
      {faults.map(({ place, recordingId, key, reason: why }) => (
        <li key={`${place} ${recordingId} ${key} ${why.code}`} className={styles.row}>
          <Badge tone="bad">{word('place', place)}</Badge>
          <span className={styles.grow}>
            {reason(why)}
            <p className={styles.muted}>
              {recordingId === null ? null : has('find-footage') ? (
                <Link href={`/recordings/${recordingId}`}>{recordingId}</Link>
              ) : (
                recordingId
              )}{' '}
              {key}
            </p>
          </span>
        </li>
      ))}
    </ul>
  );
}
