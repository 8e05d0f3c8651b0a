import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useAskTagged, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { Badge, Button, CheckField, Empty, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { dayOf, Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { History } from '../../looks/history.tsx';
import { useUnitNames } from '../../people/units.tsx';
import { useLive } from '../../shell/live-mark.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { Answered, AskReason, RecordingLink } from './parts.tsx';
import styles from './retention.module.css';
import { useFinding, useJoin, useScope, useWho } from './words.ts';

type Hold = Schemas['Hold'];
type Held = Schemas['HeldRecording'];
const FINDINGS_SHOWN = 50;
const MIRROR_TONES = { waiting: 'warn', held: 'good', lifted: 'plain', none: 'info' } as const;

/** One legal hold: what it covers, how far the storage knows of it, what is not complete, and its release. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const { has } = useSession();
  const hold = useAskTagged('GET /api/v1/holds/{id}', { path: { id } }, { topics: ['holds', 'archive'] });
  const history = useRows('GET /api/v1/holds/{id}/custody', { path: { id } }, { topics: ['holds'], enabled: has('read-audit') });
  return (
    <Answered of={hold}>
      {({ body, etag }) => (
        <>
          <Head hold={body} etag={etag} />
          <Stack>
            <div className={styles.split}>
              <Standing hold={body} />
              <Stack>
                <Mirrored hold={body} />
                <Complete hold={body} />
              </Stack>
            </div>
            <Covered id={id} />
            {has('read-audit') ? (
              <Panel title={say('retention.history')}>
                <History list={history} />
              </Panel>
            ) : null}
          </Stack>
        </>
      )}
    </Answered>
  );
}

function Head({ hold, etag }: { readonly hold: Hold; readonly etag: string | null }) {
  const say = useSay();
  const tell = useToast();
  const scope = useScope();
  const join = useJoin();
  const units = useUnitNames();
  const { has } = useSession();
  const [releasing, setReleasing] = useState(false);
  const { id, releasedAt } = hold;
  const release = async (reason: string) => {
    await ask('POST /api/v1/holds/{id}/release', { path: { id }, body: { reason }, ...(etag === null ? {} : { ifMatch: etag }) });
    setReleasing(false);
    tell(say('holds.released.done'));
  };
  return (
    <>
      <PageHead
        title={join(scope(hold.scope, units.get(hold.scope.unit ?? '')))}
        subtitle={say('holds.one', { id })}
        actions={
          <>
            {releasedAt === null ? <Badge tone="good">{say('holds.in-force')}</Badge> : <Badge>{say('holds.released')}</Badge>}
            {releasedAt === null && has('release-hold') ? <Button onClick={() => setReleasing(true)}>{say('holds.release')}</Button> : null}
          </>
        }
      />
      {releasing ? (
        <AskReason
          title={say('holds.release')}
          about={say('holds.release.about')}
          button={say('holds.release')}
          look="danger"
          onDone={release}
          onClose={() => setReleasing(false)}
        />
      ) : null}
    </>
  );
}

function Standing({ hold }: { readonly hold: Hold }) {
  const say = useSay();
  const who = useWho();
  const { at } = useLive();
  const due = hold.releasedAt === null && at !== null && dayOf(hold.reviewAt) <= dayOf(at);
  return (
    <Panel title={say('holds.why')}>
      <p className={styles.verdict}>{hold.reason}</p>
      <Facts
        rows={[
          [say('column.hold-author'), who(hold.authorName, hold.author)],
          [say('column.hold-set'), <Time key="set" at={hold.setAt} />],
          [
            say('column.hold-review'),
            due ? (
              <Badge key="due" tone="bad">
                {say('holds.review-due', { day: dayOf(hold.reviewAt) })}
              </Badge>
            ) : (
              <Time key="review" at={hold.reviewAt} to="day" />
            ),
          ],
          hold.scope.recordings.length === 0
            ? null
            : [
                say('column.hold-reached'),
                <ul key="recordings">
                  {hold.scope.recordings.map((recording) => (
                    <li key={recording}>
                      <RecordingLink id={recording} />
                    </li>
                  ))}
                </ul>,
              ],
          hold.releasedAt === null ? null : [say('holds.released-by'), who(hold.releasedByName, hold.releasedBy)],
          hold.releasedAt === null ? null : [say('column.hold-released'), <Time key="released" at={hold.releasedAt} />],
          hold.releaseReason === null ? null : [say('holds.release-reason'), hold.releaseReason],
        ]}
      />
      {hold.releasedAt === null ? <p className={styles.muted}>{say('holds.two')}</p> : null}
    </Panel>
  );
}

function Mirrored({ hold: { mirrored, isSpread, releasedAt } }: { readonly hold: Hold }) {
  const say = useSay();
  const { done, of, without } = mirrored;
  const waiting = of - done - without;
  return (
    <Panel title={say('holds.reached')}>
      <p className={styles.verdict}>{say('holds.covers', { count: of })}</p>
      {isSpread ? null : <p>{say('hold.spreading')}</p>}
      <progress className={styles.bar} value={done} max={Math.max(1, of)} aria-label={say('holds.mirrored.title')} />
      <p>{say('holds.mirrored', { done, of })}</p>
      {without > 0 ? <p className={styles.muted}>{say('holds.without', { count: without })}</p> : null}
      {waiting > 0 && releasedAt === null ? <p className={styles.muted}>{say('hold.not-mirrored', { count: waiting })}</p> : null}
    </Panel>
  );
}

function Complete({ hold: { report } }: { readonly hold: Hold }) {
  const say = useSay();
  const words = useFinding();
  const findings = report?.findings ?? [];
  return (
    <Panel
      title={say('holds.complete')}
      actions={
        report === null ? null : (
          <span className={styles.muted}>
            {say('holds.checked')} <Time at={report.at} />
          </span>
        )
      }
    >
      {report === null ? <p className={styles.muted}>{say('holds.not-checked')}</p> : null}
      {report !== null && findings.length === 0 ? <Badge tone="good">{say('holds.nothing-missing')}</Badge> : null}
      {findings.length > 0 ? (
        <>
          <Badge tone="warn">{say('holds.findings', { count: findings.length })}</Badge>
          <ul className={styles.list}>
            {findings.slice(0, FINDINGS_SHOWN).map((finding) => (
              <li key={JSON.stringify(finding)}>
                {finding.recording === null ? null : (
                  <>
                    <RecordingLink id={finding.recording} />{' '}
                  </>
                )}
                {words(finding)}
              </li>
            ))}
            {findings.length > FINDINGS_SHOWN ? <li>{say('holds.more', { count: findings.length - FINDINGS_SHOWN })}</li> : null}
          </ul>
        </>
      ) : null}
    </Panel>
  );
}

function Covered({ id }: { readonly id: string }) {
  const say = useSay();
  const word = useWord();
  const { reason } = useReason();
  const [get, set] = useSearchState();
  const waiting = get('waiting') === 'true';
  const query = { limit: 100, ...(waiting ? { waiting } : {}) };
  const list = useRows('GET /api/v1/holds/{id}/recordings', { path: { id }, query }, { topics: ['holds', 'archive'] });
  const columns: readonly Column<Held>[] = [
    { id: 'recording', title: say('retention.column.recording'), cell: ({ recording }) => <RecordingLink id={recording} /> },
    { id: 'at', title: say('holds.reached-at'), cell: ({ reachedAt }) => <Time at={reachedAt} /> },
    {
      id: 'mirror',
      title: say('column.hold-mirrored'),
      cell: ({ mirror }) => <Badge tone={MIRROR_TONES[mirror]}>{word('hold-mirror', mirror)}</Badge>,
    },
    { id: 'why', title: say('retention.column.reason'), cell: ({ why }) => (why === null ? '—' : reason(why)), look: 'wrap' },
  ];
  return (
    <Panel
      title={say('holds.covered')}
      actions={
        <CheckField
          label={say('holds.only-waiting')}
          checked={waiting}
          onChange={(event) => set({ waiting: event.target.checked ? 'true' : '' })}
        />
      }
      flush
    >
      <DataTable
        label={say('holds.covered')}
        columns={columns}
        list={list}
        idOf={({ recording }) => recording}
        empty={<Empty text={say(waiting ? 'holds.none-waiting' : 'holds.none-covered')} />}
      />
    </Panel>
  );
}
