import { useEffect } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk } from '../../client/queries.ts';
import { Badge, ButtonLink, Empty, Facts, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { Time } from '../../kit/time.tsx';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import { Answered, KeepingTabs } from './parts.tsx';
import styles from './retention.module.css';
import { RuleCard } from './rule-card.tsx';
import { useJoin, useWho } from './words.ts';

type Schedule = Schemas['RetentionSchedule'];

/** The schedule in force, rule by rule, in words. */
export function Page() {
  const say = useSay();
  const { has } = useSession();
  const standing = useAsk('GET /api/v1/retention', {}, { topics: ['retention'] });
  return (
    <>
      <PageHead
        title={say('keeping.title')}
        subtitle={say('keeping.about')}
        actions={has('manage-retention') ? <ButtonLink href="/retention/schedules#propose">{say('versions.propose')}</ButtonLink> : null}
      />
      <KeepingTabs current="/retention" />
      <Answered of={standing}>
        {({ inForce, adopted, waiting, stale }) => (
          <Stack>
            {adopted === null ? null : <Adopted schedule={adopted} />}
            {waiting > 0 ? (
              <Panel>
                <p className={styles.row}>
                  <Badge tone="info">{say('keeping.waiting', { count: waiting })}</Badge>
                  <Link href="/retention/schedules?state=proposed">{say('keeping.waiting.see')}</Link>
                </p>
              </Panel>
            ) : null}
            {stale > 0 ? (
              <Panel>
                <p>{say('retention.stale', { count: stale })}</p>
              </Panel>
            ) : null}
            {inForce === null ? (
              <Panel>
                <Empty text={say('keeping.none')}>
                  <ButtonLink href="/retention/schedules">{say('keeping.tab.versions')}</ButtonLink>
                </Empty>
              </Panel>
            ) : (
              <InForce schedule={inForce} />
            )}
          </Stack>
        )}
      </Answered>
    </>
  );
}

function Adopted({ schedule: { version, title, decidedBy, decidedByName, inForceAt } }: { readonly schedule: Schedule }) {
  const say = useSay();
  const language = useLanguage();
  const who = useWho();
  return (
    <Panel title={say('keeping.adopted')} actions={<ButtonLink href={`/retention/schedules/${version}`}>{say('keeping.open')}</ButtonLink>}>
      <p>
        {say('keeping.adopted.about', { version, title: title[language], who: who(decidedByName, decidedBy) })} <Time at={inForceAt} />
      </p>
    </Panel>
  );
}

function InForce({ schedule }: { readonly schedule: Schedule }) {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const who = useWho();
  const join = useJoin();
  const text = useAsk('GET /api/v1/retention/schedules/{version}', { path: { version: schedule.version } }, { topics: ['retention'] });
  const { version, title, proposedBy, proposedByName, decidedBy, decidedByName, inForceAt } = schedule;
  return (
    <>
      <Panel title={title[language]} actions={<ButtonLink href={`/retention/schedules/${version}`}>{say('keeping.file')}</ButtonLink>}>
        <Facts
          rows={[
            [say('keeping.version'), say('keeping.version.number', { version })],
            [say('keeping.since'), <Time key="since" at={inForceAt} />],
            [say('certificate.proposed'), who(proposedByName, proposedBy)],
            [say('keeping.adopted-by'), who(decidedByName, decidedBy)],
            text.data
              ? [
                  say('keeping.agency'),
                  `${join(text.data.agency.sectors.map((sector) => word('retention-sector', sector)))} · ${text.data.agency.region}`,
                ]
              : null,
          ]}
        />
        <p className={styles.muted}>{say('keeping.longest')}</p>
      </Panel>
      <Answered of={text}>{({ rules }) => <Rules rules={rules} />}</Answered>
    </>
  );
}

/** Rules that count first; those of which nobody has found the source, and what that means, stand out. */
export function Rules({ rules }: { readonly rules: Schemas['RetentionScheduleText']['rules'] }) {
  const say = useSay();
  // The address may name a rule, and its card is there only now.
  useEffect(() => {
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, []);
  const counting = rules.filter(({ counts }) => counts);
  const others = rules.filter(({ counts }) => !counts);
  const missing = counting.filter(({ source }) => source.status === 'missing').length;
  return (
    <>
      <Panel
        title={say('rule.counting', { count: counting.length })}
        actions={missing > 0 ? <Badge tone="warn">{say('rule.missing', { count: missing })}</Badge> : null}
        flush
      >
        <div className={styles.rules}>
          {counting.map((rule) => (
            <RuleCard key={rule.id} rule={rule} />
          ))}
        </div>
      </Panel>
      {others.length > 0 ? (
        <Panel title={say('rule.others', { count: others.length })} flush>
          <div className={styles.rules}>
            {others.map((rule) => (
              <RuleCard key={rule.id} rule={rule} />
            ))}
          </div>
        </Panel>
      ) : null}
    </>
  );
}
