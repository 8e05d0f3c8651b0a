import type { Reason } from '#messages/reason';
import type { Schemas } from '../client/api.ts';
import type { Rows } from '../client/queries.ts';
import { sizeText } from '../kit/figures.ts';
import { Empty, Loading } from '../kit/kit.tsx';
import { zoned } from '../kit/moments.ts';
import { More } from '../kit/more.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import { momentMs, Time, timeText } from '../kit/time.tsx';
import { hasText, useReason, useSay, useWord } from '../texts/say.ts';
import styles from './looks.module.css';

type Entry = Schemas['CustodyEntry'];

/** Values that are codes, by the family of the catalogue that has their words. */
const FAMILIES: Readonly<Record<string, string>> = { decision: 'suggestion', from: 'place', place: 'place', how: 'how', old: 'user-state' };

/** Fields whose old and new values are codes. */
const FIELD_FAMILIES: Readonly<Record<string, string>> = {
  ...{ category: 'category', confidentiality: 'level', state: 'case-state', source: 'source', privacy: 'privacy', roles: 'role' },
};

function isChange(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'new' in value && 'old' in value;
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'object' && value !== null && 'code' in value && 'params' in value;
}

/** Who had a recorder, from when to when. Entries tell times in UTC. */
interface Span {
  readonly officer: string;
  readonly from: string;
  readonly to: string | null;
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'officer' in value && 'from' in value && 'to' in value;
}

/** In the zone of the entry, which is that of the station. */
function spanText({ officer, from, to }: Span, like: string): string {
  const shown = (at: string | null) => (at === null ? '…' : timeText(zoned(momentMs(at), like)));
  return `${officer} ${shown(from)} – ${shown(to)}`;
}

/** One entry of the custody log in words. */
function useCustodyWords(): (entry: Entry) => string {
  const say = useSay();
  const word = useWord();
  const { reason } = useReason();
  const told = (name: string, value: unknown): string => {
    if (value === null || value === undefined) return '—';
    if (isReason(value)) return reason(value);
    if (name === 'bytes' && typeof value === 'number') return sizeText(value);
    if (Array.isArray(value)) return value.map((each) => told(name, each)).join('、');
    if (typeof value === 'object')
      return Object.entries(value)
        .map(([key, each]) => `${key} ${told(key, each)}`)
        .join('，');
    return FAMILIES[name] === undefined ? String(value) : word(FAMILIES[name], String(value));
  };
  return ({ type, at, data, lists, personal, related, leftOut }) => {
    const key = `custody.${type}`;
    if (leftOut) return say('custody.left-out', { type });
    if (!hasText(key)) return type;
    const spans = Object.fromEntries(
      Object.entries({ span: data, ...data }).flatMap(([name, value]) => (isSpan(value) ? [[name, spanText(value, at)]] : [])),
    );
    const all = { ...lists, ...data, ...personal, ...spans };
    const values = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, told(name, value)]));
    const others = related.map((text) => text.slice(text.indexOf(':') + 1)).join('、');
    const plain = (name: string, value: unknown): string => {
      if (Array.isArray(value)) return value.map((each) => plain(name, each)).join('、') || '—';
      if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
      const family = FIELD_FAMILIES[name];
      return family === undefined ? told(name, value) : word(family, value === null ? null : String(value));
    };
    const changes = Object.entries({ ...data, ...personal })
      .filter((each): each is [string, { old: unknown; new: unknown }] => isChange(each[1]))
      .map(([name, change]) => `${word('field', name)} ${plain(name, change.old)} → ${plain(name, change.new)}`)
      .join(say('between'));
    return say(key, { others, changes, ...values });
  };
}

/** Who did it: a name where the entry has one, else what kind of hand it was. */
function actorText({ kind, id }: Entry['actor']): string {
  return id === null ? kind : kind === 'station' ? id : `${kind}:${id}`;
}

/** A history of the custody log, oldest first. */
export function History({ list }: { readonly list: Rows<Entry> }) {
  const _say = useSay();
  const wordsOf = useCustodyWords();
  if (list.loading) return <Loading />;
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  if (list.rows.length === 0) return <Empty />;
  return (
    <>
      <ol className={styles.history}>
        {list.rows.map((entry) => (
          <li key={entry.seq}>
            <span className={styles.muted}>
              <Time at={entry.at} to="second" />
            </span>
            <span>
              {wordsOf(entry)}{' '}
              <span className={styles.muted}>
                {actorText(entry.actor)} · #{entry.seq}
              </span>
            </span>
          </li>
        ))}
      </ol>
      <More list={list} />
    </>
  );
}
