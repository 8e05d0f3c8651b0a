import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../client/api.ts';
import type { Topic } from '../../client/live.ts';
import { type Rows, useAsk, useRows } from '../../client/queries.ts';
import { ask, Refused } from '../../client/request.ts';
import { Badge, CheckField, Facts, Panel } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { More } from '../../kit/more.tsx';
import { Posters } from '../../looks/posters.tsx';
import { RecordingCard } from '../../looks/recording-card.tsx';
import { useOfficerNames } from '../../people/officers.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import type { CallUp } from './request-words.tsx';
import styles from './supervision.module.css';

type Recording = Schemas['Recording'];

const PAGE = 48;
const TOPICS: readonly Topic[] = ['recordings', 'cases', 'callUps'];

/** What a request is about, as far as who reads it may see that. */
export function useFootage({ target }: Pick<CallUp, 'target'>): Rows<Recording> {
  const found =
    target.by === 'officer'
      ? { officer: target.officer ?? '', since: target.from ?? '', until: target.to ?? '' }
      : { case: target.case ?? '' };
  const list = useRows(
    'GET /api/v1/recordings',
    { query: { ...found, limit: PAGE } },
    { topics: TOPICS, enabled: target.by !== 'recordings' },
  );
  const ids = target.recordings.slice(0, PAGE);
  const named = useQuery({
    queryKey: [{ topics: TOPICS }, 'recordings of a request', ids.join(' ')],
    queryFn: async ({ signal }) => {
      const all = await Promise.all(ids.map((id) => recordingOf(id, signal)));
      return all.filter((each) => each !== null);
    },
    enabled: target.by === 'recordings',
  });
  if (target.by !== 'recordings') return list;
  return {
    ...{ rows: named.data ?? [], error: named.error, loading: named.isPending, again: () => void named.refetch() },
    // The page of a recording tells the rest; the list of them stands in the request.
    ...{ hasMore: target.recordings.length > PAGE, loadingMore: false, more: () => undefined },
  };
}

/** null: it is not theirs to see. */
async function recordingOf(id: string, signal: AbortSignal): Promise<Recording | null> {
  try {
    return await ask('GET /api/v1/recordings/{id}', { path: { id }, signal });
  } catch (failure) {
    if (failure instanceof Refused) return null;
    throw failure;
  }
}

interface FootageProps {
  readonly request: CallUp;
  readonly list: Rows<Recording>;
  /** Left out of what is approved; null: there is nothing to decide. */
  readonly without: ReadonlySet<string> | null;
  readonly onWithout: (without: ReadonlySet<string>) => void;
}

/** Pictures of what a request is about, so that a reviewer sees what is to be shown; while it waits, each may be left out. */
export function RequestFootage({ request: { target, later }, list, without, onWithout }: FootageProps) {
  const say = useSay();
  const nameOf = useOfficerNames({ none: say('case.no-officer') });
  const { rows, hasMore } = list;
  // Who leaves one out names all others: that needs all of them.
  const choosing = without !== null && !hasMore && rows.length > 1;
  const hidden = target.by === 'recordings' && !list.loading ? Math.min(PAGE, target.recordings.length) - rows.length : 0;
  const choose = (id: string, on: boolean) => {
    const next = new Set(without);
    if (on) next.delete(id);
    else next.add(id);
    onWithout(next);
  };
  return (
    <Panel title={say('request.footage')}>
      {target.case === null ? null : <CaseInShort number={target.case} />}
      {later ? <p className={styles.muted}>{say('request.footage.later')}</p> : null}
      <ListState list={list} empty={say('request.footage.none')} />
      <Posters recordings={rows} {...(target.case === null ? {} : { forCase: target.case })}>
        <ul className={styles.grid}>
          {rows.map((recording) => (
            <li key={recording.id} className={styles.choice}>
              <RecordingCard recording={recording} name={nameOf(recording.officerId)} />
              {choosing ? (
                <CheckField
                  label={say('request.footage.approve')}
                  checked={!without.has(recording.id)}
                  onChange={(event) => choose(recording.id, event.target.checked)}
                />
              ) : null}
            </li>
          ))}
        </ul>
      </Posters>
      {hidden > 0 ? <p className={styles.muted}>{say('request.footage.hidden', { count: hidden })}</p> : null}
      {target.by === 'recordings' && hasMore ? (
        <p className={styles.muted}>{say('request.footage.first', { count: PAGE, of: target.recordings.length })}</p>
      ) : (
        <More list={list} />
      )}
    </Panel>
  );
}

/** What a reviewer has to know of the case: its title, its level, and whom it might hurt to be seen. */
function CaseInShort({ number }: { readonly number: string }) {
  const say = useSay();
  const word = useWord();
  const { data } = useAsk('GET /api/v1/cases/{number}', { path: { number } }, { topics: ['cases'] });
  if (!data) return null;
  return (
    <Facts
      rows={[
        [say('access-log.case'), `${number} ${data.title}`],
        [say('case.level'), data.confidentiality === null ? null : word('level', data.confidentiality)],
        data.privacy.length === 0
          ? null
          : [
              say('case.privacy'),
              data.privacy.map((mark) => (
                <Badge key={mark} tone="warn">
                  {word('privacy', mark)}
                </Badge>
              )),
            ],
      ]}
    />
  );
}
