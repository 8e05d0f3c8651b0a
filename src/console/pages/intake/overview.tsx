import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { sizeText } from '../../kit/figures.ts';
import { Badge, ButtonLink, classes, Empty, Loading, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { dayOf, momentMs, Time, timeText, useNumber } from '../../kit/time.tsx';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { DockingState, isBad } from './docking-state.tsx';
import styles from './intake.module.css';

const SHOWN = 8;
const COUNTED_MAX = 100;
const DAY_MS = 86_400_000;
/** A disk that is full so soon is a matter of today. */
const SOON_DAYS = 14;

/** What came in today, what failed, what is missing, what is overdue. */
export function Page() {
  const say = useSay();
  const { has } = useSession();
  const sees = has('see-work');
  const figures = useAsk('GET /api/v1/figures', { query: { days: 30 } }, { topics: ['dockings', 'recordings', 'work'], enabled: sees });
  const duties = useAsk('GET /api/v1/duties/counts', {}, { topics: ['duties'], enabled: has('see-duties') });
  const today = figures.data ? dayOf(figures.data.days.at(-1)?.day ?? '') : '';
  return (
    <>
      <PageHead
        title={say('overview.title')}
        subtitle={today ? say('overview.about', { day: today }) : undefined}
        actions={sees ? <ButtonLink href="/intake">{say('intake.title')}</ButtonLink> : undefined}
      />
      <Stack>
        {figures.error ? <ProblemNote error={figures.error} again={() => void figures.refetch()} /> : null}
        {sees && figures.isPending ? <Loading /> : null}
        {figures.data ? <Tiles figures={figures.data} duties={duties.data} today={today} /> : null}
        <div className={styles.columns}>
          <Stack>
            {sees ? <Problems today={today} /> : null}
            {has('see-slots') ? <Slots /> : null}
            {sees ? <Arrived /> : null}
          </Stack>
          <Stack>
            {figures.data ? <Storage figures={figures.data} /> : null}
            {duties.data ? <Duties counts={duties.data} /> : null}
            {has('decide-call-up') ? <Requests /> : null}
          </Stack>
        </div>
      </Stack>
    </>
  );
}

interface TileProps {
  readonly href: string;
  readonly label: string;
  readonly value: number;
  /** There are more than were counted. */
  readonly more?: boolean;
  readonly about?: string;
  /** How it looks unless it is 0. */
  readonly tone?: 'bad' | 'warn';
}

function Tile({ href, label, value, about, tone, more = false }: TileProps) {
  const number = useNumber();
  const shown = tone && value > 0 ? tone : null;
  return (
    <li>
      <Link href={href} className={classes(styles.tile, shown && styles[shown])}>
        <span className={styles.tileLabel}>{label}</span>
        <strong className={styles.tileValue}>
          {number(value)}
          {more ? '+' : ''}
        </strong>
        <span className={styles.tileAbout}>{about}</span>
      </Link>
    </li>
  );
}

interface TilesProps {
  readonly figures: Schemas['Figures'];
  readonly duties: Schemas['DutyCounts'] | undefined;
  readonly today: string;
}

function Tiles({ figures: { today: tally, work }, duties, today }: TilesProps) {
  const say = useSay();
  const number = useNumber();
  const overdue = duties?.kinds.reduce((sum, kind) => sum + kind.overdue, 0) ?? 0;
  const unassigned = useCounted({ unassigned: true });
  const damaged = useCounted({ damaged: true });
  return (
    <ul className={styles.tiles} aria-label={say('overview.one-look')}>
      <Tile
        href={`/intake?since=${today}`}
        label={say('overview.docked')}
        value={tally.dockings}
        about={say('overview.docked.about', { files: number(tally.filesListed), size: sizeText(tally.bytesListed) })}
      />
      <Tile
        href={`/intake?since=${today}&problems=true`}
        label={say('overview.failed')}
        value={tally.failed}
        about={say('overview.failed.about', { refused: number(tally.filesRefused) })}
        tone="bad"
      />
      <Tile href="/unassigned" label={say('overview.unassigned')} {...unassigned} about={say('overview.unassigned.about')} tone="warn" />
      <Tile href="/search?damaged=true" label={say('overview.damaged')} {...damaged} about={say('overview.damaged.about')} tone="bad" />
      {duties ? (
        <Tile href="/duties" label={say('overview.overdue')} value={overdue} about={say('overview.overdue.about')} tone="bad" />
      ) : null}
      <Tile
        href={work.failed > 0 ? '/jobs?state=failed' : '/jobs?state=waiting'}
        label={say('overview.work-failed')}
        value={work.failed}
        about={say('overview.work-waiting', { count: number(work.waiting) })}
        tone="bad"
      />
    </ul>
  );
}

/** How many recordings are like this, as far as one page of them tells. */
function useCounted(query: { readonly unassigned?: boolean; readonly damaged?: boolean }): {
  readonly value: number;
  readonly more: boolean;
} {
  const { has } = useSession();
  const list = useRows(
    'GET /api/v1/recordings',
    { query: { limit: COUNTED_MAX, ...query } },
    { topics: ['recordings'], enabled: has('find-footage') },
  );
  return { value: list.rows.length, more: list.hasMore };
}

function Problems({ today }: { readonly today: string }) {
  const say = useSay();
  const { reason } = useReason();
  const list = useRows(
    'GET /api/v1/dockings',
    { query: { problems: true, since: today, limit: SHOWN } },
    { topics: ['dockings'], enabled: today !== '' },
  );
  if (list.loading || today === '') return null;
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  if (list.rows.length === 0)
    return (
      <Panel>
        <p className={styles.calm}>
          <Badge tone="good">{say('overview.no-problems')}</Badge>
        </p>
      </Panel>
    );
  return (
    <Panel title={say('overview.problems')} flush>
      <ul className={styles.lines}>
        {list.rows.map((docking) => (
          <li key={docking.id}>
            <Link href={`/intake/${docking.id}`} className={styles.line}>
              <DockingState docking={docking} />
              <strong>{docking.recorderSerial}</strong>
              <span className={styles.lineText}>
                {docking.problem?.reason
                  ? reason(docking.problem.reason)
                  : docking.filesRefused > 0
                    ? say('intake.refused-files', { count: docking.filesRefused })
                    : say('intake.gone-early')}
              </span>
              <Time at={docking.arrivedAt} to="clock" />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Slots() {
  const say = useSay();
  const word = useWord();
  const list = useRows('GET /api/v1/slots', { query: { limit: 100 } }, { topics: ['slots', 'dockings'] });
  const tone = (phase: string) =>
    phase === 'safe' ? 'good' : phase === 'problem' || phase === 'unknown' ? 'bad' : phase === 'empty' ? 'plain' : 'info';
  return (
    <Panel title={say('overview.slots')}>
      <ListState list={list} empty={say('overview.no-slots')} />
      <ul className={styles.slots}>
        {list.rows.map((slot) => (
          <li key={slot.slot} className={styles.slot}>
            <strong>{say('mine.slot', { slot: slot.slot })}</strong>
            <Badge tone={tone(slot.phase)}>{word('phase', slot.phase)}</Badge>
            <span className={styles.lineText}>
              {slot.dockingId && slot.phase !== 'empty' ? <Link href={`/intake/${slot.dockingId}`}>{slot.recorderSerial}</Link> : '—'}
            </span>
            {slot.bytesListed > 0 && slot.phase === 'copying' ? (
              <progress className={styles.progress} max={slot.bytesListed} value={slot.bytesCopied} aria-label={say('overview.copied')} />
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Arrived() {
  const say = useSay();
  const list = useRows('GET /api/v1/dockings', { query: { limit: SHOWN } }, { topics: ['dockings'] });
  return (
    <Panel title={say('overview.last')} flush actions={<Link href="/intake">{say('overview.all')}</Link>}>
      <ListState list={list} empty={say('intake.none')} />
      <ul className={styles.lines}>
        {list.rows.map((docking) => (
          <li key={docking.id}>
            <Link href={`/intake/${docking.id}`} className={styles.line}>
              <DockingState docking={docking} />
              <strong>{docking.recorderSerial}</strong>
              <span className={styles.lineText}>
                {say('intake.files-size', { files: docking.filesListed, size: sizeText(docking.bytesListed) })}
                {isBad(docking) && docking.filesRefused > 0 ? ` · ${say('intake.refused-files', { count: docking.filesRefused })}` : ''}
              </span>
              <Time at={docking.arrivedAt} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Storage({ figures: { space, work } }: { readonly figures: Schemas['Figures'] }) {
  const say = useSay();
  const number = useNumber();
  const days = space?.fullAt ? Math.max(0, Math.floor((momentMs(space.fullAt) - Date.now()) / DAY_MS)) : null;
  return (
    <Panel title={say('overview.storage')}>
      {space === null ? <Badge tone="bad">{say('overview.disk-silent')}</Badge> : null}
      {space ? (
        <>
          <div>
            <strong className={styles.big}>{sizeText(Math.max(0, space.freeBytes))}</strong> {say('overview.free')}
          </div>
          {days !== null && space.fullAt ? (
            <Badge tone={days < SOON_DAYS ? 'bad' : 'plain'}>{say('overview.full-in', { days, day: timeText(space.fullAt, 'day') })}</Badge>
          ) : (
            <p className={styles.muted}>{say(space.bytesPerDay === null ? 'overview.growth-unknown' : 'overview.never-full')}</p>
          )}
          {space.bytesPerDay !== null && space.bytesPerDay > 0 ? (
            <p className={styles.muted}>{say('overview.growth', { size: sizeText(space.bytesPerDay) })}</p>
          ) : null}
        </>
      ) : null}
      <p>
        {work.notArchived === 0 ? (
          <Badge tone="good">{say('overview.all-archived')}</Badge>
        ) : (
          <Badge tone="warn">{say('overview.not-archived', { count: number(work.notArchived) })}</Badge>
        )}
      </p>
    </Panel>
  );
}

function Duties({ counts: { kinds } }: { readonly counts: Schemas['DutyCounts'] }) {
  const say = useSay();
  const word = useWord();
  const number = useNumber();
  return (
    <Panel title={say('overview.duties')} flush actions={<Link href="/duties">{say('overview.all')}</Link>}>
      {kinds.length === 0 ? <Empty text={say('overview.no-duties')} /> : null}
      <ul className={styles.lines}>
        {kinds.map(({ kind, open, overdue }) => (
          <li key={kind}>
            <Link href={`/duties?kind=${kind}`} className={styles.line}>
              <span className={styles.lineText}>{word('duty-kind', kind)}</span>
              {overdue > 0 ? <Badge tone="bad">{say('overview.overdue-count', { count: number(overdue) })}</Badge> : null}
              <strong>{number(open)}</strong>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Requests() {
  const say = useSay();
  const list = useRows('GET /api/v1/requests', { query: { state: 'asked', limit: 100 } }, { topics: ['callUps'] });
  const count = list.rows.length;
  return (
    <Panel title={say('overview.requests')} actions={<Link href="/requests">{say('overview.all')}</Link>}>
      {count === 0 ? (
        <p className={styles.muted}>{say('overview.no-requests')}</p>
      ) : (
        <Badge tone="warn">{say('overview.requests-waiting', { count })}</Badge>
      )}
    </Panel>
  );
}
