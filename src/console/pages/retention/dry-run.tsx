import type { ReactNode } from 'react';
import type { Schemas } from '../../client/api.ts';
import { Facts, Panel } from '../../kit/kit.tsx';
import { Time } from '../../kit/time.tsx';
import { useSay } from '../../texts/say.ts';
import { Figure, Figures, RecordingLink } from './parts.tsx';
import styles from './retention.module.css';
import { useUntil, useWho } from './words.ts';

type DryRun = Schemas['RetentionDryRun'];
type Named = DryRun['longer'];

/** What the trial of a proposal on every recording found: what becomes longer, what is not kept so long any more, what could go and when. */
export function DryRunResult({ run }: { readonly run: DryRun }) {
  const say = useSay();
  const who = useWho();
  const amount = ({ recordings, hours, gib }: DryRun['whole']) =>
    say('dry.amount', { recordings, hours: hours.toFixed(1), gib: gib.toFixed(2) });
  return (
    <Panel title={say('dry.title')}>
      <p className={styles.muted}>
        {run.against === null ? say('dry.against-none') : say('dry.against', { version: run.against })} · {who(run.byName, run.by)} ·{' '}
        <Time at={run.at} />
      </p>
      <Figures>
        <Figure value={run.longer.recordings} label={say('dry.longer')} />
        <Figure value={run.notKept.recordings} label={say('dry.not-kept')} alarm={run.notKept.recordings > 0} />
        <Figure value={run.disposable.recordings} label={say('dry.disposable')} alarm={run.disposable.recordings > 0} />
        <Figure value={run.conflicts.recordings} label={say('dry.conflicts')} alarm={run.conflicts.recordings > 0} />
      </Figures>
      <Part title={say('dry.longer')} of={run.longer} amount={amount} />
      <Part title={say('dry.not-kept')} of={run.notKept} amount={amount} about={say('dry.not-kept.about')} />
      <Part title={say('dry.disposable.on')} of={run.disposable} amount={amount} about={<Time at={run.inForceAt} />} />
      <Part title={say('dry.conflicts')} of={run.conflicts} amount={amount} />
      <Facts
        rows={[
          [say('dry.whole'), amount(run.whole)],
          ...run.ending
            .filter(({ withinDays, recordings }) => withinDays > 0 && recordings > 0)
            .map((each) => [say('dry.ending', { days: each.withinDays }), amount(each)] as const),
          [say('dry.later'), amount(run.later)],
          [say('dry.waiting'), amount(run.waiting)],
          [say('dry.permanent'), amount(run.permanent)],
        ]}
      />
      {run.rules.some(({ change }) => change !== 'same') ? (
        <ul className={styles.list}>
          {run.rules
            .filter(({ change }) => change !== 'same')
            .map((each) => (
              <li key={`${each.from} ${each.to}`}>
                {say(each.change === 'longer' ? 'dry.rule.longer' : 'dry.rule.shorter', { from: each.from ?? '—', to: each.to })}{' '}
                {amount(each)}
              </li>
            ))}
          {run.rulesLeftOut > 0 ? <li>{say('retention.run.rules-more', { count: run.rulesLeftOut })}</li> : null}
        </ul>
      ) : null}
      <Facts rows={[[say('dry.digest'), <code key="digest">{run.digest}</code>]]} />
    </Panel>
  );
}

interface PartProps {
  readonly title: string;
  readonly of: Named;
  readonly amount: (of: DryRun['whole']) => string;
  readonly about?: ReactNode;
}

function Part({ title, of, amount, about }: PartProps) {
  const say = useSay();
  const until = useUntil();
  if (of.recordings === 0) return null;
  return (
    <details>
      <summary>
        {title}: {amount(of)} {about ? <span className={styles.muted}>{about}</span> : null}
      </summary>
      <ul className={styles.list}>
        {of.names.map(({ recording, before, after }) => (
          <li key={recording}>
            <RecordingLink id={recording} />: {say('dry.change', { before: until(before), after: until(after) })}
          </li>
        ))}
        {of.more > 0 ? <li>{say('retention.run.more', { count: of.more })}</li> : null}
      </ul>
    </details>
  );
}
