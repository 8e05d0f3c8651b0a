import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useAskTagged, useRows } from '../../client/queries.ts';
import { Refused } from '../../client/request.ts';
import { lengthText, sizeText } from '../../kit/figures.ts';
import { Badge, ButtonLink, Facts, Loading, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time, timeText } from '../../kit/time.tsx';
import { History } from '../../looks/history.tsx';
import { Poster, Posters } from '../../looks/posters.tsx';
import { useRights } from '../../looks/rights.ts';
import { TracksPanel } from '../../map/tracks-panel.tsx';
import { useOfficerNames } from '../../people/officers.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import { Downloads } from './downloads.tsx';
import styles from './footage.module.css';
import { LookRow } from './look-row.tsx';
import { Marks } from './recording-list.tsx';
import { Remarks } from './remarks.tsx';
import { StartClaims } from './start-claims.tsx';
import { TagEditor } from './tag-editor.tsx';

type Recording = Schemas['Recording'];

/** One recording: what it is, what became of it, who looked. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const word = useWord();
  const { has, person } = useSession();
  const nameOf = useOfficerNames({ none: say('case.no-officer') });
  const found = useAskTagged('GET /api/v1/recordings/{id}', { path: { id } }, { topics: ['recordings', 'originals', 'work', 'eviction'] });
  const effectOf = useRights([id]);
  if (found.error && !found.data)
    return (
      <>
        <PageHead title={say('find.recording')} subtitle={id} />
        <ProblemNote error={found.error} again={() => void found.refetch()} />
      </>
    );
  if (!found.data) return <Loading />;
  const { body: recording, etag } = found.data;
  const look = effectOf?.(id, 'look');
  const isPhoto = recording.derivatives.some(({ kind }) => kind === 'preview');
  const plays = look !== undefined && look !== 'refuse' && (recording.playable || isPhoto);
  return (
    <>
      <PageHead
        title={recording.start === null ? say('case.untimed') : timeText(recording.start, 'second')}
        subtitle={`${nameOf(recording.officerId)} · ${recording.recorderSerial} · ${id}`}
        actions={
          <>
            {plays && look === 'needs-approval' ? (
              <ButtonLink href={`/requests/new?recording=${encodeURIComponent(id)}`} look="primary">
                {say('gate.ask')}
              </ButtonLink>
            ) : null}
            {plays && look !== 'needs-approval' ? (
              <ButtonLink href={`/recordings/${id}/play`} look="primary">
                {say(isPhoto ? 'photo.look' : 'player.play')}
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <div className={styles.two}>
        <Stack>
          <Panel title={say('recording.facts')} actions={<Marks recording={recording} />}>
            <Posters recordings={[recording]}>
              <Poster recording={recording} />
            </Posters>
            <Facts
              rows={[
                [say('recording-list.kind'), word('kind', recording.kind)],
                [say('recording-list.length'), lengthText(recording.durationMs)],
                [
                  say('tag.officer'),
                  `${nameOf(recording.officerId)} ${recording.officerSource ? `(${word('source', recording.officerSource)})` : ''}`,
                ],
                [
                  say('search.recorder'),
                  <Link key="recorder" href={`/recorders/${encodeURIComponent(recording.recorderSerial)}`}>
                    {recording.recorderSerial}
                  </Link>,
                ],
                [
                  say('recording.docking'),
                  has('see-work') ? (
                    <Link key="docking" href={`/intake/${recording.dockingId}`}>
                      {recording.dockingId}
                    </Link>
                  ) : (
                    recording.dockingId
                  ),
                ],
                [
                  say('recording-list.cases'),
                  recording.caseNumbers.length === 0 ? null : <Cases key="cases" numbers={recording.caseNumbers} />,
                ],
                [
                  say('recording.claimed'),
                  recording.claimedStart === null
                    ? null
                    : `${recording.claimedStart.replace('T', ' ')} (${word('from', recording.claimedFrom)})`,
                ],
                [say('recording.offset'), recording.clockOffsetMs === null ? null : `${(recording.clockOffsetMs / 1000).toFixed(1)} s`],
                recording.effective.confidentiality ? [say('case.level'), word('level', recording.effective.confidentiality.level)] : null,
                recording.effective.privacy.length > 0
                  ? [say('case.privacy'), recording.effective.privacy.map(({ mark }) => word('privacy', mark)).join('、')]
                  : null,
              ]}
            />
            <Remarks recording={recording} />
            <StartClaims claims={recording.startClaims} />
          </Panel>
          <Panel title={say('recording.files')}>
            <Originals recording={recording} />
          </Panel>
          <TracksPanel recordings={[recording]} cases={recording.caseNumbers} nameOf={nameOf} />
          {has('read-audit') || (has('see-own-looks') && person.officer !== null && person.officer === recording.officerId) ? (
            <Looks id={id} />
          ) : null}
        </Stack>
        <Stack>
          {has('tag-footage') && effectOf && effectOf(id, 'tag') !== 'refuse' ? (
            <TagEditor key={id} now={{ recording, etag }} mayMark={effectOf(id, 'mark') !== 'refuse'} />
          ) : null}
          <Downloads recording={recording} />
          <Term id={id} />
          <Panel title={say('recording.log')}>
            <OwnHistory id={id} />
          </Panel>
        </Stack>
      </div>
    </>
  );
}

function Cases({ numbers }: { readonly numbers: readonly string[] }) {
  return (
    <>
      {numbers.map((number) => (
        <span key={number}>
          <Link href={`/cases/${encodeURIComponent(number)}`}>{number}</Link>{' '}
        </span>
      ))}
    </>
  );
}

function Originals({ recording }: { readonly recording: Recording }) {
  const say = useSay();
  const word = useWord();
  return (
    <ul>
      {recording.originals.map(({ id, index, shownPath, bytes, state, sha256, sm3, gaps, evictedAt }) => (
        <li key={id} className={styles.row}>
          <span className={styles.grow}>
            <strong>
              {index}. {shownPath}
            </strong>
            <p className={styles.muted}>
              {sizeText(bytes)} · {evictedAt === null ? word('original', state) : say('mark.evicted')}
              {gaps.length > 0 ? ` · ${say('recording.gap-count', { count: gaps.length })}` : ''}
            </p>
            {sha256 === null ? null : (
              <p className={`${styles.muted} ${styles.digest}`}>
                SHA-256 <code>{sha256}</code>
              </p>
            )}
            {sm3 === null ? null : (
              <p className={`${styles.muted} ${styles.digest}`}>
                SM3 <code>{sm3}</code>
              </p>
            )}
          </span>
        </li>
      ))}
      {recording.copies.map(({ where, verifiedAt }) => (
        <li key={where} className={styles.row}>
          <Badge tone="good">{word('place', where)}</Badge>
          <span className={styles.muted}>
            {say('recording.verified')} <Time at={verifiedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Looks({ id }: { readonly id: string }) {
  const say = useSay();
  const list = useRows('GET /api/v1/recordings/{id}/looks', { path: { id } }, { topics: ['callUps'] });
  return (
    <Panel title={say('recording.looks')}>
      <ListState list={list} empty={say('recording.no-looks')} />
      <ul>
        {list.rows.map((look) => (
          <LookRow key={`${look.at} ${look.look} ${look.part}`} look={look} />
        ))}
      </ul>
    </Panel>
  );
}

function Term({ id }: { readonly id: string }) {
  const say = useSay();
  const language = useLanguage();
  const { has } = useSession();
  const { data, error, refetch } = useAsk(
    'GET /api/v1/recordings/{id}/retention',
    { path: { id } },
    { topics: ['retention', 'holds'], enabled: has('see-retention') },
  );
  if (!data && !error) return null;
  // Before the first schedule is adopted nothing has a term, and nothing is disposed of.
  const none = error instanceof Refused && error.problem.code === 'request.not-found';
  const words = data?.words[language];
  return (
    <Panel title={say('recording.term')}>
      {words ? (
        <>
          <p>{words.verdict}</p>
          <ul className={styles.muted}>
            {words.whys.map((why) => (
              <li key={why}>{why}</li>
            ))}
          </ul>
        </>
      ) : none ? (
        <p className={styles.muted}>{say('recording.no-term')}</p>
      ) : error ? (
        <ProblemNote error={error} again={() => void refetch()} />
      ) : null}
    </Panel>
  );
}

function OwnHistory({ id }: { readonly id: string }) {
  const list = useRows(
    'GET /api/v1/recordings/{id}/custody',
    { path: { id }, query: { limit: 50 } },
    { topics: ['recordings', 'originals'] },
  );
  return <History list={list} />;
}
