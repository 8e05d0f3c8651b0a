import type { HoldScope, Span } from './hold.ts';

/** What the rule asks of a recording. */
export interface HoldFacts {
  readonly recordingId: string;
  readonly officer: string | null;
  readonly recorder: string;
  readonly cases: readonly string[];
  /** The unit of its officer when it was recorded, and today. */
  readonly units: readonly string[];
  /** The start in use: what the recorder claimed, corrected by `clockOffsetMs`; null: unknown. */
  readonly startMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly durationMs: number | null;
  /** When its first row was made, so after it was recorded. */
  readonly createdAtMs: number;
}

/** How long a recording may be whose length nobody has measured yet, ms. */
export const UNMEASURED_MS = 4 * 3_600_000;

/** The term of a hold that names a span alone. Every recording has it. */
const ANY = 'any:';

/** The terms by which a hold is found: one for each thing that it names. `units`: its unit and all below it. */
export function termsOfScope(scope: HoldScope, units: readonly string[]): readonly string[] {
  const terms = [
    ...scope.recordings.map((id) => `recording:${id}`),
    ...(scope.case === null ? [] : [`case:${scope.case}`]),
    ...(scope.officer === null ? [] : [`officer:${scope.officer}`]),
    ...(scope.recorder === null ? [] : [`recorder:${scope.recorder}`]),
    ...(scope.unit === null ? [] : [...new Set([scope.unit, ...units])].map(termOfUnit)),
  ];
  return terms.length === 0 ? [ANY] : terms;
}

export function termOfUnit(unit: string): string {
  return `unit:${unit}`;
}

/** The terms under which a recording finds the holds that may be meant. */
export function termsOfRecording({ recordingId, officer, recorder, cases, units }: HoldFacts): readonly string[] {
  return [
    ANY,
    `recording:${recordingId}`,
    `recorder:${recorder}`,
    ...(officer === null ? [] : [`officer:${officer}`]),
    ...cases.map((number) => `case:${number}`),
    ...[...new Set(units)].map(termOfUnit),
  ];
}

/**
 * Whether a hold is for a recording; the one place of this rule. `shared`: the terms that both have. Everything that the scope names must be met. `unmeasured`: how long a
 * recording of unknown length is taken to be, ms: UNMEASURED_MS to hold whatever cannot be ruled out, 0 for what is sure.
 */
export function matches(scope: HoldScope, shared: ReadonlySet<string>, facts: HoldFacts, unmeasured: number): boolean {
  const meets = (kind: string) => [...shared].some((term) => term.startsWith(`${kind}:`));
  if (scope.recordings.length > 0 && !meets('recording')) return false;
  if (scope.case !== null && !meets('case')) return false;
  if (scope.officer !== null && !meets('officer')) return false;
  if (scope.recorder !== null && !meets('recorder')) return false;
  if (scope.unit !== null && !meets('unit')) return false;
  return scope.span === null || mayTouch(scope.span, facts, unmeasured);
}

/**
 * Whether a recording may lie in a span, by the time that its recorder claimed or by the corrected one: either counts, because either may be wrong. One whose start nobody
 * knows may lie in any span that had begun when it came.
 */
function mayTouch({ fromMs, toMs }: Span, { startMs, clockOffsetMs, durationMs, createdAtMs }: HoldFacts, unmeasured: number): boolean {
  if (startMs === null) return createdAtMs >= fromMs;
  const claimedMs = startMs - (clockOffsetMs ?? 0);
  const lengthMs = durationMs ?? unmeasured;
  return [startMs, claimedMs].some((beginMs) => beginMs < toMs && beginMs + lengthMs >= fromMs);
}

/** The unit to which somebody belonged at a moment. `moves`: oldest first. A moment before the first counts to that one, because the registry may be younger. */
export function unitAt(moves: readonly { readonly fromMs: number; readonly unit: string | null }[], atMs: number): string | null {
  const before = moves.findLast(({ fromMs }) => fromMs <= atMs);
  return (before ?? moves[0])?.unit ?? null;
}
