import { type FormEvent, useState } from 'react';
import { useAsk } from '../../client/queries.ts';
import { ask, urlOf } from '../../client/request.ts';
import { DayField } from '../../kit/day-field.tsx';
import { Button, Empty, Facts, Loading, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { monthBefore } from '../../kit/moments.ts';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useDeed } from '../../kit/use-deed.ts';
import { useLive } from '../../shell/live-mark.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import styles from './supervision.module.css';

const HOWS = ['printed', 'copied', 'saved'] as const;

/** Reports of a month, the trail of one recording for a court, and what was done with them. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const lang = useLanguage();
  const [get, set] = useSearchState();
  const { at } = useLive();
  const named = get('month');
  const month = named || (at === null ? '' : monthBefore(at));
  const [recording, setRecording] = useState('');
  const [to, setTo] = useState('');
  // The figures are on record as a report: nobody is put there for having opened this page.
  const duties = useAsk(
    'GET /api/v1/reports/duties/{month}',
    { path: { month: named } },
    { topics: ['duties'], enabled: /^\d{4}-\d{2}$/.test(named) },
  );
  const addressed = { lang, ...(to.trim() === '' ? {} : { to: to.trim() }) };
  return (
    <>
      <PageHead title={say('reports.title')} subtitle={say('reports.about')} />
      <Stack>
        <Panel title={say('reports.month')}>
          <div className={styles.form}>
            <DayField label={say('sampling.month')} type="month" value={month} onChange={(value) => set({ month: value })} />
            <TextField label={say('reports.to')} value={to} onChange={(event) => setTo(event.target.value)} maxLength={200} />
          </div>
          {month === '' ? (
            <Empty text={say('reports.choose')} />
          ) : (
            <ul>
              <li className={styles.row}>
                <a
                  href={urlOf('GET /api/v1/reports/month/{month}', { path: { month }, query: addressed })}
                  target="_blank"
                  rel="noreferrer"
                >
                  {say('reports.access')}
                </a>
              </li>
              <li className={styles.row}>
                <a
                  href={urlOf('GET /api/v1/reports/duties/{month}/pdf', { path: { month }, query: addressed })}
                  target="_blank"
                  rel="noreferrer"
                >
                  {say('reports.duties')}
                </a>
              </li>
            </ul>
          )}
          {duties.error ? <ProblemNote error={duties.error} /> : null}
          {duties.isFetching && !duties.data ? <Loading /> : null}
          {duties.data && named !== '' ? (
            <Facts rows={duties.data.rows.map((row) => [word('duty-kind', row.kind), String(row.opened)] as const)} />
          ) : null}
        </Panel>
        <Panel title={say('reports.trail')}>
          <p className={styles.muted}>{say('reports.trail.about')}</p>
          <div className={styles.form}>
            <TextField
              label={say('access-log.recording')}
              value={recording}
              onChange={(event) => setRecording(event.target.value)}
              placeholder="rec-…"
            />
          </div>
          {recording.trim() === '' ? null : (
            <a
              href={urlOf('GET /api/v1/reports/trail/{recording}', { path: { recording: recording.trim() }, query: addressed })}
              target="_blank"
              rel="noreferrer"
            >
              {say('reports.trail.open')}
            </a>
          )}
        </Panel>
        <Deed />
      </Stack>
    </>
  );
}

/** What becomes of a report outside of the station is on record as whoever did it says. */
function Deed() {
  const say = useSay();
  const word = useWord();
  const { busy, error, run } = useDeed([]);
  const [report, setReport] = useState<'trail' | 'month' | 'duties'>('month');
  const [of, setOf] = useState('');
  const [how, setHow] = useState<(typeof HOWS)[number]>('printed');
  const [to, setTo] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('POST /api/v1/reports/deeds', { body: { report, of: of.trim(), how, ...(to.trim() === '' ? {} : { to: to.trim() }) } }),
      say('form.saved'),
      () => setOf(''),
    );
  };
  return (
    <Panel title={say('reports.deed')}>
      <form className={styles.form} onSubmit={save}>
        <SelectField
          label={say('reports.which')}
          value={report}
          onChange={(event) => setReport(event.target.value as 'trail')}
          choices={(['month', 'duties', 'trail'] as const).map((each) => ({
            value: each,
            label: say(`reports.${each === 'month' ? 'access' : each}`),
          }))}
        />
        <TextField
          label={say('reports.of')}
          hint={say('reports.of.hint')}
          needed
          value={of}
          onChange={(event) => setOf(event.target.value)}
        />
        <SelectField
          label={say('reports.how')}
          value={how}
          onChange={(event) => setHow(event.target.value as 'printed')}
          choices={HOWS.map((each) => ({ value: each, label: word('report-how', each) }))}
        />
        <TextField label={say('reports.to')} value={to} onChange={(event) => setTo(event.target.value)} />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" busy={busy}>
          {say('reports.deed.save')}
        </Button>
      </form>
    </Panel>
  );
}
