import { useRows } from '../../client/queries.ts';
import { Filters, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import { DeriveAgain } from './derive-again.tsx';
import { RetryButton, WorkTable } from './work-table.tsx';

const STATES = ['waiting', 'running', 'failed', 'done'] as const;
const STAGES = ['derive', 'archive'] as const;

/** Work on recordings: what waits, runs, or failed and why. */
export function Page() {
  const say = useSay();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const sees = has('see-work');
  const query = {
    limit: 200,
    ...(get('state') === '' ? {} : { state: get('state') }),
    ...(get('stage') === '' ? {} : { stage: get('stage') }),
  };
  const list = useRows('GET /api/v1/jobs', { query: query as { limit: number } }, { topics: ['work'], enabled: sees });
  return (
    <>
      <PageHead
        title={say('jobs.title')}
        subtitle={say(sees ? 'jobs.page-about' : 'jobs.no-list')}
        actions={
          <>
            {has('run-work') ? <DeriveAgain /> : null}
            <RetryButton />
          </>
        }
      />
      {sees ? (
        <Stack>
          <Panel>
            <Filters>
              <SelectField
                label={say('jobs.state')}
                value={get('state')}
                onChange={(event) => set({ state: event.target.value })}
                choices={[{ value: '', label: say('intake.any') }, ...STATES.map((value) => ({ value, label: say(`job-state.${value}`) }))]}
              />
              <SelectField
                label={say('jobs.stage')}
                value={get('stage')}
                onChange={(event) => set({ stage: event.target.value })}
                choices={[{ value: '', label: say('intake.any') }, ...STAGES.map((value) => ({ value, label: say(`job-stage.${value}`) }))]}
              />
            </Filters>
          </Panel>
          <Panel flush>
            <WorkTable list={list} />
          </Panel>
        </Stack>
      ) : null}
    </>
  );
}
