import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import type { Rows } from '../../client/queries.ts';
import { Empty, Loading } from '../../kit/kit.tsx';
import { More } from '../../kit/more.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './station.module.css';

/** Who belonged to what, and when: of a person their units, of a unit its people. */
export function Memberships({ list, of }: { readonly list: Rows<Schemas['Membership']>; readonly of: 'unit' | 'person' }) {
  const say = useSay();
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  if (list.loading) return <Loading />;
  if (list.rows.length === 0) return <Empty text={say(of === 'unit' ? 'memberships.no-unit' : 'memberships.nobody')} />;
  return (
    <>
      <ul>
        {list.rows.map(({ user, name, account, unit, unitPath, from, until }) => (
          <li key={`${user} ${unit} ${from}`} className={styles.row}>
            <span className={styles.grow}>
              {of === 'person' ? (
                <>
                  <Link href={`/admin/accounts/${user}`}>{name}</Link> <code>{account}</code>
                </>
              ) : unit === null ? (
                say('accounts.no-unit')
              ) : (
                <Link href={`/admin/units/${encodeURIComponent(unit)}`}>{unitPath ?? unit}</Link>
              )}
            </span>
            <span className={styles.muted}>
              <Time at={from} /> – {until === null ? say('memberships.until-now') : <Time at={until} />}
            </span>
          </li>
        ))}
      </ul>
      <More list={list} />
    </>
  );
}
