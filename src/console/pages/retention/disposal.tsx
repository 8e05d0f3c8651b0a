import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useAsk } from '../../client/queries.ts';
import { ask, urlOf } from '../../client/request.ts';
import { sizeText } from '../../kit/figures.ts';
import { Badge, Button, CheckField, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useLive } from '../../shell/live-mark.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useReason, useSay, useWord } from '../../texts/say.ts';
import { DisposalItems } from './disposal-items.tsx';
import { DisposalRun } from './disposal-run.tsx';
import { DISPOSAL_TONES } from './disposals.tsx';
import { Answered, AskReason, Figure, Figures } from './parts.tsx';
import styles from './retention.module.css';
import { useBasis, useJoin } from './words.ts';

type Disposal = Schemas['Disposal'];

/** One list for disposal: what is on it, how far two persons are, and what became of it. */
export function Page({ params: { id = '' } }: PageProps) {
  const found = useAsk('GET /api/v1/disposals/{id}', { path: { id } }, { topics: ['disposals', 'holds'] });
  return <Answered of={found}>{(disposal) => <OneDisposal disposal={disposal} />}</Answered>;
}

function OneDisposal({ disposal }: { readonly disposal: Disposal }) {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const basis = useBasis();
  const { reason } = useReason();
  const { id, state, counts } = disposal;
  const query = { lang: language };
  const certificate = urlOf('GET /api/v1/disposals/{id}/certificate', { path: { id }, query });
  return (
    <>
      <PageHead
        title={say('disposal.one', { count: counts.recordings })}
        subtitle={<code>{id}</code>}
        actions={
          <>
            <Badge tone={DISPOSAL_TONES[state]}>{word('disposal-state', state)}</Badge>
            {state === 'done' ? <a href={certificate}>{say('disposal.certificate')}</a> : null}
          </>
        }
      />
      <Stack>
        <Course disposal={disposal} />
        {state === 'halted' || (state === 'cancelled' && disposal.reason !== null) ? (
          <Panel title={say(state === 'halted' ? 'disposal.halted' : 'disposal.cancelled.title')}>
            <p>{disposal.reason === null ? '—' : reason(disposal.reason)}</p>
            {state === 'halted' ? <p className={styles.muted}>{say('disposal.halted.about')}</p> : null}
          </Panel>
        ) : null}
        <Figures>
          <Figure value={counts.recordings} label={say('disposal.column.recordings')} />
          <Figure value={counts.hours.toFixed(1)} label={say('disposal.column.hours')} />
          <Figure value={sizeText(counts.bytes)} label={say('disposal.files', { count: counts.files })} />
          <Figure value={counts.excluded} label={say('disposal.excluded.count')} />
          {counts.destroyed + counts.kept > 0 ? (
            <>
              <Figure value={counts.destroyed} label={say('disposal.destroyed')} />
              <Figure value={counts.kept} label={say('disposal.kept')} />
            </>
          ) : null}
        </Figures>
        <div className={styles.split}>
          <Panel title={say('disposal.about-list')}>
            <Facts
              rows={[
                [say('certificate.rule'), basis(disposal.rule)],
                [say('disposals.before'), <Time key="due" at={disposal.dueBefore} />],
                [say('disposal.officers'), <Officers key="officers" disposal={disposal} />],
                [say('certificate.digest'), <code key="digest">{disposal.digest}</code>],
              ]}
            />
          </Panel>
          <Decide disposal={disposal} />
        </div>
        <DisposalItems disposal={disposal} />
      </Stack>
    </>
  );
}

function Officers({ disposal: { officers } }: { readonly disposal: Disposal }) {
  const say = useSay();
  return (
    <ul>
      {officers.map(({ id, name, recordings }) => (
        <li key={id ?? ''}>{say('disposal.officer', { name: name ?? id ?? say('disposal.nobody'), count: recordings })}</li>
      ))}
    </ul>
  );
}

