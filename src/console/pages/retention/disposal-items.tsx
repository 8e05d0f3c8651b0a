import { useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { lengthText, sizeText } from '../../kit/figures.ts';
import { Badge, Button, Filters, Panel, SelectField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { More } from '../../kit/more.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { pictureOf, pictureUrl, useShown } from '../../looks/pictures.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { AskReason, RecordingLink } from './parts.tsx';
import styles from './retention.module.css';
import { useJoin } from './words.ts';

type Disposal = Schemas['Disposal'];
type Item = Schemas['DisposalItem'];

const STATES = ['listed', 'excluded', 'kept', 'destroyed'] as const;
const TONES = { listed: 'warn', excluded: 'info', kept: 'good', destroyed: 'plain' } as const;
/** Recordings of a page: one entry of the log tells of their pictures. */
const LIMIT = 50;

/** Each recording of a list as two persons have to see it: its picture, whom it shows, cases, and what else was recorded at the same time. */
export function DisposalItems({ disposal: { id, state: stateOfList } }: { readonly disposal: Disposal }) {
  const say = useSay();
  const word = useWord();
  const [get, set] = useSearchState();
  const state = STATES.find((each) => each === get('items'));
  const query = { limit: LIMIT, ...(state === undefined ? {} : { state }) };
  const list = useRows('GET /api/v1/disposals/{id}/recordings', { path: { id }, query }, { topics: ['disposals', 'holds'] });
  const { has } = useSession();
  const pictured = list.rows
    .filter((item) => item.state !== 'destroyed')
    .map((item) => ({ id: item.recording, picture: pictureOf(item.pictures) }));
  const pictures = useShown(pictured, { enabled: has('show-footage') });
  return (
    <Panel
      title={say('disposal.items')}
      actions={
        <Filters>
          <SelectField
            label={say('duties.state')}
            value={state ?? ''}
            onChange={(event) => set({ items: event.target.value })}
            choices={[{ value: '', label: say('duties.all') }, ...STATES.map((value) => ({ value, label: word('disposal-item', value) }))]}
          />
        </Filters>
      }
      flush
    >
      <ListState list={list} />
      <ul className={styles.items}>
        {list.rows.map((item) => (
          <li key={item.recording}>
            <OneItem item={item} list={id} stateOfList={stateOfList} shown={pictures.has(item.recording)} />
          </li>
        ))}
      </ul>
      <More list={list} />
    </Panel>
  );
}

interface OneItemProps {
  readonly item: Item;
  readonly list: string;
  readonly stateOfList: Disposal['state'];
  readonly shown: boolean;
}

function OneItem({ item, list, stateOfList, shown }: OneItemProps) {
  const say = useSay();
  const word = useWord();
  const join = useJoin();
  const tell = useToast();
  const { reason } = useReason();
  const { has } = useSession();
  const [excluding, setExcluding] = useState(false);
  const [failed, setFailed] = useState(false);
  const { recording, state, cases, suggested, overlaps, overlapCount, casesBeside } = item;
  const canExclude = state === 'listed' && (stateOfList === 'proposed' || stateOfList === 'approved') && has('propose-disposal');
  const exclude = async (words: string) => {
    await ask('POST /api/v1/disposals/{id}/exclusions', { path: { id: list }, body: { recording, reason: words } });
    setExcluding(false);
    tell(say('disposal.excluded.done'));
  };
  const picture = pictureOf(item.pictures);
  return (
    <article className={styles.item}>
      <span className={styles.picture}>
        {shown && picture !== null && !failed ? (
          <img
            src={pictureUrl(recording, picture)}
            alt={say('poster.of', { id: recording })}
            loading="lazy"
            onError={() => setFailed(true)}
          />
        ) : (
          word('kind', item.kind)
        )}
      </span>
      <div className={styles.itemText}>
        <div className={styles.row}>
          <strong>
            <Time at={item.start} />
          </strong>
          <span>{item.officerName ?? item.officer ?? say('disposal.nobody')}</span>
          <Badge tone={TONES[state]}>{word('disposal-item', state)}</Badge>
          {item.important ? <Badge tone="warn">{say('match.important.true')}</Badge> : null}
        </div>
        <span className={styles.muted}>
          {[
            word('kind', item.kind),
            lengthText(item.durationMs),
            sizeText(item.bytes),
            item.category === null ? '' : word('category', item.category),
          ]
            .filter((text) => text !== '')
            .join(' · ')}
        </span>
        <span>
          {say('disposal.ended')} <Time at={item.due} to="day" /> · {say('certificate.item-rule')} <code>{item.rule}</code> ·{' '}
          <Link href={`/retention/explain/${encodeURIComponent(recording)}`}>{say('disposal.explain')}</Link>
        </span>
        {cases.length > 0 ? (
          <span>{say('disposal.cases', { cases: join(cases.map(({ number, title }) => `${number} ${title}`)) })}</span>
        ) : null}
        {suggested.length > 0 ? <Badge tone="warn">{say('disposal.suggested', { cases: join(suggested) })}</Badge> : null}
        {casesBeside ? <Badge tone="warn">{say('disposal.beside')}</Badge> : null}
        {overlapCount > 0 ? (
          <details>
            <summary>{say('disposal.overlaps', { count: overlapCount })}</summary>
            <ul className={styles.list}>
              {overlaps.map((overlap) => (
                <li key={overlap.recording}>
                  <RecordingLink id={overlap.recording} />{' '}
                  {say('disposal.overlap', {
                    officer: overlap.officer ?? say('disposal.nobody'),
                    length: lengthText(overlap.overlapMs),
                    cases: overlap.cases.length === 0 ? say('disposal.no-case') : join(overlap.cases),
                  })}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
        {item.reason === null ? null : <span>{reason(item.reason)}</span>}
        {state === 'destroyed' ? (
          <span>
            {say('disposal.tombstone')} <RecordingLink id={recording} />
          </span>
        ) : (
          <RecordingLink id={recording} />
        )}
      </div>
      {canExclude ? <Button onClick={() => setExcluding(true)}>{say('disposal.exclude')}</Button> : <span />}
      {excluding ? (
        <AskReason
          title={say('disposal.exclude')}
          about={say('disposal.exclude.about-here')}
          button={say('disposal.exclude')}
          onDone={exclude}
          onClose={() => setExcluding(false)}
        />
      ) : null}
    </article>
  );
}
