import { Link } from 'wouter';
import { useAsk, useRows } from '../../client/queries.ts';
import { Badge, ButtonLink, PageHead, Panel } from '../../kit/kit.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import type { Role } from './roles.tsx';
import styles from './station.module.css';

interface Step {
  /** `first-steps.NAME` is what is to be done, `first-steps.NAME.why` why. */
  readonly name:
    | ('factor' | 'second' | 'system' | 'units' | 'people' | 'custodian' | 'auditor' | 'reviewer' | 'schedule' | 'kiosk')
    | ('tls' | 'archive' | 'slots');
  readonly href: string;
  /** undefined: it is not known yet. */
  readonly done: boolean | undefined;
}

/** How many active people of a role there are; undefined: not known yet, or not for this person to know. */
function useCount(role: Role, enabled: boolean): number | undefined {
  const list = useRows('GET /api/v1/users', { query: { role, state: 'active', limit: 2 } }, { topics: ['people'], enabled });
  return enabled && !list.loading && !list.error ? list.rows.length : undefined;
}

const atLeast = (count: number | undefined, wanted: number) => (count === undefined ? undefined : count >= wanted);

/** What a new station still needs of this person, in order. Each step tells by what the station knows whether it is done. */
function useSteps(): readonly Step[] {
  const { person, has } = useSession();
  const [manages, administers] = [has('manage-accounts'), has('administer')];
  const second = useCount('security-administrator', manages);
  const system = useCount('system-administrator', manages);
  const officers = useCount('officer', manages);
  const custodians = useCount('custodian', manages);
  const auditors = useCount('auditor', manages);
  const reviewers = useCount('reviewer', manages);
  const units = useRows('GET /api/v1/units', { query: { limit: 1 } }, { topics: ['people'], enabled: manages });
  const kiosks = useRows('GET /api/v1/kiosks', { query: { limit: 1 } }, { topics: ['doors'], enabled: manages });
  const reads = has('read-schedules') && manages;
  const schedule = useAsk('GET /api/v1/retention', {}, { topics: ['retention'], enabled: reads });
  const network = useAsk('GET /api/v1/network', {}, { topics: [], enabled: administers });
  const ready = useAsk('GET /api/v1/ready', {}, { topics: ['archive'], enabled: administers });
  const slots = useRows('GET /api/v1/slots', { query: { limit: 1 } }, { topics: ['slots'], enabled: administers });
  const some = (list: { readonly loading: boolean; readonly rows: readonly unknown[] }) =>
    list.loading ? undefined : list.rows.length > 0;
  return [
    { name: 'factor' as const, href: '/account', done: person.secondFactor?.set ?? false },
    ...(manages
      ? [
          { name: 'second' as const, href: '/admin/accounts?role=security-administrator', done: atLeast(second, 2) },
          { name: 'system' as const, href: '/admin/accounts?role=system-administrator', done: atLeast(system, 1) },
          { name: 'units' as const, href: '/admin/units', done: some(units) },
          { name: 'people' as const, href: '/admin/accounts', done: atLeast(officers, 1) },
          { name: 'custodian' as const, href: '/admin/accounts?role=custodian', done: atLeast(custodians, 1) },
          { name: 'auditor' as const, href: '/admin/accounts?role=auditor', done: atLeast(auditors, 1) },
          { name: 'reviewer' as const, href: '/admin/accounts?role=reviewer', done: atLeast(reviewers, 1) },
          { name: 'kiosk' as const, href: '/admin/kiosks', done: some(kiosks) },
        ]
      : []),
    ...(reads
      ? [{ name: 'schedule' as const, href: '/retention/schedules', done: schedule.data ? schedule.data.inForce !== null : undefined }]
      : []),
    ...(administers
      ? [
          { name: 'tls' as const, href: '/admin/health', done: network.data ? network.data.tls !== null : undefined },
          {
            name: 'archive' as const,
            href: '/admin/configuration',
            done: ready.data?.checks ? ready.data.checks.archive !== null : undefined,
          },
          { name: 'slots' as const, href: '/admin/slots', done: some(slots) },
        ]
      : []),
  ];
}

/** What a new station needs before officers come, step by step. */
export function Page() {
  const say = useSay();
  const steps = useSteps();
  const open = steps.filter(({ done }) => done === false);
  const [next] = open;
  return (
    <>
      <PageHead
        title={say('first-steps.title')}
        subtitle={open.length === 0 ? say('first-steps.done') : say('first-steps.about', { count: open.length })}
      />
      <Panel>
        <ol>
          {steps.map(({ name, href, done }, at) => (
            <li key={name} className={styles.row}>
              <span className={styles.mark}>
                <Badge tone={done === true ? 'good' : done === false ? 'warn' : 'plain'}>
                  {done === true ? say('first-steps.is-done') : String(at + 1)}
                </Badge>
              </span>
              <span className={styles.grow}>
                <strong>{say(`first-steps.${name}`)}</strong>
                <p className={styles.muted}>{say(`first-steps.${name}.why`)}</p>
              </span>
              {done === true ? null : (
                <ButtonLink href={href} look={next?.name === name ? 'primary' : 'plain'}>
                  {say('first-steps.go')}
                </ButtonLink>
              )}
            </li>
          ))}
        </ol>
      </Panel>
    </>
  );
}

/** On the first pages of administrators, as long as something is open. */
export function FirstStepsNote() {
  const say = useSay();
  const open = useSteps().filter(({ done }) => done === false).length;
  if (open === 0) return null;
  return (
    <Panel>
      <p>
        <Badge tone="info">{say('first-steps.title')}</Badge> {say('first-steps.about', { count: open })}{' '}
        <Link href="/first-steps">{say('first-steps.show')}</Link>
      </p>
    </Panel>
  );
}
