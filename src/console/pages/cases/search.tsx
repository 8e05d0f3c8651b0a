import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useAsk, useRows, useRowsAhead } from '../../client/queries.ts';
import { DayField } from '../../kit/day-field.tsx';
import { Button, ButtonLink, CheckField, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { More } from '../../kit/more.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Posters } from '../../looks/posters.tsx';
import { RecordingCard } from '../../looks/recording-card.tsx';
import { useOfficerNames } from '../../people/officers.tsx';
import { useUnitNames } from '../../people/units.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { CaseNumberField } from './case-number-field.tsx';
import styles from './cases.module.css';

const FIELDS = ['case', 'officer', 'recorder', 'since', 'until', 'unit', 'category', 'place'] as const;
const CATEGORIES = ['permit', 'penalty', 'coercion', 'levy', 'fee', 'inspection', 'other'] as const;
/** As many as two screens show: fewer are there sooner. */
const LIMIT = 24;
/** Changes of these make results old. */
const TOPICS = ['recordings'] as const;

/** What the API is asked for: fields that are empty are not. null: nothing is. */
function queryOf(of: (name: (typeof FIELDS)[number] | 'damaged') => string) {
  const asked = FIELDS.filter((name) => of(name) !== '');
  const damaged = of('damaged') === 'true';
  if (asked.length === 0 && !damaged) return null;
  return { limit: LIMIT, ...Object.fromEntries(asked.map((name) => [name, of(name)])), ...(damaged ? { damaged } : {}) };
}

/** Finds footage: by case number first. What was asked for stands in the address. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const { has } = useSession();
  const [, go] = useLocation();
  const [get, set] = useSearchState();
  const [number, setNumber] = useState(get('case'));
  const [more, setMore] = useState<Readonly<Record<string, string>>>(Object.fromEntries(FIELDS.map((name) => [name, get(name)])));
  const query = queryOf(get);
  const enabled = query !== null;
  const list = useRows('GET /api/v1/recordings', { query: query ?? {} }, { topics: TOPICS, enabled });
  const found = useAsk('GET /api/v1/cases/{number}', { path: { number: get('case') } }, { topics: ['cases'], enabled: get('case') !== '' });
  const entry = found.data;
  const recent = useRows('GET /api/v1/cases', { query: { limit: 12 } }, { topics: ['cases'], enabled: !enabled });
  const nameOf = useOfficerNames({ none: say('case.no-officer') });
  const units = useUnitNames();
  const ahead = useRowsAhead();
  const find = (chosen: string) => {
    const wanted: Readonly<Record<string, string>> = { ...more, case: chosen, damaged: get('damaged') };
    const next = queryOf((name) => wanted[name] ?? '');
    if (next) ahead('GET /api/v1/recordings', { query: next }, TOPICS);
    set(wanted, { replace: false });
  };
  const search = (event: FormEvent) => {
    event.preventDefault();
    find(number.trim());
  };
  const field = (name: (typeof FIELDS)[number]) => (
    <TextField
      label={say(`search.${name}` as 'search.case')}
      value={more[name] ?? ''}
      onChange={(event) => setMore({ ...more, [name]: event.target.value })}
    />
  );
  const day = (name: 'since' | 'until') => (
    <DayField
      label={say(`search.${name}`)}
      type="date"
      value={more[name] ?? ''}
      onChange={(value) => setMore((fields) => ({ ...fields, [name]: value }))}
    />
  );
  return (
    <>
      <PageHead title={say('search.title')} subtitle={say('search.about')} />
      <Stack>
        <Panel>
          <form onSubmit={search}>
            <Stack>
              <div className={styles.search}>
                <div className={styles.searchMain}>
                  <CaseNumberField
                    value={number}
                    onChange={setNumber}
                    onChosen={(chosen) => {
                      setNumber(chosen);
                      find(chosen);
                    }}
                  />
                </div>
                <Button type="submit" look="primary">
                  {say('search.find')}
                </Button>
              </div>
              <Filters>
                {field('officer')}
                {field('recorder')}
                {units.size > 0 ? (
                  <SelectField
                    label={say('search.unit')}
                    value={more['unit'] ?? ''}
                    onChange={(event) => setMore({ ...more, unit: event.target.value })}
                    choices={[{ value: '', label: say('search.any') }, ...[...units].map(([id, path]) => ({ value: id, label: path }))]}
                  />
                ) : null}
                <SelectField
                  label={say('search.category')}
                  value={more['category'] ?? ''}
                  onChange={(event) => setMore({ ...more, category: event.target.value })}
                  choices={[
                    { value: '', label: say('search.any') },
                    ...CATEGORIES.map((code) => ({ value: code, label: word('category', code) })),
                  ]}
                />
                {field('place')}
                {day('since')}
                {day('until')}
                <CheckField
                  label={say('mark.damaged')}
                  checked={get('damaged') === 'true'}
                  onChange={(event) => set({ damaged: event.target.checked ? 'true' : '' })}
                />
              </Filters>
            </Stack>
          </form>
        </Panel>
        {get('case') !== '' && (found.isPending || entry) ? (
          // There from the start, as high as it will be: the results below stay where they are.
          <Panel
            title={entry ? `${entry.number} ${entry.title}` : get('case')}
            actions={
              <ButtonLink look="primary" href={`/cases/${encodeURIComponent(entry?.number ?? get('case'))}`}>
                {say('search.open-case')}
              </ButtonLink>
            }
          >
            <p>
              {entry ? [word('stage', entry.stage), word('category', entry.category), word('case-state', entry.state)].join(' · ') : '…'}
            </p>
          </Panel>
        ) : null}
        {enabled ? (
          <Posters recordings={list.rows} {...(get('case') === '' ? {} : { forCase: get('case') })}>
            <Panel title={say('search.found')}>
              <ListState list={list} empty={say('search.none')}>
                {has('request-call-up') ? <ButtonLink href="/requests/new">{say('gate.ask')}</ButtonLink> : null}
              </ListState>
              <ul className={styles.grid}>
                {list.rows.map((recording) => (
                  <li key={recording.id}>
                    <RecordingCard recording={recording} name={nameOf(recording.officerId)} />
                  </li>
                ))}
              </ul>
              <More list={list} />
            </Panel>
          </Posters>
        ) : (
          <Panel title={say('search.recent')}>
            <ListState list={recent} empty={say('search.no-cases')} />
            <ul className={styles.grid}>
              {recent.rows.map((each) => (
                <li key={each.number}>
                  <button type="button" className={styles.card} onClick={() => go(`/cases/${encodeURIComponent(each.number)}`)}>
                    <strong>{each.number}</strong>
                    <span className={styles.cardLine}>{each.title}</span>
                    <span className={styles.cardLine}>
                      {word('stage', each.stage)} · {word('case-state', each.state)}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </Stack>
    </>
  );
}
