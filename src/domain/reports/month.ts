import type { AuditLine } from '#domain/look/audit-line';

/** A calendar month in the station's zone, as half-open span, ms since 1970. */
export interface MonthSpan {
  /** `2026-06` */
  readonly month: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** People, recordings and other keys of which the report keeps figures. Of more it tells only how many looks it left out. */
const PEOPLE_MAX = 20_000;
const RECORDINGS_MAX = 50_000;
const VIEWERS_MAX = 500;
const LISTED_MAX = 200;

/** Hours in which a look is nothing special, minutes since midnight in the station's zone; the end comes first where they go over midnight. */
export interface Hours {
  readonly fromMinute: number;
  readonly untilMinute: number;
}

export interface PersonFigures {
  readonly person: string;
  readonly name: string | null;
  readonly role: string;
  readonly looks: number;
}

export interface RecordingFigures {
  readonly recording: string;
  /** By person: the cases that they named; an empty text: none. */
  readonly viewers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly looks: number;
}

/** An entry that a list of the report names. */
export interface Listed {
  readonly seq: number;
  readonly atMs: number;
  readonly person: string;
  readonly recording: string | null;
  readonly action: string | null;
  readonly rule: string | null;
  readonly times: number;
}

/** First entries of a kind, and how many there are in all. */
export interface List {
  readonly first: readonly Listed[];
  readonly count: number;
}

/** Adds up what a month of the audit says. Memory is bounded whatever comes. */
export class MonthFigures {
  readonly #isOutside: (atMs: number) => boolean;
  readonly #people = new Map<string, { name: string | null; role: string; looks: number }>();
  readonly #recordings = new Map<string, { viewers: Map<string, Set<string>>; looks: number }>();
  readonly #byReason = new Map<string, number>();
  readonly #byUnit = new Map<string, number>();
  readonly #lists = { outside: newList(), withoutCase: newList(), refused: newList(), socket: newList() };
  #looks = 0;
  #leftOut = 0;
  #span: { first: number; last: number } | null = null;

  /** `isOutside`: whether a moment lies outside the hours of work. */
  constructor(isOutside: (atMs: number) => boolean) {
    this.#isOutside = isOutside;
  }

  add(line: AuditLine): void {
    this.#span = { first: this.#span?.first ?? line.seq, last: line.seq };
    if (line.type === 'recording.viewed') this.#addLook(line);
    if (line.type === 'access.refused') put(this.#lists.refused, line, line.times);
    if (line.type === 'socket.used') put(this.#lists.socket, line, line.times);
  }

  #addLook(line: AuditLine): void {
    this.#looks += 1;
    const person = personOf(line);
    count(this.#byReason, line.why.reason ?? '');
    count(this.#byUnit, line.who.unit ?? '');
    if (this.#isOutside(line.atMs)) put(this.#lists.outside, line, 1);
    if (line.what.case === null) put(this.#lists.withoutCase, line, 1);
    this.#addPerson(person, line);
    this.#addViewer(person, line);
  }

  #addPerson(person: string, { who }: AuditLine): void {
    const known = this.#people.get(person);
    if (known) known.looks += 1;
    else if (this.#people.size < PEOPLE_MAX) this.#people.set(person, { name: who.name, role: who.roles[0] ?? who.via ?? '', looks: 1 });
    else this.#leftOut += 1;
  }

  #addViewer(person: string, { what }: AuditLine): void {
    if (what.recording === null) return;
    let found = this.#recordings.get(what.recording);
    if (!found) {
      if (this.#recordings.size >= RECORDINGS_MAX) {
        this.#leftOut += 1;
        return;
      }
      found = { viewers: new Map(), looks: 0 };
      this.#recordings.set(what.recording, found);
    }
    found.looks += 1;
    const cases = found.viewers.get(person);
    if (cases) cases.add(what.case ?? '');
    else if (found.viewers.size < VIEWERS_MAX) found.viewers.set(person, new Set([what.case ?? '']));
  }

  get looks(): number {
    return this.#looks;
  }

  /** Looks that are in no figure of a person or recording, because there were too many of these. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Numbers of the first and the last entry; null: there was none. */
  get span(): { readonly first: number; readonly last: number } | null {
    return this.#span;
  }

  people(): readonly PersonFigures[] {
    return [...this.#people].map(([person, figures]) => ({ person, ...figures })).sort((one, other) => other.looks - one.looks);
  }

  recordings(): readonly RecordingFigures[] {
    return [...this.#recordings]
      .map(([recording, figures]) => ({ recording, ...figures }))
      .sort((one, other) => other.viewers.size - one.viewers.size);
  }

  /** By reason, or by unit of who looked: looks, most first. An empty key: none was stated. */
  by(what: 'reason' | 'unit'): readonly (readonly [string, number])[] {
    return [...(what === 'reason' ? this.#byReason : this.#byUnit)].sort((one, other) => other[1] - one[1]);
  }

  list(what: 'outside' | 'withoutCase' | 'refused' | 'socket'): List {
    return this.#lists[what];
  }
}

/** Who it was: the account, or the printed form of another actor. */
export function personOf({ who }: AuditLine): string {
  return who.person ?? who.actor;
}

function newList(): { first: Listed[]; count: number } {
  return { first: [], count: 0 };
}

function put(list: { first: Listed[]; count: number }, line: AuditLine, times: number): void {
  list.count += times;
  if (list.first.length >= LISTED_MAX) return;
  const { seq, atMs, what, why } = line;
  list.first.push({ seq, atMs, person: personOf(line), recording: what.recording, action: what.asked, rule: why.rule, times });
}

/** Reasons and units are few; should they not be, the rest is counted as one. */
function count(by: Map<string, number>, key: string): void {
  const known = by.has(key) || by.size < LISTED_MAX ? key : '…';
  by.set(known, (by.get(known) ?? 0) + 1);
}

export interface Unusual extends PersonFigures {
  readonly limit: number;
}

/** Nobody is unusual for so few looks. */
export const UNUSUAL_MIN = 20;
export const MONTHS_BEFORE = 6;
/** Recordings with so many viewers are listed. */
export const VIEWERS_MIN = 5;
export const ROWS_MAX = 100;
