import { type ReactNode, useState } from 'react';
import { useAsk, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { CheckSet } from '../../kit/check-set.tsx';
import { AreaField, Badge, Button, Facts, Loading, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { momentMs, Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { History } from '../../looks/history.tsx';
import { usePurposes } from '../../looks/purposes.ts';
import { useUnitNames } from '../../people/units.tsx';
import { useLive } from '../../shell/live-mark.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { AskerHistory } from './asker-history.tsx';
import { RequestFootage, useFootage } from './request-footage.tsx';
import { type CallUp, RequestState, Target, useActions } from './request-words.tsx';
import styles from './supervision.module.css';

type Action = CallUp['actions'][number];

const HOUR_MS = 3_600_000;

/** One thread: what was asked and why, what was decided, what the grant lets see, what was done with it. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const { person, has } = useSession();
  const actions = useActions();
  const purposeOf = usePurposes();
  const found = useAsk('GET /api/v1/requests/{id}', { path: { id } }, { topics: ['callUps'] });
  const history = useRows('GET /api/v1/requests/{id}/custody', { path: { id } }, { topics: ['callUps'] });
  const given = found.data?.grant ?? null;
  const { data: shown } = useAsk(
    'GET /api/v1/grants/{id}',
    { path: { id: given ?? '' } },
    { topics: ['callUps'], enabled: given !== null },
  );
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const request = found.data;
  const mine = request.asker.id === person.id;
  const waits = request.state === 'asked';
  // Of the thread that stood here before, perhaps.
  const grant = shown !== undefined && shown.id === given ? shown : null;
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
                  [say('request.asker'), <Asker key="asker" person={request.asker} />],
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
                    grant.recordings.length === 0
                      ? null
                      : [say('request.target'), say('request.of-recordings', { count: grant.recordings.length })],
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
        <Review key={request.id} request={request} />
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

/** Who asks, and what they were when they did. */
function Asker({ person: { id, name, account, unit, roles } }: { readonly person: CallUp['asker'] }) {
  const word = useWord();
  const units = useUnitNames();
  const text = [name ?? account ?? id, ...roles.map((role) => word('role', role)), unit === null ? null : (units.get(unit) ?? null)];
  return <>{text.filter((each) => each !== null).join(' · ')}</>;
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

/** What is needed to decide: what it is about, who asks, and while it waits the decision itself. Who asked sees what it is about. */
function Review({ request }: { readonly request: CallUp }) {
  const { person, has } = useSession();
  const footage = useFootage(request);
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const reviews = has('decide-call-up') && request.asker.id !== person.id;
  const decides = reviews && request.state === 'asked';
  return (
    <>
      {has('find-footage') ? (
        <RequestFootage request={request} list={footage} without={decides ? without : null} onWithout={setWithout} />
      ) : null}
      {reviews ? <AskerHistory request={request} /> : null}
      {decides ? <Decide request={request} left={without.size === 0 ? null : left(footage.rows, without)} /> : null}
    </>
  );
}

function left(rows: readonly { readonly id: string }[], without: ReadonlySet<string>): readonly string[] {
  return rows.map(({ id }) => id).filter((id) => !without.has(id));
}

interface DecideProps {
  readonly request: CallUp;
  /** The recordings that a reviewer leaves of it; null: all. */
  readonly left: readonly string[] | null;
}

/** A reviewer approves, approves less, or refuses with a reason. */
function Decide({ request, left }: DecideProps) {
  const say = useSay();
  const word = useWord();
  const { busy, error, run } = useDeed(['callUps']);
  const [words, setWords] = useState('');
  const [actions, setActions] = useState<ReadonlySet<Action>>(new Set(request.actions));
  const [hours, setHours] = useState('');
  const { at } = useLive();
  const nowMs = at === null ? Date.now() : momentMs(at);
  const shorter = [4, 8, 24].filter((each) => nowMs + each * HOUR_MS < momentMs(request.until));
  const narrowed = actions.size < request.actions.length || hours !== '' || left !== null;
  const decide = (decision: 'approve' | 'narrow' | 'refuse') =>
    run(
      () =>
        ask('POST /api/v1/requests/{id}/decision', {
          path: { id: request.id },
          body: {
            decision,
            ...(words.trim() === '' ? {} : { words: words.trim() }),
            ...(decision === 'narrow' ? { actions: request.actions.filter((action) => actions.has(action)) } : {}),
            ...(decision === 'narrow' && left !== null ? { recordings: left } : {}),
            ...(decision === 'narrow' && hours !== '' ? { until: new Date(nowMs + Number(hours) * HOUR_MS).toISOString() } : {}),
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
            ...shorter.map((value) => ({ value: String(value), label: say('request-new.hours.value', { hours: value }) })),
          ]}
        />
        <AreaField
          label={say('request.words')}
          hint={say('request.words.hint')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          maxLength={500}
        />
        {left === null ? null : <p>{say('request.left', { count: left.length })}</p>}
        {error ? <ProblemNote error={error} /> : null}
        <div className={styles.actions}>
          <Button
            look="primary"
            busy={busy}
            disabled={actions.size === 0 || left?.length === 0}
            onClick={() => decide(narrowed ? 'narrow' : 'approve')}
          >
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
