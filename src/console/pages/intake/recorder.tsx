import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAskTagged, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { sizeText } from '../../kit/figures.ts';
import { Badge, Button, Empty, Facts, Loading, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { momentMs, Time, timeText } from '../../kit/time.tsx';
import { useSend } from '../../kit/use-send.ts';
import { History } from '../../looks/history.tsx';
import { OfficerField, useOfficerNames } from '../../people/officers.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay } from '../../texts/say.ts';
import { CorrectHolding } from './correct-holding.tsx';
import { DockingState, isBad } from './docking-state.tsx';
import styles from './intake.module.css';

const Plot = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }));
const SHOWN = 100;

/** A recorder’s card: who has it, how its clock runs, what went wrong with it. */
export function Page({ params: { serial = '' } }: PageProps) {
  const say = useSay();
  const { reason } = useReason();
  const { has } = useSession();
  const nameOf = useOfficerNames({ none: '—', numbered: true });
  const found = useAskTagged('GET /api/v1/recorders/{serial}', { path: { serial } }, { topics: ['registry', 'dockings'] });
  const dockings = useRows(
    'GET /api/v1/dockings',
    { query: { recorder: serial, limit: SHOWN } },
    { topics: ['dockings'], enabled: has('see-work') },
  );
  const [corrected, setCorrected] = useState<Schemas['Holding'] | null>(null);
  const history = useRows(
    'GET /api/v1/recorders/{serial}/custody',
    { path: { serial } },
    { topics: ['registry', 'dockings'], enabled: has('see-work') },
  );
  const holdings = useRows('GET /api/v1/recorders/{serial}/holdings', { path: { serial } }, { topics: ['registry'] });
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const { body: recorder, etag } = found.data;
  const faults = dockings.rows.filter(isBad);
  const clocks = dockings.rows.filter(({ clockOffsetMs }) => clockOffsetMs !== null).toReversed();
  const last = dockings.rows[0];
  const charged = dockings.rows.find(({ batteryPercent }) => batteryPercent !== null);
  return (
    <>
      <PageHead
        title={serial}
        subtitle={[recorder.model, recorder.driverId].filter(Boolean).join(' · ') || undefined}
        actions={
          recorder.holding ? <Badge tone="info">{say('recorders.held-by', { name: nameOf(recorder.holding.officerId) })}</Badge> : undefined
        }
      />
      <div className={styles.columns}>
        <Stack>
          {has('see-work') ? (
            <>
              <Panel title={say('recorders.clock')}>
                {clocks.length < 2 ? <p className={styles.muted}>{say('recorders.clock-few')}</p> : null}
                {clocks.length >= 2 ? (
                  <Suspense fallback={<Loading />}>
                    <Plot
                      label={say('recorders.clock')}
                      kind="line"
                      x={clocks.map(({ arrivedAt }) => momentMs(arrivedAt) / 1000)}
                      xText={(seconds) =>
                        timeText(
                          nearest(
                            clocks.map(({ arrivedAt }) => arrivedAt),
                            seconds,
                          ),
                          'day',
                        )
                      }
                      series={[{ label: say('recorders.offset'), values: clocks.map(({ clockOffsetMs }) => (clockOffsetMs ?? 0) / 1000) }]}
                      unit="s"
                    />
                  </Suspense>
                ) : null}
              </Panel>
              <Panel title={say('recorders.faults', { count: faults.length })} flush>
                {faults.length === 0 ? <Empty text={say('recorders.no-faults')} /> : null}
                <ul className={styles.lines}>
                  {faults.map((docking) => (
                    <li key={docking.id}>
                      <Link href={`/intake/${docking.id}`} className={styles.line}>
                        <DockingState docking={docking} />
                        <span className={styles.lineText}>
                          {docking.problem?.reason
                            ? reason(docking.problem.reason)
                            : say('intake.refused-files', { count: docking.filesRefused })}
                        </span>
                        <Time at={docking.arrivedAt} />
                      </Link>
                    </li>
                  ))}
                </ul>
              </Panel>
            </>
          ) : null}
          <Panel title={say('recorders.holdings')} flush>
            <ListState list={holdings} empty={say('recorders.never-held')} />
            <ul className={styles.lines}>
              {holdings.rows.map((holding) => (
                <li key={holding.id} className={styles.line}>
                  <strong>{nameOf(holding.officerId)}</strong>
                  <span className={styles.lineText}>
                    <Time at={holding.from} /> – {holding.until === null ? say('recorders.until-now') : <Time at={holding.until} />}
                  </span>
                  {has('change-registry') ? (
                    <Button look="quiet" onClick={() => setCorrected(holding)}>
                      {say('holding.correct')}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          </Panel>
        </Stack>
        <Stack>
          {corrected ? <CorrectHolding holding={corrected} onClose={() => setCorrected(null)} /> : null}
          {has('change-registry') ? <Holding serial={serial} held={recorder.holding?.officerId ?? null} /> : null}
          <Panel title={say('recorders.facts')}>
            <Facts
              rows={[
                [say('recorders.assigned'), nameOf(recorder.assignedOfficerId)],
                [say('recorders.first-seen'), <Time key="first" at={recorder.firstSeenAt} />],
                [say('recorders.seen'), <Time key="last" at={recorder.lastSeenAt} />],
                last
                  ? [
                      say('recorders.last'),
                      <Link key="docking" href={`/intake/${last.id}`}>
                        <Time at={last.arrivedAt} /> ·{' '}
                        {say('intake.files-size', { files: last.filesListed, size: sizeText(last.bytesListed) })}
                      </Link>,
                    ]
                  : null,
                charged
                  ? [
                      say('docking.battery'),
                      <span key="battery">
                        {charged.batteryPercent}% · <Time at={charged.arrivedAt} />
                      </span>,
                    ]
                  : null,
              ]}
            />
            {has('change-registry') ? (
              <Assigned serial={serial} officer={recorder.assignedOfficerId ?? ''} etag={etag} onChanged={() => void found.refetch()} />
            ) : null}
          </Panel>
          {has('see-work') ? (
            <Panel title={say('recorders.log')}>
              <History list={history} />
            </Panel>
          ) : null}
        </Stack>
      </div>
    </>
  );
}

/** The text of the moment that is nearest to a point of the axis. */
function nearest(times: readonly string[], seconds: number): string {
  const off = (time: string) => Math.abs(momentMs(time) / 1000 - seconds);
  return times.reduce((best, time) => (off(time) < off(best) ? time : best), times[0] ?? '');
}

interface AssignedProps {
  readonly serial: string;
  readonly officer: string;
  readonly etag: string | null;
  readonly onChanged: () => void;
}

function Assigned({ serial, officer, etag, onChanged }: AssignedProps) {
  const say = useSay();
  const { busy, error, send } = useSend(onChanged);
  const [chosen, setChosen] = useState(officer);
  const save = () =>
    void send(() =>
      ask('PATCH /api/v1/recorders/{serial}', {
        path: { serial },
        body: { officer: chosen || null },
        ...(etag === null ? {} : { ifMatch: etag }),
      }),
    );
  return (
    <>
      <OfficerField label={say('recorders.assigned')} value={chosen} onChange={setChosen} />
      <div>
        <Button onClick={save} busy={busy} disabled={chosen === officer}>
          {say('form.save')}
        </Button>
      </div>
      {error ? <ProblemNote error={error} /> : null}
    </>
  );
}

/** Takes it out for an officer, or back. */
function Holding({ serial, held }: { readonly serial: string; readonly held: string | null }) {
  const say = useSay();
  const { busy, error, send } = useSend();
  const [officer, setOfficer] = useState('');
  const take = () =>
    void send(
      () =>
        ask('POST /api/v1/recorders/{serial}/holdings', {
          path: { serial },
          body: { officer, ...(held === null ? {} : { handOver: true }) },
        }),
      say('recorders.taken'),
    );
  const bring = () =>
    void send(() => ask('POST /api/v1/recorders/{serial}/return', { path: { serial }, body: {} }), say('recorders.returned'));
  return (
    <Panel title={say('recorders.hand')}>
      <OfficerField label={say('recorders.to')} value={officer} onChange={setOfficer} />
      <div className={styles.views}>
        <Button look="primary" onClick={take} busy={busy} disabled={officer === '' || officer === held}>
          {say(held === null ? 'recorders.take-out' : 'recorders.hand-over')}
        </Button>
        {held === null ? null : (
          <Button onClick={bring} busy={busy}>
            {say('recorders.return')}
          </Button>
        )}
      </div>
      {error ? <ProblemNote error={error} /> : null}
    </Panel>
  );
}
