import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { lengthText, sizeText } from '../../kit/figures.ts';
import { Badge, ButtonLink, Empty, Facts, Loading, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { DockingState } from './docking-state.tsx';
import styles from './intake.module.css';
import { RetryButton, WorkTable } from './work-table.tsx';

type Recording = Schemas['Recording'];

const PAGE = 200;

/** One docking: what became of it, step by step, and of each of its files. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const word = useWord();
  const { reason, error } = useReason();
  const { has } = useSession();
  const report = useAsk('GET /api/v1/dockings/{id}', { path: { id } }, { topics: ['dockings', 'originals', 'slots'] });
  const refusals = useRows('GET /api/v1/dockings/{id}/refusals', { path: { id } }, { topics: ['dockings'] });
  const recordings = useRows(
    'GET /api/v1/recordings',
    { query: { docking: id, limit: PAGE } },
    { topics: ['recordings', 'originals', 'work'], enabled: has('find-footage') },
  );
  const left = useRows('GET /api/v1/jobs', { query: { docking: id, limit: PAGE } }, { topics: ['work'] });
  if (report.error) return <ProblemNote error={report.error} again={() => void report.refetch()} />;
  if (!report.data) return <Loading />;
  const { docking, progress } = report.data;
  const files = recordings.rows.flatMap((recording) => recording.originals.map((original) => ({ recording, original })));
  return (
    <>
      <PageHead
        title={say('docking.title', { recorder: docking.recorderSerial })}
        subtitle={
          <>
            <DockingState docking={docking} /> <Time at={docking.arrivedAt} to="second" /> · {say('mine.slot', { slot: docking.slot })}
          </>
        }
        actions={<ButtonLink href={`/recorders/${encodeURIComponent(docking.recorderSerial)}`}>{say('docking.recorder')}</ButtonLink>}
      />
      <Stack>
        {docking.problem?.reason ? (
          <Panel>
            <Badge tone="bad">{docking.problem.code ? error(docking.problem.code).what : say('docking-state.problem')}</Badge>
            <p>{reason(docking.problem.reason)}</p>
            {docking.problem.code ? <p className={styles.muted}>{error(docking.problem.code).remedy}</p> : null}
          </Panel>
        ) : null}
        <LifeLine docking={docking} progress={progress} recordings={recordings.rows} />
        {refusals.rows.length > 0 ? (
          <Panel title={say('docking.refusals', { count: refusals.rows.length })} flush>
            <ul className={styles.lines}>
              {refusals.rows.map((refusal) => (
                <li key={`${refusal.cardPath} ${refusal.code}`} className={styles.line}>
                  <code>{refusal.cardPath}</code>
                  <span className={styles.lineText}>
                    {error(refusal.code).what} · {reason(refusal.reason)}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        {left.rows.length > 0 ? (
          <Panel title={say('docking.left')} flush actions={<RetryButton />}>
            <WorkTable list={left} />
          </Panel>
        ) : null}
        <Panel title={say('docking.files')} flush>
          <DataTable
            label={say('docking.files')}
            list={{ ...recordings, rows: files }}
            idOf={({ original }) => original.id}
            empty={<Empty text={say(docking.filesKnown > 0 ? 'docking.all-known' : 'docking.no-files')} />}
            columns={[
              { id: 'path', title: say('docking.path'), look: 'wrap', cell: ({ original }) => <code>{original.shownPath}</code> },
              { id: 'kind', title: say('recording-list.kind'), cell: ({ original }) => word('kind', original.kind) },
              { id: 'size', title: say('intake.col.size'), look: 'number', cell: ({ original }) => sizeText(original.bytes) },
              {
                ...{ id: 'state', title: say('docking.file-state') },
                cell: ({ original }) => (
                  <>
                    <Badge tone={original.state === 'sealed' ? 'good' : 'info'}>{say(`file-state.${original.state}`)}</Badge>
                    {original.gaps.length > 0 ? <Badge tone="bad">{say('docking.gaps', { count: original.gaps.length })}</Badge> : null}
                  </>
                ),
              },
              {
                ...{ id: 'recording', title: say('docking.recording') },
                cell: ({ recording }) => (
                  <Link href={`/recordings/${recording.id}`}>
                    <RecordingState recording={recording} />
                  </Link>
                ),
              },
              {
                id: 'length',
                title: say('recording-list.length'),
                look: 'number',
                cell: ({ recording }) => lengthText(recording.durationMs),
              },
              {
                ...{ id: 'trouble', title: say('docking.trouble'), look: 'wrap' },
                cell: ({ recording }) =>
                  recording.trouble.map((each) => (each.reason ? reason(each.reason) : error(each.code).what)).join(' · ') || '—',
              },
            ]}
          />
        </Panel>
        <Panel title={say('docking.facts')}>
          <Facts
            rows={[
              [say('intake.col.id'), <code key="id">{docking.id}</code>],
              [say('docking.port'), <code key="port">{docking.port}</code>],
              [say('intake.col.driver'), `${docking.driverId} (${docking.driverScore} / 100)`],
              [say('docking.why'), docking.driverWhy.map((why) => reason(why)).join(' · ') || '—'],
              [say('intake.col.clock'), docking.clockOffsetMs === null ? '—' : `${(docking.clockOffsetMs / 1000).toFixed(1)} s`],
              docking.batteryPercent === null ? null : [say('docking.battery'), `${docking.batteryPercent}%`],
              docking.filesToRecheck > 0 ? [say('docking.rechecked'), `${docking.filesRechecked} / ${docking.filesToRecheck}`] : null,
            ]}
          />
        </Panel>
      </Stack>
    </>
  );
}

function RecordingState({ recording: { state, damaged } }: { readonly recording: Recording }) {
  const say = useSay();
  const word = useWord();
  return damaged ? say('mark.damaged') : word('state', state);
}

interface LifeLineProps {
  readonly docking: Schemas['Docking'];
  readonly progress: Schemas['DockingReport']['progress'];
  readonly recordings: readonly Recording[];
}

/** What was done, in order, each with its time or how far it is. */
function LifeLine({ docking, progress, recordings }: LifeLineProps) {
  const say = useSay();
  const files = progress.listed + progress.copied + progress.sealed;
  const latest = (times: readonly string[]) => times.toSorted().at(-1) ?? null;
  const reached = (states: readonly Recording['state'][]) => recordings.filter(({ state }) => states.includes(state)).length;
  const archivedAt = latest(
    recordings.flatMap(({ copies }) => copies.filter(({ where }) => where !== 'vault').map(({ verifiedAt }) => verifiedAt)),
  );
  const isOver = docking.state === 'removed' || docking.state === 'interrupted';
  const steps: readonly {
    readonly name: string;
    readonly at: string | null;
    readonly about?: string;
    readonly done: boolean;
    readonly bad?: boolean;
  }[] = [
    { name: say('life.arrived'), at: docking.arrivedAt, done: true },
    {
      ...{ name: say('life.listed'), at: docking.listedAt, done: docking.listedAt !== null, bad: isOver && docking.listedAt === null },
      about: say('intake.files-size', { files: docking.filesListed, size: sizeText(docking.bytesListed) }),
    },
    {
      ...{
        name: say('life.copied'),
        at: docking.unchangedAt,
        done: docking.unchangedAt !== null,
        bad: isOver && docking.unchangedAt === null,
      },
      about: say('life.of', { done: progress.copied + progress.sealed, all: files }),
    },
    {
      ...{ name: say('life.sealed'), at: null, done: files > 0 ? progress.sealed === files : docking.safeAt !== null },
      about: say('life.of', { done: progress.sealed, all: files }),
    },
    { name: say('life.safe'), at: docking.safeAt, done: docking.safeAt !== null, bad: isOver && docking.safeAt === null },
    {
      ...{
        name: say('life.derived'),
        at: null,
        done: recordings.length > 0 && reached(['derived', 'archived', 'replaced', 'disposed']) === recordings.length,
      },
      about: say('life.of', { done: reached(['derived', 'archived', 'replaced', 'disposed']), all: recordings.length }),
    },
    {
      ...{
        name: say('life.archived'),
        at: archivedAt,
        done: recordings.length > 0 && reached(['archived', 'replaced', 'disposed']) === recordings.length,
      },
      about: say('life.of', { done: reached(['archived', 'replaced', 'disposed']), all: recordings.length }),
    },
    {
      name: say('life.removed'),
      at: docking.removedAt,
      done: docking.removedAt !== null,
      bad: docking.removedAt !== null && docking.safeAt === null,
    },
  ];
  return (
    <Panel title={say('docking.life')}>
      <ol className={styles.life}>
        {steps.map(({ name, at, about, done, bad = false }) => (
          <li key={name} className={styles.step} data-done={done && !bad} data-bad={bad}>
            <strong>{name}</strong>
            <span>{at === null ? say(bad ? 'life.never' : done ? 'life.done' : 'life.not-yet') : <Time at={at} to="clock" />}</span>
            <small>{about}</small>
          </li>
        ))}
      </ol>
      {docking.filesKnown > 0 ? <p className={styles.muted}>{say('docking.known', { count: docking.filesKnown })}</p> : null}
    </Panel>
  );
}
