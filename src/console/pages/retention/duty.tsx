import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DayField } from '../../kit/day-field.tsx';
import { AreaField, Button, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import { History } from '../../looks/history.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { DutyState, DutySubject, useOwner } from './duty-parts.tsx';
import { Answered } from './parts.tsx';
import styles from './retention.module.css';
import { useWho } from './words.ts';

type Duty = Schemas['Duty'];

/** One duty: what it is, whom it concerns, why it counts, and what somebody answered. */
export function Page({ params: { id = '' } }: PageProps) {
  const duty = useAsk('GET /api/v1/duties/{id}', { path: { id } }, { topics: ['duties'] });
  const history = useRows('GET /api/v1/duties/{id}/custody', { path: { id } }, { topics: ['duties'] });
  const say = useSay();
  return (
    <Answered of={duty}>
      {(found) => (
        <Stack>
          <OneDuty duty={found} />
          <Panel title={say('retention.history')}>
            <History list={history} />
          </Panel>
        </Stack>
      )}
    </Answered>
  );
}

function OneDuty({ duty }: { readonly duty: Duty }) {
  const say = useSay();
  const word = useWord();
  const owner = useOwner();
  const who = useWho();
  const { has } = useSession();
  const { acknowledgement: answer } = duty;
  return (
    <>
      <PageHead title={word('duty-kind', duty.kind)} subtitle={<DutySubject duty={duty} />} actions={<DutyState duty={duty} />} />
      <div className={styles.split}>
        <Stack>
          <Panel title={say('duties.why')}>
            <p>{say(`duty-why.${duty.kind}`)}</p>
          </Panel>
          <Panel>
            <Facts
              rows={[
                [say('column.duty-about'), <DutySubject key="about" duty={duty} />],
                [say('column.duty-owner'), owner(duty)],
                [say('column.duty-since'), <Time key="since" at={duty.since} />],
                [say('duties.found'), <Time key="found" at={duty.openedAt} />],
                [say('duties.due'), <Time key="due" at={duty.due} />],
                duty.doneAt === null ? null : [say('column.duty-done'), <Time key="done" at={duty.doneAt} />],
                [say('duties.number'), <code key="id">{duty.id}</code>],
              ]}
            />
          </Panel>
        </Stack>
        <Stack>
          {answer === null ? null : (
            <Panel title={say('duty-state.acknowledged')}>
              <Facts
                rows={[
                  [say('column.duty-by'), who(answer.byName, answer.by)],
                  [say('duties.at'), <Time key="at" at={answer.at} />],
                  [say('column.duty-until'), answer.until === null ? say('duty-report.for-good') : <Time key="until" at={answer.until} />],
                  [say('column.duty-reason'), answer.reason],
                ]}
              />
            </Panel>
          )}
          {duty.state !== 'done' && has('answer-duties') ? <Acknowledge duty={duty} /> : null}
        </Stack>
      </div>
    </>
  );
}

function Acknowledge({ duty: { id, acknowledgement } }: { readonly duty: Duty }) {
  const say = useSay();
  const tell = useToast();
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const work = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.begin(async () => {
      const body = { reason: reason.trim(), ...(until === '' ? {} : { until }) };
      // The page is read again when the station tells that duties changed.
      await ask('PUT /api/v1/duties/{id}/acknowledgement', { path: { id }, body });
      tell(say('duties.answered'));
      setReason('');
      setUntil('');
    });
  };
  return (
    <Panel title={say(acknowledgement === null ? 'duties.answer' : 'duties.answer-again')}>
      <form className={styles.form} onSubmit={submit}>
        <AreaField
          label={say('duties.reason')}
          hint={say('duties.reason.hint')}
          needed
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <DayField label={say('column.duty-until')} hint={say('duties.until.hint')} type="date" value={until} onChange={setUntil} />
        {work.error ? <ProblemNote error={work.error} /> : null}
        <div className={styles.row}>
          <Button type="submit" look="primary" busy={work.busy} disabled={reason.trim() === ''}>
            {say('duties.acknowledge')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
