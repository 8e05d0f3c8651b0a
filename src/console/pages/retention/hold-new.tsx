import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useAsk } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DayField } from '../../kit/day-field.tsx';
import { AreaField, Button, ButtonLink, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import { UnitField } from '../../people/units.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';

import styles from './retention.module.css';

const FIELDS = ['case', 'recordings', 'officer', 'recorder', 'unit', 'from', 'to'] as const;
type Name = (typeof FIELDS)[number];
const NONE: Readonly<Record<Name, string>> = { case: '', recordings: '', officer: '', recorder: '', unit: '', from: '', to: '' };
const COUNTED_MAX = 1000;

/** Sets a legal hold: what it is for, why, and when somebody looks again. What is named together narrows. */
export function Page() {
  const say = useSay();
  const tell = useToast();
  const [, go] = useLocation();
  const [get] = useSearchState();
  const [given, setGiven] = useState<Readonly<Record<Name, string>>>({
    ...NONE,
    ...{ case: get('case'), recordings: get('recording'), officer: get('officer'), recorder: get('recorder') },
  });
  const [reason, setReason] = useState('');
  const [review, setReview] = useState('');
  const work = useWork();
  const ids = given.recordings.split(/[\s,，、]+/).filter((id) => id !== '');
  const isNamed = FIELDS.some((name) => given[name].trim() !== '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.begin(async () => {
      const named = Object.fromEntries(
        FIELDS.filter((name) => name !== 'recordings' && given[name].trim() !== '').map((name) => [name, given[name].trim()]),
      );
      const body = { ...named, ...(ids.length === 0 ? {} : { recordings: ids }), reason: reason.trim(), review };
      const hold = await ask('POST /api/v1/holds', { body });
      tell(say('holds.set', { count: hold.mirrored.of }));
      go(`/holds/${hold.id}`);
    });
  };
  const field = (name: Name, more: { readonly type?: string; readonly hint?: string } = {}) => (
    <TextField
      label={say(`holds.field.${name}`)}
      value={given[name]}
      maxLength={name === 'recordings' ? 10_000 : 128}
      onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
      {...more}
    />
  );
  return (
    <>
      <PageHead title={say('holds.new')} subtitle={say('holds.new.about')} />
      <form onSubmit={submit} className={styles.split}>
        <Panel title={say('holds.what')}>
          <p className={styles.muted}>{say('holds.what.about')}</p>
          {field('case')}
          {field('recordings', { hint: say('holds.field.recordings.hint') })}
          {field('officer')}
          {field('recorder')}
          <UnitField
            label={say('holds.field.unit')}
            hint={say('holds.field.unit.hint')}
            none={say('holds.any-unit')}
            value={given.unit}
            onChange={(unit) => setGiven({ ...given, unit })}
          />
          <div className={styles.spans}>
            {field('from', { type: 'datetime-local' })}
            {field('to', { type: 'datetime-local' })}
          </div>
        </Panel>
        <Stack>
          <Panel title={say('holds.reach')}>
            <Reach given={given} ids={ids} />
          </Panel>
          <Panel title={say('holds.why')}>
            <AreaField
              label={say('holds.reason')}
              hint={say('holds.reason.hint')}
              needed
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
            <DayField label={say('holds.review')} hint={say('holds.review.hint')} type="date" needed value={review} onChange={setReview} />
            {work.error ? <ProblemNote error={work.error} /> : null}
            <div className={styles.row}>
              <Button type="submit" look="primary" busy={work.busy} disabled={!isNamed || reason.trim() === '' || review === ''}>
                {say('holds.set.button')}
              </Button>
              <ButtonLink href="/holds">{say('form.cancel')}</ButtonLink>
            </div>
          </Panel>
        </Stack>
      </form>
    </>
  );
}

/** How many recordings there are of that now, where a list of the station tells it. */
function Reach({ given, ids }: { readonly given: Readonly<Record<Name, string>>; readonly ids: readonly string[] }) {
  const say = useSay();
  const { has } = useSession();
  const counted = given.unit === '' && ids.length === 0;
  const named = [given.case, given.officer, given.recorder, given.from].some((text) => text.trim() !== '');
  const query = {
    limit: COUNTED_MAX,
    ...(given.case.trim() === '' ? {} : { case: given.case.trim() }),
    ...(given.officer.trim() === '' ? {} : { officer: given.officer.trim() }),
    ...(given.recorder.trim() === '' ? {} : { recorder: given.recorder.trim() }),
    ...(given.from === '' ? {} : { since: given.from }),
    ...(given.to === '' ? {} : { until: given.to }),
  };
  const enabled = counted && named && has('find-footage');
  const found = useAsk('GET /api/v1/recordings', { query }, { topics: ['recordings'], enabled });
  if (ids.length > 0) return <p>{say('holds.of-recordings', { count: ids.length })}</p>;
  if (!named && given.unit === '') return <p className={styles.muted}>{say('holds.reach.none')}</p>;
  if (!enabled) return <p className={styles.muted}>{say('holds.reach.unknown')}</p>;
  if (found.error) return <ProblemNote error={found.error} />;
  if (!found.data) return <p className={styles.muted}>{say('list.loading')}</p>;
  const count = found.data.items.length;
  return (
    <>
      <p className={styles.verdict} role="status">
        {say(found.data.next === null ? 'holds.reach.count' : 'holds.reach.more', { count })}
      </p>
      <p className={styles.muted}>{say('holds.reach.about')}</p>
    </>
  );
}
