import { dayText } from '#domain/calendar/local-days';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { CountingSchedule, WhatCounts } from '#domain/retention/count-term';
import { explainTerm } from '#domain/retention/explanation';
import { type EarnedBasis, type KeptTerm, untilOf } from '#domain/retention/kept-term';
import { compareUntil, type Until } from '#domain/retention/until';
import type { LedgerReader } from '#ports/ledger';
import type { RetentionRow } from '#ports/ledger/retention';
import { countedOf } from './count-terms.ts';
import type { ScheduleShelf } from './schedule-shelf.ts';

type Language = 'zh-CN' | 'en';

export interface ExplainedRecording {
  /** As it is counted now. `stale`: the ledger still has another one, by which nothing may be disposed of. */
  readonly term: KeptTerm;
  /** How long, in one sentence; then every rule that matched and everything else that counts. */
  readonly sentences: (language: Language) => { readonly verdict: Reason; readonly whys: readonly Reason[] };
}

/**
 * Why a recording is kept as long as it is: what the schedule says of its facts of today, what it has earned before, and what an adopted schedule adds. Throws
 * request.not-found where no schedule was ever adopted, or the vault has not taken the recording in.
 */
export async function explainRecording(
  ledger: Pick<LedgerReader, 'retention'>,
  shelf: ScheduleShelf,
  recordingId: string,
): Promise<ExplainedRecording> {
  const before = await ledger.retention.terms([recordingId]);
  const counts = await shelf.whatCounts(ledger, before);
  const missing = () => new EvidockError('request.not-found', because('no-term', { recording: recordingId }));
  if (counts === null) throw missing();
  const [counted] = await countedOf(ledger, [recordingId], { before, counts });
  if (!counted) throw missing();
  const counting = counts.inForce ?? counts.adopted;
  if (counting === null) throw missing();
  const { kept, today } = counted;
  const term = { ...kept, stale: before[0]?.stale ?? true };
  const { days } = counting.calendar;
  return {
    term,
    sentences: (language) => {
      const told = explainTerm(today, { schedule: counting.schedule, days, language });
      const own = moreThanToday(term, today.minimum, { counts, language });
      return {
        verdict: own ?? told.verdict,
        whys: [
          ...(own ? [told.verdict] : []),
          ...(told.maximum ? [told.maximum] : []),
          told.end,
          ...told.rules,
          ...told.doubts,
          ...besides(term, counted.row, counts),
        ],
      };
    },
  };
}

/** What it has earned, or what an adopted schedule asks, where that is more than the schedule in force asks of its facts of today; null: it is not. */
function moreThanToday(
  term: KeptTerm,
  minimum: Until,
  { counts, language }: { readonly counts: WhatCounts; readonly language: Language },
): Reason | null {
  const until = untilOf(term);
  if (compareUntil(until, minimum) <= 0) return null;
  const counting = countingOf(term.version, counts);
  const { version, winner: rule } = term;
  const title = counting.schedule.rules.find(({ id }) => id === rule)?.title[language] ?? rule;
  const { days } = counting.calendar;
  if (until.kind === 'instant') return because('earned-to-day', { day: dayText(days.dayOf(until.ms - 1)), version, rule, title });
  return because(until.kind === 'permanent' ? 'earned-for-good' : 'earned-waits', { version, rule, title });
}

/** Whatever else a person should know: bases of before, the adopted schedule, corrections, that it is being counted. */
function besides(term: KeptTerm, row: RetentionRow, { inForce, adopted }: WhatCounts): readonly Reason[] {
  const tagged = row.cases.filter(({ tie }) => tie === 'tagged').map(({ number }) => number);
  // What it is known by today is told by the rules already.
  const isToday = ({ version, category, cases }: EarnedBasis) =>
    version === inForce?.version && category === row.category && cases.every(({ number }) => tagged.includes(number));
  const bases = term.bases.filter((basis) => !isToday(basis));
  return [
    ...bases.map(({ version, category, cases }) =>
      because('term-basis', { version, category: category ?? '–', cases: cases.map(({ number }) => number).join(', ') || '–' }),
    ),
    ...(inForce === null ? [because('term-before-force', {})] : []),
    ...(adopted && inForce ? [because('term-adopted', { version: adopted.version })] : []),
    ...(term.corrections > 0 ? [because('term-corrected', { count: term.corrections })] : []),
    ...(term.stale ? [because('term-stale', {})] : []),
  ];
}

function countingOf(version: number, { inForce, adopted, of }: WhatCounts): CountingSchedule {
  return [inForce, adopted].find((each) => each?.version === version) ?? of(version);
}
