import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import { type CountingSchedule, countTerm, type WhatCounts } from './count-term.ts';
import type { RetentionFacts } from './facts.ts';
import { type KeptTerm, untilOf } from './kept-term.ts';
import { compareUntil, type Until } from './until.ts';

const DAY_MS = 86_400_000;
/** Recordings that a dry run names of each kind; the others are counted. */
const NAMES_MAX = 100;
/** Pairs of rules that are told; a schedule of many rules has more, and they are counted. */
const GROUPS_MAX = 200;
/** Days after the schedule comes into force, within which the term of a recording ends. 0: when it comes into force. */
const WITHIN_DAYS = [0, 30, 90, 180, 365] as const;

export interface Amount {
  readonly recordings: number;
  readonly durationMs: number;
  readonly bytes: number;
}

export interface NamedChange {
  readonly recording: string;
  /** null: it had no term. */
  readonly before: Until | null;
  readonly after: Until;
}

interface Named extends Amount {
  readonly names: readonly NamedChange[];
  /** How many more there are than named. */
  readonly more: number;
}

/** Recordings for which one rule of today decides, and another one of the new schedule. */
export interface RuleChange extends Amount {
  /** null: no schedule is in force. */
  readonly from: string | null;
  readonly to: string;
  /** What the rules ask; what a recording has earned stays in any case. */
  readonly change: 'longer' | 'same' | 'shorter';
}

export interface DryRunResult {
  /** Of the text of the schedule, hex. */
  readonly sha256: string;
  /** The version in force with which it was compared; null: none. */
  readonly against: number | null;
  readonly atMs: number;
  /** When it would come into force if it was adopted at `atMs`. */
  readonly inForceAtMs: number;
  readonly whole: Amount;
  /** Kept longer than today. */
  readonly longer: Named;
  /** What rules of today ask to keep longer than the new ones do: recordings like these are not kept so long any more. These keep what they have earned. */
  readonly notKept: Named;
  /** A minimum is later than a maximum: a person has to decide. */
  readonly conflicts: Named;
  /** Whose term ends within so many days of the day on which it comes into force, each in the first span that it fits. */
  readonly ending: readonly (Amount & { readonly withinDays: number })[];
  /** Named of those whose term is over when it comes into force. */
  readonly disposable: Named;
  readonly later: Amount;
  readonly permanent: Amount;
  readonly waiting: Amount;
  readonly rules: readonly RuleChange[];
  /** Pairs of rules that are left out of `rules`. */
  readonly rulesLeftOut: number;
}

/** What a person names when they adopt: SHA-256 over schedule and result, hex. */
export function dryRunDigest(result: DryRunResult): string {
  return sha256Hex(canonicalBytes(result as unknown as Json));
}

export interface DryRunRow {
  readonly facts: RetentionFacts;
  readonly before: KeptTerm | null;
  readonly durationMs: number | null;
  readonly bytes: number;
  readonly datesOf: Parameters<typeof countTerm>[0]['datesOf'];
}

interface Options {
  readonly proposed: CountingSchedule;
  readonly sha256: string;
  readonly inForce: CountingSchedule | null;
  readonly of: WhatCounts['of'];
  readonly atMs: number;
  readonly inForceAtMs: number;
}

/** Adds up what a proposed schedule would do to recordings. It keeps sums and some names, however many there are. */
export class DryRunTally {
  readonly #options: Options;
  readonly #whole = new Sum();
  readonly #longer = new NamedSum();
  readonly #notKept = new NamedSum();
  readonly #conflicts = new NamedSum();
  readonly #disposable = new NamedSum();
  readonly #ending = WITHIN_DAYS.map(() => new Sum());
  readonly #later = new Sum();
  readonly #permanent = new Sum();
  readonly #waiting = new Sum();
  readonly #rules = new Map<string, { readonly change: Pick<RuleChange, 'from' | 'to' | 'change'>; readonly sum: Sum }>();

  constructor(options: Options) {
    this.#options = options;
  }

