import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useAsk } from '../../client/queries.ts';
import { ask, askLines } from '../../client/request.ts';
import { FileText } from '../../kit/file-text.tsx';
import { Badge, Button, CheckField, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { TextDiff } from '../../kit/text-diff.tsx';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import { DryRunResult } from './dry-run.tsx';
import { Answered, AskReason } from './parts.tsx';
import styles from './retention.module.css';
import { Rules } from './schedule.tsx';
import { SCHEDULE_TONES } from './versions.tsx';
import { useWho } from './words.ts';

type Version = Schemas['RetentionScheduleText'];

/** One version beside the one in force, what its trial found, and the decision on it. */
export function Page({ params }: PageProps) {
  const version = Number(params['version']);
  const found = useAsk('GET /api/v1/retention/schedules/{version}', { path: { version } }, { topics: ['retention'] });
  return <Answered of={found}>{(schedule) => <OneVersion schedule={schedule} />}</Answered>;
}

function OneVersion({ schedule }: { readonly schedule: Version }) {
  const say = useSay();
  const word = useWord();
  const who = useWho();
  const language = useLanguage();
  const standing = useAsk('GET /api/v1/retention', {}, { topics: ['retention'] });
  const { version, title, state, dryRun } = schedule;
  const inForce = standing.data?.inForce?.version ?? null;
  return (
    <>
      <PageHead
        title={say('version.title', { version })}
        subtitle={title[language]}
        actions={<Badge tone={SCHEDULE_TONES[state]}>{word('schedule-state', state)}</Badge>}
      />
      <Stack>
        <div className={styles.split}>
          <Stack>
            {dryRun === null ? null : <DryRunResult run={dryRun} />}
            {inForce === null || inForce === version ? null : <Beside schedule={schedule} against={inForce} />}
          </Stack>
          <Stack>
            <Panel title={say('version.course')}>
              <Facts
                rows={[
                  [say('certificate.proposed'), who(schedule.proposedByName, schedule.proposedBy)],
                  [say('retention.column.proposed'), <Time key="proposed" at={schedule.proposedAt} />],
                  schedule.decidedAt === null ? null : [say('version.decided-by'), who(schedule.decidedByName, schedule.decidedBy)],
                  schedule.decidedAt === null ? null : [say('retention.column.decided'), <Time key="decided" at={schedule.decidedAt} />],
                  schedule.inForceAt === null ? null : [say('retention.column.in-force'), <Time key="force" at={schedule.inForceAt} />],
                  [say('version.sha256'), <code key="sha">{schedule.sha256}</code>],
                ]}
              />
            </Panel>
            <Decide schedule={schedule} />
          </Stack>
        </div>
        <Rules rules={schedule.rules} />
        <Panel title={say('keeping.file')}>
          <details>
            <summary>{say('version.show-file')}</summary>
            <FileText label={say('keeping.file')} text={schedule.text} />
          </details>
        </Panel>
      </Stack>
    </>
  );
}

function Beside({ schedule, against }: { readonly schedule: Version; readonly against: number }) {
  const say = useSay();
  const other = useAsk('GET /api/v1/retention/schedules/{version}', { path: { version: against } }, { topics: ['retention'] });
  const title = say('version.beside', { version: against });
  return (
    <Panel title={title} flush>
      <Answered of={other}>{({ text }) => <TextDiff label={title} before={text} after={schedule.text} />}</Answered>
    </Panel>
  );
}

const ENDS = {
  refusal: 'POST /api/v1/retention/schedules/{version}/refusal',
  withdrawal: 'POST /api/v1/retention/schedules/{version}/withdrawal',
} as const;

/** What may come next: the trial, the decision of a second person, taking it back. The station says whose turn it is. */
function Decide({ schedule: { version, state, dryRun } }: { readonly schedule: Version }) {
  const say = useSay();
  const tell = useToast();
  const { has } = useSession();
  const [done, setDone] = useState<{ readonly recordings: number; readonly recordingsTotal: number } | null>(null);
  const [read, setRead] = useState(false);
  const [ending, setEnding] = useState<'refusal' | 'withdrawal' | null>(null);
  const [trial, adoption] = [useWork(), useWork()];
  const path = { version };
  const isOpen = state === 'proposed' || state === 'adopted';
  if (!isOpen) return null;
  const tryIt = () =>
    void trial.begin(async () => {
      setDone({ recordings: 0, recordingsTotal: 0 });
      await askLines('POST /api/v1/retention/schedules/{version}/dry-run', { path }, (line) => {
        if (line.type === 'progress') setDone({ recordings: Number(line['recordings']), recordingsTotal: Number(line['recordingsTotal']) });
      }).finally(() => setDone(null));
      tell(say('dry.done'));
    });
  const adopt = (digest: string) =>
    void adoption.begin(async () => {
      await ask('POST /api/v1/retention/schedules/{version}/adoption', { path, body: { digest } });
      tell(say('version.adopted'));
    });
  const end = async (reason: string) => {
    if (ending === null) return;
    const body = reason === '' ? {} : { reason };
    await ask(ENDS[ending], { path, body });
    setEnding(null);
    tell(say(ending === 'refusal' ? 'version.refused' : 'version.withdrawn'));
  };
  return (
    <Panel title={say('version.next')}>
      <p>{say(state === 'adopted' ? 'version.next.adopted' : dryRun === null ? 'version.next.try' : 'version.next.decide')}</p>
      {state === 'proposed' && has('manage-retention') ? (
        <>
          <Button look={dryRun === null ? 'primary' : 'plain'} busy={trial.busy} onClick={tryIt}>
            {say(dryRun === null ? 'dry.begin' : 'dry.again')}
          </Button>
          {done === null ? null : (
            <div role="status">
              <progress
                className={styles.bar}
                value={done.recordings}
                max={Math.max(1, done.recordingsTotal)}
                aria-label={say('dry.begin')}
              />
              <p className={styles.muted}>{say('retention.dry-run.progress', done)}</p>
            </div>
          )}
          {trial.error ? <ProblemNote error={trial.error} /> : null}
        </>
      ) : null}
      {state === 'proposed' && has('adopt-retention') && dryRun !== null ? (
        <>
          <Facts rows={[[say('dry.digest'), <code key="digest">{dryRun.digest}</code>]]} />
          <CheckField label={say('version.read')} checked={read} onChange={(event) => setRead(event.target.checked)} />
          <Button look="primary" disabled={!read} busy={adoption.busy} onClick={() => adopt(dryRun.digest)}>
            {say('version.adopt')}
          </Button>
        </>
      ) : null}
      {adoption.error ? <ProblemNote error={adoption.error} /> : null}
      <div className={styles.row}>
        {has('adopt-retention') ? <Button onClick={() => setEnding('refusal')}>{say('version.refuse')}</Button> : null}
        {has('manage-retention') ? <Button onClick={() => setEnding('withdrawal')}>{say('version.withdraw')}</Button> : null}
      </div>
      {ending === null ? null : (
        <AskReason
          title={say(ending === 'refusal' ? 'version.refuse' : 'version.withdraw')}
          about={say('version.end.about', { version })}
          button={say(ending === 'refusal' ? 'version.refuse' : 'version.withdraw')}
          look="danger"
          optional
          onDone={end}
          onClose={() => setEnding(null)}
        />
      )}
    </Panel>
  );
}
