import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import type { Rows } from '../../client/queries.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { lengthText } from '../../kit/figures.ts';
import { Badge, Button, Empty, Loading } from '../../kit/kit.tsx';
import { More } from '../../kit/more.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { Poster, Posters } from '../../looks/posters.tsx';
import { RecordingCard } from '../../looks/recording-card.tsx';
import { useOfficerNames } from '../../people/officers.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';
import { TagBar } from './tag-bar.tsx';

type Recording = Schemas['Recording'];

export function Marks({ recording }: { readonly recording: Recording }) {
  const say = useSay();
  const word = useWord();
  const { damaged, important, state, trouble, category, caseNumbers, notes } = recording;
  return (
    <span className={styles.marks}>
      <Badge tone={trouble.length > 0 ? 'bad' : state === 'archived' ? 'good' : 'plain'}>{word('state', state)}</Badge>
      {damaged ? <Badge tone="bad">{say('mark.damaged')}</Badge> : null}
      {important ? <Badge tone="warn">{say('mark.important')}</Badge> : null}
      {category === null ? null : <Badge>{word('category', category)}</Badge>}
      {caseNumbers.length === 0 ? <Badge tone="warn">{say('recording-list.untagged')}</Badge> : null}
      {notes.length > 0 ? <Badge tone="info">{say('mark.noted')}</Badge> : null}
    </span>
  );
}

/** It belongs to no case, and it still can. */
export function isUntagged({ caseNumbers, state }: Recording): boolean {
  return caseNumbers.length === 0 && state !== 'replaced' && state !== 'disposed';
}

/** On a card: to which cases it belongs, or that it belongs to none. */
function CaseLine({ recording }: { readonly recording: Recording }) {
  const say = useSay();
  const word = useWord();
  const { caseNumbers, category } = recording;
  return (
    <span className={styles.marks}>
      {isUntagged(recording) ? <Badge tone="warn">{say('recording-list.untagged')}</Badge> : null}
      {caseNumbers.map((number) => (
        <Badge key={number} tone="info">
          {number}
        </Badge>
      ))}
      {category === null ? null : <Badge>{word('category', category)}</Badge>}
    </span>
  );
}

interface RecordingListProps {
  readonly list: Rows<Recording>;
  readonly look: 'grid' | 'table';
  readonly empty: string;
  readonly forCase?: string;
}

/** Recordings as pictures or as rows; some of them may be chosen and tagged together. */
export function RecordingList({ list, look, empty, forCase }: RecordingListProps) {
  const say = useSay();
  const word = useWord();
  const { has } = useSession();
  const nameOf = useOfficerNames({ none: say('case.no-officer') });
  const [, go] = useLocation();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = list.rows.filter(({ id }) => ids.has(id));
  const bulk = <TagBar recordings={chosen} near={list.rows} onDone={() => setIds(new Set())} />;
  const untagged = list.rows.filter(isUntagged);
  const columns: readonly Column<Recording>[] = [
    { id: 'picture', title: say('recording-list.picture'), cell: (recording) => <Poster recording={recording} small /> },
    {
      id: 'start',
      title: say('recording-list.start'),
      cell: ({ id, start }) => (
        <Link href={`/recordings/${id}`}>{start === null ? say('case.untimed') : <Time at={start} to="second" />}</Link>
      ),
    },
    { id: 'officer', title: say('tag.officer'), look: 'wrap', cell: ({ officerId }) => nameOf(officerId) },
    { id: 'recorder', title: say('search.recorder'), cell: ({ recorderSerial }) => <code>{recorderSerial}</code> },
    { id: 'length', title: say('recording-list.length'), look: 'number', cell: ({ durationMs }) => lengthText(durationMs) },
    { id: 'kind', title: say('recording-list.kind'), cell: ({ kind }) => word('kind', kind) },
    { id: 'cases', title: say('recording-list.cases'), look: 'wrap', cell: ({ caseNumbers }) => caseNumbers.join('、') || '—' },
    { id: 'marks', title: say('recording-list.state'), look: 'wrap', cell: (recording) => <Marks recording={recording} /> },
  ];
  if (look === 'table' || list.rows.length === 0)
    return (
      <Posters recordings={list.rows} {...(forCase === undefined ? {} : { forCase })}>
        <DataTable
          label={say('recordings.title')}
          columns={columns}
          list={list}
          idOf={({ id }) => id}
          empty={<Empty text={empty} />}
          onOpen={({ id }) => go(`/recordings/${id}`)}
          {...(has('tag-footage') ? { selection: { ids, set: setIds, nameOf: (id: string) => id }, bulk } : {})}
        />
      </Posters>
    );
  if (list.loading) return <Loading />;
  const pick = (id: string, on: boolean) => {
    const next = new Set(ids);
    if (on) next.add(id);
    else next.delete(id);
    setIds(next);
  };
  return (
    <Posters recordings={list.rows} {...(forCase === undefined ? {} : { forCase })}>
      {list.error ? <ProblemNote error={list.error} again={list.again} /> : null}
      {has('tag-footage') && untagged.length > 0 && chosen.length === 0 ? (
        <p className={styles.offer}>
          <Button look="primary" onClick={() => setIds(new Set(untagged.map(({ id }) => id)))}>
            {say('recording-list.choose-untagged', { count: untagged.length })}
          </Button>
        </p>
      ) : null}
      <ul className={styles.grid}>
        {list.rows.map((recording) => (
          <li key={recording.id} className={styles.cell}>
            <RecordingCard recording={recording} name={nameOf(recording.officerId)}>
              <CaseLine recording={recording} />
            </RecordingCard>
            {has('tag-footage') ? (
              <label className={styles.pick}>
                <input
                  type="checkbox"
                  checked={ids.has(recording.id)}
                  aria-label={say('list.select', { name: recording.id })}
                  onChange={(event) => pick(recording.id, event.target.checked)}
                />
              </label>
            ) : null}
          </li>
        ))}
      </ul>
      <More list={list} />
      {chosen.length > 0 ? (
        <div className={styles.bulk} role="toolbar" aria-label={say('list.selected', { count: chosen.length })}>
          <strong>{say('list.selected', { count: chosen.length })}</strong>
          <Button look="quiet" onClick={() => setIds(new Set(list.rows.map(({ id }) => id)))}>
            {say('list.select-all')}
          </Button>
          <Button look="quiet" onClick={() => setIds(new Set())}>
            {say('list.clear')}
          </Button>
          {bulk}
        </div>
      ) : null}
    </Posters>
  );
}
