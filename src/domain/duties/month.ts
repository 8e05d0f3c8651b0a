import { type Duty, type DutyKind, isOverdue } from './duty.ts';

/** What a month did with the duties of one kind and one unit. */
export interface DutyFigures {
  readonly kind: DutyKind;
  /** Id of the unit; null: of all. */
  readonly unit: string | null;
  readonly opened: number;
  /** Done in the month, within their time. */
  readonly metInTime: number;
  /** Done in the month, after their time. */
  readonly metLate: number;
  /** Acknowledged in the month, each counted once. */
  readonly acknowledged: number;
  /** Not done when the month ended. */
  readonly open: number;
  /** Of those: their time was over then. */
  readonly pastDue: number;
}

type Counted = Omit<DutyFigures, 'kind' | 'unit'>;
const NONE: Counted = { opened: 0, metInTime: 0, metLate: 0, acknowledged: 0, open: 0, pastDue: 0 };

/** Adds up the duties of a month, half-open span, ms since 1970. */
export class DutyMonth {
  readonly #span: { readonly fromMs: number; readonly untilMs: number };
  readonly #rows = new Map<string, DutyFigures>();

  constructor(span: { readonly fromMs: number; readonly untilMs: number }) {
    this.#span = span;
  }

  /** `acknowledged`: somebody acknowledged it in the month. */
  add({ kind, owner, openedAtMs, dueMs, doneAtMs }: Duty, acknowledged: boolean): void {
    const { fromMs, untilMs } = this.#span;
    const isIn = (ms: number) => fromMs <= ms && ms < untilMs;
    const done = doneAtMs !== null && isIn(doneAtMs);
    const open = openedAtMs < untilMs && (doneAtMs === null || doneAtMs >= untilMs);
    this.#count(kind, owner.unit, {
      opened: Number(isIn(openedAtMs)),
      metInTime: Number(done && doneAtMs <= dueMs),
      metLate: Number(done && doneAtMs > dueMs),
      acknowledged: Number(acknowledged),
      open: Number(open),
      pastDue: Number(open && isOverdue({ state: 'open', dueMs }, untilMs)),
    });
  }

  #count(kind: DutyKind, unit: string | null, more: Counted): void {
    const name = JSON.stringify([kind, unit]);
    const row = this.#rows.get(name) ?? { kind, unit, ...NONE };
    this.#rows.set(name, { kind, unit, ...sum(row, more) });
  }

  /** Sorted by kind and unit; rows in which nothing is counted are left out. */
  get rows(): readonly DutyFigures[] {
    const told = [...this.#rows.values()].filter((row) => (Object.keys(NONE) as (keyof Counted)[]).some((name) => row[name] > 0));
    return told.toSorted((a, b) => a.kind.localeCompare(b.kind, 'en') || (a.unit ?? '').localeCompare(b.unit ?? '', 'en'));
  }

  get total(): Counted {
    return [...this.#rows.values()].reduce((all: Counted, row) => sum(all, row), NONE);
  }
}

function sum(one: Counted, other: Counted): Counted {
  const add = (name: keyof Counted) => one[name] + other[name];
  const [opened, metInTime, metLate] = [add('opened'), add('metInTime'), add('metLate')];
  return { opened, metInTime, metLate, acknowledged: add('acknowledged'), open: add('open'), pastDue: add('pastDue') };
}
