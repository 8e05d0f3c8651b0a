import { type Actor, actorText } from '#domain/custody/actor';
import type { CustodyEntry } from '#domain/custody/entry';
import type { Subject, SubjectKind } from '#domain/custody/subject';
import { handOf } from '#domain/people/second-person';
import { EVERYTHING, type Facet, HAND_IN, OUTCOMES, type Outcome, termOf } from './question.ts';

/** An entry as the index of questions files it. */
export interface Filed {
  readonly outcome: Outcome;
  /** Each once, such as `*`, `person:usr-…`, `case:LY-2026-0012`. */
  readonly terms: readonly string[];
}

/** Whatever is about one of these is of people, also where the station itself wrote the entry: a grant that ended by its time, a sign-in that failed. */
const OF_PEOPLE: readonly string[] = ['user', 'unit', 'clock', 'policy', 'request', 'grant', 'token', 'kiosk', 'session', 'sample'];

/** Facets that a subject is filed under. */
const BY_SUBJECT: { readonly [K in SubjectKind]?: Facet } = {
  recording: 'recording',
  case: 'case',
  officer: 'officer',
  user: 'person',
  grant: 'grant',
  request: 'request',
};

/** By name of a field in `data`: the facet of its value. */
const BY_FIELD: { readonly [name: string]: Facet } = {
  ...{
    recording: 'recording',
    case: 'case',
    officer: 'officer',
    unit: 'unit',
    byUnit: 'unit',
    user: 'person',
    owner: 'person',
    look: 'look',
    grant: 'grant',
    request: 'request',
  },
};

/** By name of a list beside the log: the facet of its items. */
const BY_LIST: { readonly [name: string]: Facet } = { recordings: 'recording', cases: 'case', looks: 'look' };

/** What the name of a type, or the state that something has from then on, tells of how it ended. */
const ENDED: readonly { readonly by: RegExp; readonly outcome: Outcome }[] = [
  { by: /(^|[.-])refused$/, outcome: 'refused' },
  { by: /(^|[.-])(failed|locked)$/, outcome: 'failed' },
];

/** A longer value is no id. */
const VALUE_MAX = 200;
const TERMS_MAX = 1000;

/**
 * The one function that says whether and how an entry stands in the index of questions; null: it tells of no person. The index holds nothing else, so that the
 * log alone rebuilds it.
 */
export function filed(entry: CustodyEntry): Filed | null {
  if (entry.version === 1 || (entry.actor.kind === 'station' && !OF_PEOPLE.includes(entry.subject.kind))) return null;
  const outcome = outcomeOf(entry);
  const hand = handOf(entry);
  const terms = [
    EVERYTHING,
    termOf('type', entry.type),
    termOf('outcome', outcome),
    ...personOf(entry.actor),
    ...(hand === null ? [] : [termOf(HAND_IN, hand.user)]),
    ...[entry.subject, ...entry.related].flatMap(termsOfSubject),
    ...termsOfData(entry.data),
    ...Object.entries(entry.lists).flatMap(([name, items]) => items.flatMap((item) => termsOfValue(BY_LIST[name], item))),
    ...termsOfValue('address', entry.personal['address']),
  ];
  return { outcome, terms: [...new Set(terms)].slice(0, TERMS_MAX) };
}

/** Id of an account as it is; of other actors the printed form, and of a token its owner too. */
function personOf(actor: Actor): readonly string[] {
  if (actor.kind === 'station') return [];
  const own = termOf('person', actor.kind === 'user' && actor.id !== null ? actor.id : actorText(actor));
  return actor.user === undefined ? [own] : [own, termOf('person', actor.user)];
}

function outcomeOf({ type, data }: CustodyEntry): Outcome {
  const told = OUTCOMES.find((each) => each === data['outcome']);
  if (told) return told;
  if (data['urgent'] === true) return 'urgent';
  const { new: state } = (data['state'] ?? {}) as { readonly new?: unknown };
  const words = [type, ...(typeof state === 'string' ? [state] : [])];
  return ENDED.find(({ by }) => words.some((each) => by.test(each)))?.outcome ?? 'done';
}

function termsOfSubject({ kind, id }: Subject): readonly string[] {
  return termsOfValue(BY_SUBJECT[kind], id);
}

/** What a look tells of itself stands one level down. */
function termsOfData(data: { readonly [name: string]: unknown }): readonly string[] {
  return Object.entries(data).flatMap(([name, value]) => {
    if (name !== 'look' || typeof value !== 'object' || value === null) return termsOfValue(BY_FIELD[name], value);
    const { id, ...rest } = value as { readonly id?: unknown };
    return [...termsOfValue('look', id), ...termsOfData(rest)];
  });
}

/** A value that changes is filed under both. */
function termsOfValue(facet: Facet | undefined, value: unknown): readonly string[] {
  if (facet === undefined) return [];
  if (typeof value === 'string') return value === '' || value.length > VALUE_MAX ? [] : [termOf(facet, value)];
  if (typeof value !== 'object' || value === null) return [];
  const { old, new: now } = value as { readonly old?: unknown; readonly new?: unknown };
  return [old, now].flatMap((each) => (typeof each === 'string' ? termsOfValue(facet, each) : []));
}