/** The way of a list, step by step, with who did what and what comes next. */
function Course({ disposal: { state, proposed, approved, waitsUntil, beganAt, endedAt } }: { readonly disposal: Disposal }) {
  const say = useSay();
  const word = useWord();
  const join = useJoin();
  const { at } = useLive();
  const over = waitsUntil !== null && at !== null && Date.parse(at) >= Date.parse(waitsUntil);
  const ended = state === 'done' || state === 'cancelled';
  const steps = [
    {
      key: 'propose',
      title: say('disposal.step.proposed'),
      done: true,
      text: say('disposal.by', { name: proposed.name, roles: join(proposed.roles.map((role) => word('role', role))) }),
      at: proposed.at,
    },
    {
      key: 'approve',
      title: say('disposal.step.approved'),
      done: approved !== null,
      text:
        approved === null
          ? say('disposal.step.approved.waits')
          : say('disposal.by', { name: approved.name, roles: join(approved.roles.map((role) => word('role', role))) }),
      at: approved?.at ?? null,
    },
    {
      key: 'wait',
      title: say('disposal.step.waits'),
      done: over,
      text: waitsUntil === null ? say('disposal.step.waits.not-yet') : say(over ? 'disposal.step.waits.over' : 'disposal.step.waits.until'),
      at: waitsUntil,
    },
    {
      key: 'run',
      title: say('disposal.step.run'),
      done: state === 'done',
      text: say(endedAt !== null ? 'disposal.step.run.ended' : beganAt !== null ? 'disposal.step.run.began' : 'disposal.step.run.not-yet'),
      at: endedAt ?? beganAt,
    },
  ];
  const current = ended ? undefined : steps.find(({ done }) => !done)?.key;
  return (
    <ol className={styles.steps} aria-label={say('disposal.course')}>
      {steps.map(({ key, title, done, text, at: when }) => (
        <li key={key} data-state={done ? 'done' : 'open'} aria-current={key === current ? 'step' : undefined}>
          <strong>
            {done ? <span aria-hidden="true">✓ </span> : null}
            {title}
          </strong>
          <span>{text}</span>
          {when === null ? null : (
            <span className={styles.muted}>
              <Time at={when} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** The decision of a second person, running it, and ending it. The station says whose turn it is. */
function Decide({ disposal }: { readonly disposal: Disposal }) {
  const say = useSay();
  const tell = useToast();
  const { has } = useSession();
  const [read, setRead] = useState(false);
  const [cancelling, setCancelling] = useState(false);
  const approval = useWork();
  const { id, state, digest } = disposal;
  const open = state !== 'done' && state !== 'cancelled';
  const approve = () =>
    void approval.begin(async () => {
      await ask('POST /api/v1/disposals/{id}/approval', { path: { id }, body: { digest } });
      tell(say('disposal.approved.done'));
    });
  const cancel = async (reason: string) => {
    await ask('POST /api/v1/disposals/{id}/cancellation', { path: { id }, body: { reason } });
    setCancelling(false);
    tell(say('disposal.cancelled.done'));
  };
  return (
    <Panel title={say('version.next')}>
      <p>{say(`disposal.next.${state}`)}</p>
      {state === 'proposed' && has('approve-disposal') ? (
        <>
          <CheckField label={say('disposal.read')} checked={read} onChange={(event) => setRead(event.target.checked)} />
          <Button look="primary" disabled={!read} busy={approval.busy} onClick={approve}>
            {say('disposal.approve')}
          </Button>
        </>
      ) : null}
      {approval.error ? <ProblemNote error={approval.error} /> : null}
      {(state === 'approved' || state === 'running' || state === 'halted') && has('propose-disposal') ? <DisposalRun id={id} /> : null}
      {open && has('see-retention') ? (
        <div className={styles.row}>
          <Button onClick={() => setCancelling(true)}>{say('disposal.cancel')}</Button>
        </div>
      ) : null}
      {cancelling ? (
        <AskReason
          title={say('disposal.cancel')}
          about={say('disposal.cancel.about-here')}
          button={say('disposal.cancel')}
          look="danger"
          onDone={cancel}
          onClose={() => setCancelling(false)}
        />
      ) : null}
    </Panel>
  );
}