  add(row: DryRunRow): void {
    const { proposed, inForce, of } = this.#options;
    const { facts, before, datesOf } = row;
    const counting = { before, facts, passed: [], datesOf };
    const { kept, today: asks } = countTerm({ ...counting, counts: { inForce: proposed, adopted: null, of } });
    const asked = inForce?.evaluate(facts) ?? null;
    const [was, after] = [before === null ? (asked?.minimum ?? null) : this.#today(before, counting), untilOf(kept)];
    const named = { recording: facts.recordingId, before: was, after };
    this.#whole.add(row);
    if (was === null || compareUntil(after, was) > 0) this.#longer.add(row, named);
    const difference = asked === null ? 1 : compareUntil(asks.minimum, asked.minimum);
    if (difference < 0) this.#notKept.add(row, named);
    if (kept.conflict) this.#conflicts.add(row, named);
    this.#addEnd(row, named);
    this.#addRules(row, {
      from: asked?.winner ?? null,
      to: asks.winner,
      change: difference > 0 ? 'longer' : difference < 0 ? 'shorter' : 'same',
    });
  }

  /** Until when it is kept today. A term that is not stale says so by itself. */
  #today(before: KeptTerm, counting: Omit<Parameters<typeof countTerm>[0], 'counts'>): Until {
    const { inForce, of } = this.#options;
    if (!before.stale || inForce === null) return untilOf(before);
    return untilOf(countTerm({ ...counting, counts: { inForce, adopted: null, of } }).kept);
  }

  #addEnd(row: DryRunRow, named: NamedChange): void {
    const { after } = named;
    if (after.kind !== 'instant') {
      (after.kind === 'permanent' ? this.#permanent : this.#waiting).add(row);
      return;
    }
    const days = (after.ms - this.#options.inForceAtMs) / DAY_MS;
    const place = WITHIN_DAYS.findIndex((limit) => days <= limit);
    (this.#ending[place] ?? this.#later).add(row);
    if (place === 0) this.#disposable.add(row, named);
  }

  #addRules(row: DryRunRow, change: Pick<RuleChange, 'from' | 'to' | 'change'>): void {
    const key = `${change.from} ${change.to} ${change.change}`;
    const group = this.#rules.get(key) ?? { change, sum: new Sum() };
    this.#rules.set(key, group);
    group.sum.add(row);
  }

  result(): DryRunResult {
    const { sha256, inForce, atMs, inForceAtMs } = this.#options;
    return dryRunResult({ sha256, against: inForce?.version ?? null, atMs, inForceAtMs }, [this.sums()]);
  }

  /** What was added up so far, as plain JSON, for `dryRunResult`. */
  sums(): DryRunSums {
    return {
      ...{ whole: this.#whole.amount(), longer: this.#longer.named(), notKept: this.#notKept.named() },
      ...{ conflicts: this.#conflicts.named(), disposable: this.#disposable.named(), ending: this.#ending.map((sum) => sum.amount()) },
      ...{ later: this.#later.amount(), permanent: this.#permanent.amount(), waiting: this.#waiting.amount() },
      rules: [...this.#rules.values()].map(({ change, sum }) => ({ ...change, ...sum.amount() })),
    };
  }
}

/** Sums of some of the recordings. */
export interface DryRunSums
  extends Pick<DryRunResult, 'whole' | 'longer' | 'notKept' | 'conflicts' | 'disposable' | 'later' | 'permanent' | 'waiting' | 'rules'> {
  /** In the order of the spans. */
  readonly ending: readonly Amount[];
}

/** The whole of what was added up in parts, which follow each other in the order of the recordings. */
export function dryRunResult(
  about: Pick<DryRunResult, 'sha256' | 'against' | 'atMs' | 'inForceAtMs'>,
  parts: readonly DryRunSums[],
): DryRunResult {
  const amount = (of: (part: DryRunSums) => Amount | undefined) => together(parts.map(of));
  const named = (of: (part: DryRunSums) => Named): Named => {
    const all = together(parts.map(of));
    const names = parts.flatMap((part) => of(part).names).slice(0, NAMES_MAX);
    return { ...all, names, more: all.recordings - names.length };
  };
  const groups = Map.groupBy(
    parts.flatMap((part) => part.rules),
    ({ from, to, change }) => `${from} ${to} ${change}`,
  );
  const rules = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ from: first.from, to: first.to, change: first.change, ...together(group) }] : [];
  });
  rules.sort((one, other) => other.recordings - one.recordings);
  return {
    ...about,
    whole: amount((part) => part.whole),
    longer: named((part) => part.longer),
    notKept: named((part) => part.notKept),
    conflicts: named((part) => part.conflicts),
    disposable: named((part) => part.disposable),
    ending: WITHIN_DAYS.map((withinDays, place) => ({ withinDays, ...amount((part) => part.ending[place]) })),
    later: amount((part) => part.later),
    permanent: amount((part) => part.permanent),
    waiting: amount((part) => part.waiting),
    rules: rules.slice(0, GROUPS_MAX),
    rulesLeftOut: Math.max(0, rules.length - GROUPS_MAX),
  };
}

function together(amounts: readonly (Amount | undefined)[]): Amount {
  const sum = (of: (amount: Amount) => number) => amounts.reduce((all, each) => all + (each ? of(each) : 0), 0);
  return {
    recordings: sum(({ recordings }) => recordings),
    durationMs: sum(({ durationMs }) => durationMs),
    bytes: sum(({ bytes }) => bytes),
  };
}

class Sum {
  #recordings = 0;
  #durationMs = 0;
  #bytes = 0;

  add({ durationMs, bytes }: Pick<DryRunRow, 'durationMs' | 'bytes'>): void {
    this.#recordings += 1;
    this.#durationMs += durationMs ?? 0;
    this.#bytes += bytes;
  }

  amount(): Amount {
    return { recordings: this.#recordings, durationMs: Math.round(this.#durationMs), bytes: this.#bytes };
  }
}

class NamedSum {
  readonly #sum = new Sum();
  readonly #names: NamedChange[] = [];

  add(row: DryRunRow, named: NamedChange): void {
    this.#sum.add(row);
    if (this.#names.length < NAMES_MAX) this.#names.push(named);
  }

  named(): Named {
    const amount = this.#sum.amount();
    return { ...amount, names: this.#names, more: amount.recordings - this.#names.length };
  }
}
