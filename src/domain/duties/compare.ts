import type { Duty, DutyOwner, FoundDuty } from './duty.ts';

/** What is to be written so that the ledger has the duties that there are. */
export type DutyChange =
  | { readonly does: 'open'; readonly found: FoundDuty }
  /** It has another owner: the officer went to another unit. */
  | { readonly does: 'hand-over'; readonly id: string; readonly owner: DutyOwner }
  /** The acknowledgement ran out. */
  | { readonly does: 'return'; readonly id: string }
  /** Its cause is gone. */
  | { readonly does: 'end'; readonly id: string };

/**
 * Compares the duties that there are with those that stand in the ledger and are not done. A duty is the same as long as its cause lasts, and its times are
 * those with which it began: a cause that is noticed anew each day would never be overdue.
 */
export function dutyChanges(found: readonly FoundDuty[], standing: readonly Duty[], nowMs: number): readonly DutyChange[] {
  const known = new Map(standing.map((each) => [nameOf(each), each]));
  const there = new Set(found.map(nameOf));
  return [
    ...found.flatMap((each): DutyChange[] => {
      const former = known.get(nameOf(each));
      if (!former) return [{ does: 'open', found: each }];
      return [
        ...(sameOwner(former, each) ? [] : [{ does: 'hand-over' as const, id: former.id, owner: each.owner }]),
        ...(hasRunOut(former, nowMs) ? [{ does: 'return' as const, id: former.id }] : []),
      ];
    }),
    ...standing.filter((each) => !there.has(nameOf(each))).map(({ id }): DutyChange => ({ does: 'end', id })),
  ];
}

function nameOf({ kind, subject }: FoundDuty): string {
  return JSON.stringify([kind, subject.kind, subject.id]);
}

function sameOwner(one: FoundDuty, other: FoundDuty): boolean {
  return one.owner.role === other.owner.role && one.owner.unit === other.owner.unit;
}

function hasRunOut({ state, acknowledgement }: Duty, nowMs: number): boolean {
  const until = acknowledgement?.untilMs ?? null;
  return state === 'acknowledged' && until !== null && until <= nowMs;
}
