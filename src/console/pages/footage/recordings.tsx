import { useRows } from '../../client/queries.ts';
import { DayField } from '../../kit/day-field.tsx';
import { Button, CheckField, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useSay } from '../../texts/say.ts';
import styles from './footage.module.css';
import { RecordingList } from './recording-list.tsx';

const STATES = ['copying', 'sealed', 'derived', 'archived', 'replaced', 'disposed'] as const;
const TEXTS = ['case', 'officer', 'recorder', 'docking'] as const;
const FILTERS = [...TEXTS, 'state', 'since', 'until', 'damaged', 'unassigned'] as const;
const LIMIT = 60;

/** All recordings that one may see, with filters that stand in the address. `/unassigned` is the same for what has no officer or no case. */
function Recordings({ unassigned }: { readonly unassigned: boolean }) {
  const say = useSay();
  const [get, set] = useSearchState();
  const look = get('look') === 'table' ? 'table' : 'grid';
  const named = (names: readonly string[]) => Object.fromEntries(names.filter((name) => get(name) !== '').map((name) => [name, get(name)]));
  const query = {
    limit: LIMIT,
    ...named([...TEXTS, 'state', 'since', 'until']),
    ...(get('damaged') === 'true' ? { damaged: true } : {}),
    ...(unassigned || get('unassigned') === 'true' ? { unassigned: true } : {}),
  };
  const filtered = FILTERS.some((name) => get(name) !== '');
  const list = useRows('GET /api/v1/recordings', { query }, { topics: ['recordings', 'work'] });
  return (
    <>
      <PageHead
        title={say(unassigned ? 'unassigned.title' : 'recordings.title')}
        subtitle={unassigned ? say('unassigned.about') : undefined}
        actions={
          <span className={styles.toggle}>
            <Button aria-pressed={look === 'grid'} onClick={() => set({ look: '' })}>
              {say('recordings.grid')}
            </Button>
            <Button aria-pressed={look === 'table'} onClick={() => set({ look: 'table' })}>
              {say('recordings.table')}
            </Button>
          </span>
        }
      />
      <Stack>
        <Panel>
          <Filters>
            {TEXTS.map((name) => (
              <TextField
                // Another address is another text: the back button fills the field anew.
                key={`${name} ${get(name)}`}
                label={say(name === 'docking' ? 'recordings.docking' : `search.${name}`)}
                defaultValue={get(name)}
                onBlur={(event) => set({ [name]: event.target.value.trim() })}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') set({ [name]: event.currentTarget.value.trim() });
                }}
              />
            ))}
            <SelectField
              label={say('recording-list.state')}
              value={get('state')}
              onChange={(event) => set({ state: event.target.value })}
              choices={[
                { value: '', label: say('recordings.any-state') },
                ...STATES.map((state) => ({ value: state, label: say(`state.${state}`) })),
              ]}
            />
            <DayField label={say('search.since')} type="date" value={get('since')} onChange={(value) => set({ since: value })} />
            <DayField label={say('search.until')} type="date" value={get('until')} onChange={(value) => set({ until: value })} />
            <CheckField
              label={say('mark.damaged')}
              checked={get('damaged') === 'true'}
              onChange={(event) => set({ damaged: event.target.checked ? 'true' : '' })}
            />
            {unassigned ? null : (
              <CheckField
                label={say('unassigned.title')}
                checked={get('unassigned') === 'true'}
                onChange={(event) => set({ unassigned: event.target.checked ? 'true' : '' })}
              />
            )}
            {filtered ? (
              <Button look="quiet" onClick={() => set(Object.fromEntries(FILTERS.map((name) => [name, ''])))}>
                {say('list.filters.clear')}
              </Button>
            ) : null}
          </Filters>
        </Panel>
        <Panel flush={look === 'table'}>
          <RecordingList
            key={JSON.stringify(query)}
            list={list}
            look={look}
            empty={say(unassigned ? 'unassigned.none' : 'recordings.nothing')}
            {...(get('case') === '' ? {} : { forCase: get('case') })}
          />
        </Panel>
      </Stack>
    </>
  );
}

export function Page() {
  return <Recordings unassigned={false} />;
}

export function Unassigned() {
  return <Recordings unassigned />;
}
