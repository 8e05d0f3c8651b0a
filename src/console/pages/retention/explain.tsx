import { useAsk } from '../../client/queries.ts';
import { Badge, ButtonLink, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import { Answered, RecordingLink } from './parts.tsx';
import styles from './retention.module.css';
import { useUntil } from './words.ts';

/** Until when one recording is kept: every rule that matched, which won, and why. */
export function Page({ params: { recording = '' } }: PageProps) {
  const say = useSay();
  const word = useWord();
  const until = useUntil();
  const language = useLanguage();
  const { has } = useSession();
  const term = useAsk(
    'GET /api/v1/recordings/{id}/retention',
    { path: { id: recording } },
    { topics: ['retention', 'recordings', 'holds'] },
  );
  const held = useAsk('GET /api/v1/holds', { query: { recording, inForce: true } }, { topics: ['holds'], enabled: has('see-retention') });
  const holds = held.data?.items ?? [];
  return (
    <>
      <PageHead
        title={say('explain.title')}
        subtitle={<RecordingLink id={recording} />}
        actions={
          has('manage-retention') ? (
            <ButtonLink href={`/retention/corrections?recording=${encodeURIComponent(recording)}`}>{say('corrections.propose')}</ButtonLink>
          ) : null
        }
      />
      <Answered of={term}>
        {(found) => {
          const { verdict, whys } = found.words[language];
          return (
            <Stack>
              {holds.length === 0 ? null : (
                <Panel>
                  <div className={styles.row}>
                    <Badge tone="warn">{say('explain.held', { count: holds.length })}</Badge>
                    {holds.map(({ id }) => (
                      <ButtonLink key={id} href={`/holds/${id}`}>
                        {id}
                      </ButtonLink>
                    ))}
                  </div>
                </Panel>
              )}
              <Panel>
                <p className={styles.verdict}>{verdict}</p>
                {found.stale ? <p>{say('explain.stale')}</p> : null}
                {found.conflict ? <p>{say('explain.conflict')}</p> : null}
              </Panel>
              <Panel title={say('explain.rules')}>
                <ol className={styles.whys}>
                  {whys.map((why) => (
                    <li key={why}>{why}</li>
                  ))}
                </ol>
              </Panel>
              <Panel>
                <Facts
                  rows={[
                    [say('explain.until'), until(found.until)],
                    [say('explain.rule'), <code key="rule">{found.rule}</code>],
                    [say('keeping.version'), say('keeping.version.number', { version: found.version })],
                    found.earned === null ? null : [say('explain.earned'), until(found.earned)],
                    found.maximum === null ? null : [say('retention.check.column.maximum'), until(found.maximum)],
                    [say('retention.check.column.end'), word('rule.end', found.action)],
                    [
                      say('rule.lock'),
                      found.lock.mode === 'none'
                        ? say('rule.lock.none')
                        : say('rule.lock.mode', { mode: found.lock.mode.toUpperCase(), days: found.lock.horizonDays }),
                    ],
                    found.corrections === 0 ? null : [say('corrections.title'), found.corrections],
                  ]}
                />
              </Panel>
            </Stack>
          );
        }}
      </Answered>
    </>
  );
}
