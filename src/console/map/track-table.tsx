import { Link } from 'wouter';
import { type Column, DataTable } from '../kit/data-table.tsx';
import { Facts } from '../kit/kit.tsx';
import { Time, timeText } from '../kit/time.tsx';
import { useSay } from '../texts/say.ts';
import { metresText, placeText } from './geo.ts';
import type { Lane } from './lanes.ts';
import styles from './map.module.css';
import type { Step, Walk } from './walks.ts';

const DROPS = ['unreadable', 'nowhere', 'otherTime', 'backwards', 'tooFast'] as const;

interface Row {
  readonly lane: Lane;
  readonly walk: Walk;
}

/** What the map shows, in words, and what was left out of it. */
export function TrackTable({ lanes }: { readonly lanes: readonly Lane[] }) {
  const say = useSay();
  const placed = (step: Step | undefined) => (step ? placeText(step) : '—');
  const rows = lanes.flatMap((lane) => lane.walks.map((walk) => ({ lane, walk })));
  const columns: readonly Column<Row>[] = [
    { id: 'camera', title: say('map.table.camera'), look: 'wrap', cell: ({ lane }) => `${lane.number} · ${lane.name}` },
    {
      id: 'recording',
      title: say('map.table.recording'),
      cell: ({ walk: { recording } }) => (
        <Link href={`/recordings/${recording.id}`}>{recording.start === null ? recording.id : timeText(recording.start, 'second')}</Link>
      ),
    },
    { id: 'from', title: say('map.table.from'), cell: ({ walk }) => <Time at={walk.track.begin} to="second" /> },
    { id: 'to', title: say('map.table.to'), cell: ({ walk }) => <Time at={walk.track.end} to="second" /> },
    { id: 'first', title: say('map.table.first'), look: 'wrap', cell: ({ walk: { steps } }) => placed(steps[0]) },
    { id: 'last', title: say('map.table.last'), look: 'wrap', cell: ({ walk: { steps } }) => placed(steps.at(-1)) },
    { id: 'length', title: say('map.table.length'), look: 'number', cell: ({ walk }) => metresText(walk.track.lengthM) },
    {
      id: 'dropped',
      title: say('map.table.dropped'),
      look: 'number',
      cell: ({ walk: { track } }) =>
        say('map.table.of', { count: DROPS.reduce((sum, why) => sum + track.dropped[why], 0), all: track.fixes }),
    },
  ];
  const dropped = DROPS.map((why) => ({ why, count: rows.reduce((sum, { walk }) => sum + walk.track.dropped[why], 0) })).filter(
    ({ count }) => count > 0,
  );
  const partly = rows.filter(({ walk: { track } }) => track.filesLeft > 0 || track.files.some(({ whole }) => !whole));
  const [only, ...others] = rows;
  const list = { rows, error: null, loading: false, hasMore: false, loadingMore: false, more: () => undefined, again: () => undefined };
  return (
    <>
      {only && others.length === 0 ? (
        <Facts rows={columns.filter(({ id }) => id !== 'recording').map(({ title, cell }) => [title, cell(only)])} />
      ) : (
        <DataTable label={say('map.table')} columns={columns} list={list} idOf={({ walk }) => walk.recording.id} />
      )}
      {dropped.length > 0 ? (
        <p className={styles.muted}>
          {say('map.dropped')} {dropped.map(({ why, count }) => say(`map.dropped.${why}`, { count })).join(say('map.and'))}
        </p>
      ) : null}
      {partly.length > 0 ? <p className={styles.muted}>{say('map.partly', { count: partly.length })}</p> : null}
    </>
  );
}
