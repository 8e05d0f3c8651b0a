import { useState } from 'react';
import type { ReasonCode } from '#messages/reason';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { askLines } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { sizeText } from '../../kit/figures.ts';
import { Badge, Button, CheckField, Empty, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { Answered, Figure, Figures } from './parts.tsx';
import styles from './retention.module.css';
import { ScrubPanel } from './scrub.tsx';

type Storage = Schemas['ArchiveStorage'];
type Finding = Schemas['ArchiveFinding'];

/** What the storage promises and cannot, how originals are locked there, what is wrong, and how everything is read again. */
export function Page() {
  const say = useSay();
  const storage = useAsk('GET /api/v1/archive', {}, { topics: ['archive', 'eviction'] });
  return (
    <>
      <PageHead title={say('storage.title')} subtitle={say('storage.about')} />
      <Answered of={storage}>
        {(found) => (
          <Stack>
            <Figures>
              <Figure value={found.locks.originals} label={say('storage.originals')} />
              <Figure value={found.locks.unlocked} label={say('storage.unlocked')} />
              <Figure
                value={Object.values(found.open).reduce((sum, count) => sum + count, 0)}
                label={say('storage.findings')}
                alarm={Object.keys(found.open).length > 0}
              />
              <Figure value={found.eviction.files} label={say('storage.alone')} />
            </Figures>
            <Bucket storage={found} />
            <Comparison storage={found} />
            <ScrubPanel />
            <Eviction eviction={found.eviction} />
            <Shipping />
          </Stack>
        )}
      </Answered>
    </>
  );
}

function Bucket({ storage: { archive, bucket, locks } }: { readonly storage: Storage }) {
  const say = useSay();
  const { reason } = useReason();
  const yes = (value: boolean | null) => say(value === null ? 'storage.unknown' : value ? 'storage.yes' : 'storage.no');
  if (archive === null)
    return (
      <Panel title={say('storage.bucket')}>
        <Empty text={say('storage.no-archive')} />
      </Panel>
    );
  return (
    <Panel title={say('storage.bucket')} actions={<code>{archive}</code>}>
      {bucket === null ? (
        <p>{say('storage.no-bucket')}</p>
      ) : (
        <>
          {bucket.refusal === null ? null : (
            <p role="alert">
              <Badge tone="bad">{say('storage.refused')}</Badge> {reason(bucket.refusal)}
            </p>
          )}
          <div className={styles.split}>
            <div>
              <h3>{say('storage.promises')}</h3>
              <ul className={styles.list}>
                {bucket.promises.map((each) => (
                  <li key={each.code}>{reason(each)}</li>
                ))}
                {bucket.promises.length === 0 ? <li>{say('storage.nothing')}</li> : null}
              </ul>
            </div>
            <div>
              <h3>{say('storage.cannot')}</h3>
              <ul className={styles.list}>
                {bucket.cannot.map((each) => (
                  <li key={each.code}>{reason(each)}</li>
                ))}
                {bucket.cannot.length === 0 ? <li>{say('storage.nothing')}</li> : null}
              </ul>
            </div>
          </div>
          <Facts
            rows={[
              [say('storage.mode'), bucket.locks ? (bucket.mode ?? '—') : say('rule.lock.none')],
              [say('storage.days'), bucket.locks ? say('term.days', { count: bucket.lockDaysMax }) : '—'],
              [say('storage.hold'), yes(bucket.hold)],
              [say('storage.owns'), yes(bucket.ownsBucket)],
              [say('storage.bypass'), yes(bucket.mayBypass)],
              [say('storage.policy'), yes(bucket.mayChangePolicy)],
              [say('storage.first-end'), <Time key="first" at={locks.firstEnd} />],
              [say('storage.probed'), <Time key="probed" at={bucket.probedAt} />],
            ]}
          />
        </>
      )}
    </Panel>
  );
}

function Comparison({ storage: { archive, comparison } }: { readonly storage: Storage }) {
  const say = useSay();
  const word = useWord();
  const tell = useToast();
  const { reason } = useReason();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const [counted, setCounted] = useState<string | null>(null);
  const work = useWork();
  const all = get('all') === 'true';
  const list = useRows('GET /api/v1/archive/findings', { query: { limit: 100, ...(all ? { all } : {}) } }, { topics: ['archive'] });
  const columns: readonly Column<Finding>[] = [
    { id: 'kind', title: say('storage.kind'), cell: ({ kind }) => word('storage.finding', kind) },
    { id: 'what', title: say('storage.what'), cell: ({ what }) => reason(what), look: 'wrap' },
    { id: 'do', title: say('storage.do'), cell: ({ kind }) => word('storage.remedy', kind), look: 'wrap' },
    { id: 'key', title: say('storage.key'), cell: ({ key }) => <code>{key}</code>, look: 'wrap' },
    { id: 'found', title: say('duties.found'), cell: ({ foundAt }) => <Time at={foundAt} /> },
    {
      id: 'state',
      title: say('duties.state'),
      cell: ({ settledAt }) =>
        settledAt === null ? <Badge tone="bad">{say('duty-state.open')}</Badge> : <Badge tone="good">{say('storage.settled')}</Badge>,
    },
  ];
  const compare = () =>
    void work.begin(async () => {
      await askLines('POST /api/v1/archive/comparison', { body: {} }, (line) => {
        const counts = line['counts'] as { readonly expected: number; readonly objects: number } | undefined;
        if (counts) setCounted(say('archive.progress', { expected: counts.expected, objects: counts.objects }));
      }).finally(() => setCounted(null));
      tell(say('storage.compared'));
    });
  if (archive === null) return null;
  return (
    <Panel
      title={say('storage.comparison')}
      actions={
        <>
          <CheckField
            label={say('storage.also-settled')}
            checked={all}
            onChange={(event) => set({ all: event.target.checked ? 'true' : '' })}
          />
          {has('verify') ? (
            <Button busy={work.busy} onClick={compare}>
              {say('storage.compare')}
            </Button>
          ) : null}
        </>
      }
    >
      <p className={styles.muted}>
        {comparison === null ? (
          say('archive.never-compared')
        ) : (
          <>
            {say('storage.last')} <Time at={comparison.endedAt ?? comparison.startedAt} /> ·{' '}
            {say('archive.progress', { expected: comparison.counts.expected, objects: comparison.counts.objects })}
          </>
        )}
      </p>
      {counted === null ? null : <p role="status">{counted}</p>}
      {work.error ? <ProblemNote error={work.error} /> : null}
      <DataTable
        label={say('storage.comparison')}
        columns={columns}
        list={list}
        idOf={({ kind, key, versionId }) => `${kind} ${key} ${versionId}`}
        empty={<Empty text={say('archive.nothing-open')} />}
      />
    </Panel>
  );
}

function Eviction({ eviction }: { readonly eviction: Storage['eviction'] }) {
  const say = useSay();
  const { reason } = useReason();
  const { on, files, bytes, playable, aboveLowWaterBytes, stays } = eviction;
  return (
    <Panel title={say('storage.eviction')} actions={<Badge>{say(on ? 'storage.on' : 'storage.off')}</Badge>}>
      <p className={styles.muted}>{say('storage.eviction.about')}</p>
      <Facts
        rows={[
          [say('storage.alone'), say('storage.files', { count: files, size: sizeText(bytes) })],
          [say('storage.alone-playable'), say('storage.files', { count: playable.files, size: sizeText(playable.bytes) })],
          aboveLowWaterBytes === null ? null : [say('storage.above'), sizeText(aboveLowWaterBytes)],
          ...Object.entries(stays).map(
            ([why, count]) => [say('storage.stays'), reason({ code: `stays-${why}` as ReasonCode, params: { files: count } })] as const,
          ),
        ]}
      />
    </Panel>
  );
}

function Shipping() {
  const say = useSay();
  const word = useWord();
  const shipping = useAsk('GET /api/v1/custody/shipping', {}, { topics: ['archive', 'recordings'] });
  return (
    <Panel title={say('storage.shipping')}>
      <p className={styles.muted}>{say('storage.shipping.about')}</p>
      <Answered of={shipping}>
        {({ places }) =>
          places.length === 0 ? (
            <p>{say('storage.shipping.none')}</p>
          ) : (
            <Facts
              rows={places.map(({ place, entries, ageSeconds, erased }) => [
                word('place', place),
                entries === 0 && erased === 0 ? (
                  <Badge key={place} tone="good">
                    {say('storage.shipping.done')}
                  </Badge>
                ) : (
                  say('storage.shipping.behind', { count: entries, minutes: Math.round(ageSeconds / 60), erased })
                ),
              ])}
            />
          )
        }
      </Answered>
    </Panel>
  );
}
