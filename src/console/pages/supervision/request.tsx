import { type ReactNode, useState } from 'react';
import { useAsk, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { CheckSet } from '../../kit/check-set.tsx';
import { AreaField, Badge, Button, Facts, Loading, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { History } from '../../looks/history.tsx';
import { usePurposes } from '../../looks/purposes.ts';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { type CallUp, RequestState, Target, useActions } from './request-words.tsx';
import styles from './supervision.module.css';

type Action = CallUp['actions'][number];

/** One thread: what was asked and why, what was decided, what the grant lets see, what was done with it. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const { person, has } = useSession();
  const actions = useActions();
  const purposeOf = usePurposes();
  const found = useAsk('GET /api/v1/requests/{id}', { path: { id } }, { topics: ['callUps'] });
  const history = useRows('GET /api/v1/requests/{id}/custody', { path: { id } }, { topics: ['callUps'] });
  const grants = useRows('GET /api/v1/grants', {}, { topics: ['callUps'] });
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const request = found.data;
  const grant = grants.rows.find((each) => each.request === id);
  const mine = request.asker.id === person.id;
  const waits = request.state === 'asked';
  return (
    <>
      <PageHead
        title={say('request.title', { who: request.asker.name ?? request.asker.account ?? '' })}
        subtitle={<code>{id}</code>}
        actions={<RequestState state={request.state} />}
      />
      <Stack>
        <Panel>
          <ol className={styles.thread}>
            <Step title={say('request.step.asked')} at={request.askedAt}>
              <Facts
                rows={[
                  [say('request.target'), <Target key="target" target={request.target} />],
                  [say('request.actions'), actions(request.actions)],
                  [say('request.why'), [purposeOf(request.purpose), request.words].filter(Boolean).join('：')],
                  [say('request.until'), <Time key="until" at={request.until} />],
                  request.urgent
                    ? [
                        say('request.urgent'),
                        <Badge key="urgent" tone="bad">
                          {say('request.urgent')}
                        </Badge>,
                      ]
                    : null,
                ]}
              />
            </Step>
            {request.decision ? (
              <Step title={say('request.step.decided')} at={request.decision.at}>
                <Facts
                  rows={[
                    [
                      say('request.by'),
                      request.decision.by?.name ??
                        (request.decision.rule === null ? null : say('request.by-rule', { rule: request.decision.rule })),
                    ],
                    [say('request.words'), request.decision.words],
                  ]}
                />
              </Step>
            ) : null}
            {request.confirmation ? (
              <Step title={say('request.step.confirmed')} at={request.confirmation.at}>
                <p>
                  {request.confirmation.confirmed === null
                    ? say('request.confirm-due', { due: request.confirmation.due.slice(0, 16).replace('T', ' ') })
                    : say(request.confirmation.confirmed ? 'request.confirmed' : 'request.rejected')}
                </p>
              </Step>
            ) : null}
            {grant ? (
              <Step title={say('request.step.grant')} at={grant.from}>
                <Facts
                  rows={[
                    [say('request.actions'), actions(grant.actions)],
                    [say('request.until'), <Time key="until" at={grant.until} />],
                    [
                      say('recording-list.state'),
                      grant.endedAt === null ? say('grant.holds') : <GrantEnd key="end" why={grant.whyEnded} />,
                    ],
                  ]}
                />
                {grant.endedAt === null && (has('decide-call-up') || mine) ? <Revoke id={grant.id} /> : null}
              </Step>
            ) : null}
          </ol>
        </Panel>
        {waits && has('decide-call-up') && !mine ? <Decide request={request} /> : null}
        {request.state === 'urgent' && request.confirmation?.confirmed === null && has('decide-call-up') && !mine ? (
          <Confirm id={id} />
        ) : null}
        {waits && mine ? <Withdraw id={id} /> : null}
        <Panel title={say('recording.log')}>
          <History list={history} />
        </Panel>
      </Stack>
    </>
  );
}

function GrantEnd({ why }: { readonly why: string | null }) {
  const word = useWord();
  return <>{word('grant-end', why)}</>;
}

function Step({ title, at, children }: { readonly title: string; readonly at: string | null; readonly children: ReactNode }) {
  return (
    <li className={styles.step}>
      <h2>{title}</h2>
      <p className={styles.muted}>
        <Time at={at} to="second" />
      </p>
      {children}
    </li>
  );
}

/** A reviewer approves, approves less, or refuses with a reason. */
function Decide({ request }: { readonly request: CallUp }) {
  const say = useSay();
  const word = useWord();
  const { busy, error, run } = useDeed(['callUps']);
  const [words, setWords] = useState('');
  const [actions, setActions] = useState<ReadonlySet<Action>>(new Set(request.actions));
  const [hours, setHours] = useState('');
  const narrowed = actions.size < request.actions.length || hours !== '';
  const decide = (decision: 'approve' | 'narrow' | 'refuse') =>
    run(
      () =>
        ask('POST /api/v1/requests/{id}/decision', {
          path: { id: request.id },
          body: {
            decision,
            ...(words.trim() === '' ? {} : { words: words.trim() }),
            ...(decision === 'narrow' ? { actions: request.actions.filter((action) => actions.has(action)) } : {}),
            ...(decision === 'narrow' && hours !== ''
              ? { until: new Date(Date.parse(request.askedAt) + Number(hours) * 3_600_000).toISOString() }
              : {}),
          },
        }),
      say(`request.decided.${decision}`),
    );
  return (
    <Panel title={say('request.decide')}>
      <div className={styles.form}>
        <CheckSet
          legend={say('request.actions')}
          values={request.actions}
          labelOf={(action) => word('action', action)}
          chosen={actions}
          onChange={setActions}
        />
        <SelectField
          label={say('request.until')}
          value={hours}
          onChange={(event) => setHours(event.target.value)}
          choices={[
            { value: '', label: say('request.as-asked') },
            ...[4, 8, 24].map((value) => ({ value: String(value), label: say('request-new.hours.value', { hours: value }) })),
          ]}
        />
        <AreaField
          label={say('request.words')}
          hint={say('request.words.hint')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          maxLength={500}
        />
        {error ? <ProblemNote error={error} /> : null}
        <div className={styles.actions}>
          <Button look="primary" busy={busy} disabled={actions.size === 0} onClick={() => decide(narrowed ? 'narrow' : 'approve')}>
            {say(narrowed ? 'request.narrow' : 'request.approve')}
          </Button>
          <Button look="danger" busy={busy} disabled={words.trim() === ''} onClick={() => decide('refuse')}>
            {say('request.refuse')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Confirm({ id }: { readonly id: string }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['callUps']);
  const [words, setWords] = useState('');
  const confirm = (confirmed: boolean) =>
    run(
      () =>
        ask('POST /api/v1/requests/{id}/confirmation', {
          path: { id },
          body: { confirmed, ...(words.trim() === '' ? {} : { words: words.trim() }) },
        }),
      say(confirmed ? 'request.confirmed' : 'request.rejected'),
    );
  return (
    <Panel title={say('request.confirm')}>
      <div className={styles.form}>
        <AreaField label={say('request.words')} value={words} onChange={(event) => setWords(event.target.value)} maxLength={500} />
        {error ? <ProblemNote error={error} /> : null}
        <div className={styles.actions}>
          <Button look="primary" busy={busy} onClick={() => confirm(true)}>
            {say('request.confirm.yes')}
          </Button>
          <Button look="danger" busy={busy} onClick={() => confirm(false)}>
            {say('request.confirm.no')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Withdraw({ id }: { readonly id: string }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['callUps']);
  return (
    <div className={styles.actions}>
      <Button
        busy={busy}
        onClick={() => run(() => ask('POST /api/v1/requests/{id}/withdrawal', { path: { id } }), say('request.withdrawn'))}
      >
        {say('request.withdraw')}
      </Button>
      {error ? <ProblemNote error={error} /> : null}
    </div>
  );
}

function Revoke({ id }: { readonly id: string }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['callUps']);
  return (
    <div className={styles.actions}>
      <Button
        look="danger"
        busy={busy}
        onClick={() => run(() => ask('POST /api/v1/grants/{id}/revocation', { path: { id } }), say('request.revoked'))}
      >
        {say('request.revoke')}
      </Button>
      {error ? <ProblemNote error={error} /> : null}
    </div>
  );
}
