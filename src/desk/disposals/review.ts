import type { DisposalItem } from '#domain/destruction/disposal';
import type { Recording } from '#domain/recording';
import type { LedgerReader } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';

/** A recording that began earlier than this before another one is not looked for beside it: no take of a body-worn recorder lasts longer. */
const TAKE_MS_MAX = 12 * 3_600_000;
const NEIGHBOURS_MAX = 500;
const SHOWN_MAX = 20;

/** Another recording of the same time. */
interface Overlap {
  readonly recording: string;
  readonly officer: string | null;
  readonly cases: readonly string[];
  readonly category: string | null;
  readonly overlapMs: number;
}

/** What somebody has to see of a recording before they let it go. */
export interface Reviewed {
  readonly item: DisposalItem;
  readonly recording: Recording;
  readonly officerName: string | null;
  readonly cases: readonly { readonly number: string; readonly title: string }[];
  /** Cases that the station suggested for it and nobody has decided on. */
  readonly suggested: readonly string[];
  /** Ids of its pictures. */
  readonly pictures: readonly { readonly id: string; readonly kind: string }[];
  readonly overlaps: readonly Overlap[];
  readonly overlapCount: number;
  /** True: a recording of the same time belongs to a case to which this one does not. It may show the same event under a wrong tag. */
  readonly casesBeside: boolean;
}

export async function reviewOf(ledger: LedgerReader, item: DisposalItem): Promise<Reviewed | null> {
  const detail = await ledger.recordings.detail(item.recordingId);
  if (!detail) return null;
  const { recording, caseNumbers, derivatives } = detail;
  const officer = recording.officerId === null ? null : await ledger.registry.officer(recording.officerId);
  const cases = await ledger.cases.numbered(caseNumbers);
  const open = await ledger.cases.suggestions({ state: 'open', recordingId: recording.id, limit: SHOWN_MAX });
  const overlaps = await overlapsOf(ledger, detail);
  return {
    ...{ item, recording, officerName: officer?.name ?? null },
    cases: cases.map(({ number, title }) => ({ number, title })),
    suggested: open.map(({ caseNumber }) => caseNumber),
    pictures: derivatives.filter(({ kind }) => PICTURES.includes(kind)).map(({ id, kind }) => ({ id, kind })),
    ...{ overlaps: overlaps.slice(0, SHOWN_MAX), overlapCount: overlaps.length },
    casesBeside: overlaps.some((other) => other.cases.some((number) => !caseNumbers.includes(number))),
  };
}

const PICTURES: readonly string[] = ['poster', 'contact-sheet', 'thumbnail'];

/** Recordings of the same time, those that belong to a case first, then the longest overlap. */
async function overlapsOf(ledger: LedgerReader, { recording }: RecordingDetail): Promise<readonly Overlap[]> {
  const span = spanOf(recording);
  if (!span) return [];
  const found = await ledger.recordings.list({ sinceMs: span.fromMs - TAKE_MS_MAX, untilMs: span.toMs, limit: NEIGHBOURS_MAX });
  return found
    .flatMap((other) => {
      const its = other.recording.id === recording.id ? null : spanOf(other.recording);
      const overlapMs = its === null ? 0 : Math.min(span.toMs, its.toMs) - Math.max(span.fromMs, its.fromMs);
      const { id, officerId, category } = other.recording;
      return overlapMs > 0 ? [{ recording: id, officer: officerId, cases: other.caseNumbers, category, overlapMs }] : [];
    })
    .toSorted((a, b) => Number(b.cases.length > 0) - Number(a.cases.length > 0) || b.overlapMs - a.overlapMs);
}

function spanOf({ startMs, durationMs }: Recording): { fromMs: number; toMs: number } | null {
  return startMs === null ? null : { fromMs: startMs, toMs: startMs + Math.max(1, durationMs ?? 0) };
}
