import { useMemo } from 'react';
import { useRows } from '../../client/queries.ts';
import { Badge, PageHead, Panel, Stack, type Tone } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { More } from '../../kit/more.tsx';
import { dayOf, Time } from '../../kit/time.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './footage.module.css';
import { MyLooks } from './my-looks.tsx';
import { isUntagged, RecordingList } from './recording-list.tsx';
import { Suggestions } from './suggestions.tsx';

const STATE_TONES: Readonly<Record<string, Tone>> = { safe: 'good', problem: 'bad', interrupted: 'bad', reading: 'info', removed: 'plain' };

/** An officer's own day: what was docked, what it holds, what is to be tagged. */
export function Page() {
  const say = useSay();
  const { person } = useSession();
  const officer = person.officer ?? '';
  const dockings = useRows('GET /api/v1/own/dockings', { query: { limit: 8 } }, { topics: ['dockings', 'slots'] });
  const list = useRows('GET /api/v1/recordings', { query: { officer, limit: 100 } }, { topics: ['recordings'], enabled: officer !== '' });
  const untagged = list.rows.filter(isUntagged);
  const days = useMemo(
    () =>
      [...Map.groupBy(list.rows, ({ start, createdAt }) => dayOf(start ?? createdAt))].toSorted(([one], [other]) => (one < other ? 1 : -1)),
    [list.rows],
  );
  return (
    <>
      <PageHead
        title={say('mine.title', { name: person.name ?? '' })}
        subtitle={officer === '' ? say('mine.no-number') : say('mine.about', { officer, untagged: untagged.length })}
      />
      <Stack>
        <Suggestions recordings={list.rows} />
        <Panel title={say('mine.dockings')}>
          <Dockings list={dockings} />
        </Panel>
        <ListState list={list} empty={say('mine.nothing')} />
        {days.map(([day, recordings]) => (
          <Panel key={day} title={say('mine.day', { day, count: recordings.length })}>
            <RecordingList list={{ ...list, rows: recordings, hasMore: false }} look="grid" empty={say('mine.nothing')} />
          </Panel>
        ))}
        <More list={list} />
        {list.rows.length > 0 ? <MyLooks recordings={list.rows} /> : null}
      </Stack>
    </>
  );
}

function Dockings({ list }: { readonly list: ReturnType<typeof useRows<'GET /api/v1/own/dockings'>> }) {
  const say = useSay();
  return (
    <>
      <ListState list={list} empty={say('mine.no-dockings')} />
      <ul>
        {list.rows.map((docking) => (
          <li key={docking.id} className={styles.row}>
            <Badge tone={STATE_TONES[docking.state] ?? 'plain'}>{say(`docking-state.${docking.state}`)}</Badge>
            <span className={styles.grow}>
              <Time at={docking.arrivedAt} /> · {say('mine.slot', { slot: docking.slot })}
            </span>
            <span className={styles.muted}>
              {say('mine.files', { files: docking.filesListed, known: docking.filesKnown, refused: docking.filesRefused })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
