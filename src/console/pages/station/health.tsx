import { useState } from 'react';
import { useAsk } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, Facts, Loading, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { Diagnosis } from './diagnosis.tsx';
import { FirstStepsNote } from './first-steps.tsx';
import styles from './station.module.css';

const CHECKS = ['ledger', 'vault', 'queue', 'archive'] as const;

/** What the station stands on, its clock, its certificate, how far the log is shipped. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const words = useReason();
  const { has } = useSession();
  const health = useAsk('GET /api/v1/health', {}, { topics: [] });
  const ready = useAsk('GET /api/v1/ready', {}, { topics: ['archive', 'work'] });
  const clock = useAsk('GET /api/v1/clock', {}, { topics: ['archive'] });
  const network = useAsk('GET /api/v1/network', {}, { topics: [] });
  const shipping = useAsk('GET /api/v1/custody/shipping', {}, { topics: ['recordings'] });
  const backup = useDeed([]);
  if (ready.error) return <ProblemNote error={ready.error} again={() => void ready.refetch()} />;
  if (!ready.data) return <Loading />;
  const checks = ready.data.checks;
  return (
    <>
      <PageHead
        title={say('health.title')}
        subtitle={
          health.data ? `${health.data.stationName ?? ''} · ${health.data.stationId ?? ''} · ${health.data.version ?? ''}` : undefined
        }
        actions={
          <Badge tone={ready.data.status === 'ready' ? 'good' : 'bad'}>
            {say(ready.data.status === 'ready' ? 'health.ready' : 'health.failing')}
          </Badge>
        }
      />
      <Stack>
        {has('administer') ? <FirstStepsNote /> : null}
        <Panel title={say('health.stands-on')}>
          <ul>
            {CHECKS.map((name) => {
              const check = checks?.[name];
              if (!check) return null;
              return (
                <li key={name} className={styles.row}>
                  <Badge tone={check.ok ? 'good' : 'bad'}>{word('check', name)}</Badge>
                  <span className={styles.grow}>
                    {words.reason(check.reason)}
                    {check.code === null ? null : <p className={styles.muted}>{words.error(check.code).remedy}</p>}
                  </span>
                </li>
              );
            })}
          </ul>
        </Panel>
        {has('administer') ? <Diagnosis /> : null}
        {clock.data ? (
          <Panel title={say('health.clock')}>
            <Facts
              rows={[
                [say('health.clock.now'), <Time key="now" at={clock.data.now} to="second" />],
                [say('recording-list.state'), word('clock-kind', clock.data.state)],
              ]}
            />
            {clock.data.seenAt !== null && has('administer') ? <ConfirmClock seenAt={clock.data.seenAt} /> : null}
          </Panel>
        ) : null}
        <Panel title={say('health.certificate')}>
          {network.data?.tls ? (
            <Facts
              rows={[
                ['SHA-256', <code key="sha256">{network.data.tls.sha256}</code>],
                [say('tokens.until'), <Time key="until" at={network.data.tls.notAfter} />],
              ]}
            />
          ) : (
            <p>{say('health.no-certificate')}</p>
          )}
        </Panel>
        <Panel title={say('health.shipping')}>
          <ul>
            {(shipping.data?.places ?? []).map(({ place, entries, ageSeconds }) => (
              <li key={place} className={styles.row}>
                <Badge tone={entries > 0 && ageSeconds > 3600 ? 'warn' : 'good'}>{word('place', place)}</Badge>
                <span>{say('health.behind', { entries, seconds: ageSeconds })}</span>
              </li>
            ))}
          </ul>
        </Panel>
        {has('administer') ? (
          <Panel title={say('health.backup')}>
            <p>{say('health.backup.about')}</p>
            {backup.error ? <ProblemNote error={backup.error} /> : null}
            <div className={styles.actions}>
              <Button
                busy={backup.busy}
                onClick={() => backup.run(() => ask('POST /api/v1/ledger/backup', { body: {} }), say('health.backup.done'))}
              >
                {say('health.backup.now')}
              </Button>
            </div>
          </Panel>
        ) : null}
      </Stack>
    </>
  );
}

function ConfirmClock({ seenAt }: { readonly seenAt: string }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['archive']);
  const [words, setWords] = useState('');
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        run(() => ask('POST /api/v1/clock/confirmation', { body: { seenAt, words } }), say('form.saved'));
      }}
    >
      <p>{say('health.clock.confirm')}</p>
      <TextField label={say('request.words')} needed value={words} onChange={(event) => setWords(event.target.value)} />
      {error ? <ProblemNote error={error} /> : null}
      <Button type="submit" busy={busy}>
        {say('request.confirm.yes')}
      </Button>
    </form>
  );
}
