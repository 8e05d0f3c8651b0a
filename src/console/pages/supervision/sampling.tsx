import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DayField } from '../../kit/day-field.tsx';
import { AreaField, Badge, Button, Loading, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { monthBefore } from '../../kit/moments.ts';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useLive } from '../../shell/live-mark.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './supervision.module.css';

type Look = Schemas['SampleDetail']['looks'][number];
type Verdict = Schemas['ReviewBody']['verdict'];

const VERDICTS = ['fine', 'question', 'breach'] as const;

/** Samples of looks, one for each month, drawn by chance that can be shown. */
export function Page() {
  const say = useSay();
  const { busy, error, run } = useDeed(['looks']);
  const list = useRows('GET /api/v1/samples', {}, { topics: ['callUps'] });
  const { at } = useLive();
  const [chosen, setChosen] = useState('');
  const month = chosen || (at === null ? '' : monthBefore(at));
  const draw = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('POST /api/v1/samples', { body: { month } }),
      say('sampling.drawn'),
      () => list.again(),
    );
  };
  return (
    <>
      <PageHead title={say('sampling.title')} subtitle={say('sampling.about')} />
      <Stack>
        <Panel title={say('sampling.draw')}>
          <form className={styles.form} onSubmit={draw}>
            <DayField label={say('sampling.month')} type="month" needed value={month} onChange={setChosen} />
            {error ? <ProblemNote error={error} /> : null}
            <Button type="submit" busy={busy}>
              {say('sampling.draw')}
            </Button>
          </form>
        </Panel>
        <Panel>
          <ListState list={list} empty={say('sampling.none')} />
          <ul>
            {list.rows.map((sample) => (
              <li key={sample.id} className={styles.row}>
                <Link className={styles.grow} href={`/sampling/${sample.id}`}>
                  {sample.month}
                </Link>
                <span className={styles.muted}>
                  {say('sampling.progress', { reviewed: sample.reviewed, size: sample.size, population: sample.population })}
                </span>
                <Badge tone={sample.reviewed === sample.size ? 'good' : 'warn'}>
                  {say(sample.reviewed === sample.size ? 'sampling.done' : 'sampling.open')}
                </Badge>
              </li>
            ))}
          </ul>
        </Panel>
      </Stack>
    </>
  );
}

/** One sample, look by look. */
export function Sample({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const found = useAsk('GET /api/v1/samples/{id}', { path: { id }, query: { check: true } }, { topics: ['callUps'] });
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const { month, looks, reviewed, size, population, agrees } = found.data;
  return (
    <>
      <PageHead
        title={`${say('sampling.title')} ${month}`}
        subtitle={say('sampling.progress', { reviewed, size, population })}
        actions={
          agrees === null ? undefined : <Badge tone={agrees ? 'good' : 'bad'}>{say(agrees ? 'sampling.agrees' : 'sampling.differs')}</Badge>
        }
      />
      <Stack>
        {looks.map((look) => (
          <Reviewed key={look.look} sample={id} look={look} again={() => void found.refetch()} />
        ))}
      </Stack>
    </>
  );
}

function Reviewed({ sample, look, again }: { readonly sample: string; readonly look: Look; readonly again: () => void }) {
  const say = useSay();
  const word = useWord();
  const { busy, error, run } = useDeed([]);
  const [verdict, setVerdict] = useState<Verdict>('fine');
  const [words, setWords] = useState('');
  const review = (event: FormEvent) => {
    event.preventDefault();
    const body = { verdict, ...(words.trim() === '' ? {} : { words: words.trim() }) };
    run(
      () => ask('POST /api/v1/samples/{id}/looks/{look}/review', { path: { id: sample, look: look.look }, body }),
      say('sampling.reviewed'),
      again,
    );
  };
  return (
    <Panel
      title={look.who ?? look.look}
      actions={
        look.review ? (
          <Badge tone={look.review.verdict === 'fine' ? 'good' : 'bad'}>{word('verdict', look.review.verdict)}</Badge>
        ) : undefined
      }
    >
      <p>
        <Time at={look.at} to="second" /> ·{' '}
        {look.recording === null ? null : <Link href={`/recordings/${look.recording}`}>{look.recording}</Link>} {look.case} ·{' '}
        {look.reason ?? say('sampling.no-reason')}
      </p>
      {look.review ? (
        <p className={styles.muted}>
          {look.review.words} {look.review.by} · <Time at={look.review.at} />
        </p>
      ) : (
        <form className={styles.form} onSubmit={review}>
          <SelectField
            label={say('sampling.verdict')}
            value={verdict}
            onChange={(event) => setVerdict(event.target.value as Verdict)}
            choices={VERDICTS.map((each) => ({ value: each, label: word('verdict', each) }))}
          />
          <AreaField
            label={say('request.words')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            maxLength={500}
            needed={verdict !== 'fine'}
          />
          {error ? <ProblemNote error={error} /> : null}
          <Button type="submit" busy={busy}>
            {say('sampling.review')}
          </Button>
        </form>
      )}
    </Panel>
  );
}
