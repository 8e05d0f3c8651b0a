import { STATION } from '#domain/custody/actor';
import { RecordingNoted } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { LinkRelation, RecordingLink, RecordingNote } from '#domain/notes';
import type { Original, Recording } from '#domain/recording';
import { continuesIn, gapsBetween, type Neighbour } from '#domain/take/derived-takes';
import type { LedgerWriter } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';
import { linkRecordings } from '#steps/link-recordings';

/** At most so many recordings of the same recorder are compared on either side. */
const NEIGHBOURS_MAX = 40;
/** The clock may have been changed for summer time between two segments, ms. A few minutes more do no harm. */
const MARGIN_MS = 65 * 60_000;

/**
 * Compares the segments of a recording now that their real lengths are known, in the transaction of derive. Where its own segments do not meet, the recording
 * gets a note. Where it meets a recording before or after it, the two are linked. Nothing that is sealed is changed.
 */
export async function compareSegments(
  writer: LedgerWriter,
  recording: Recording,
  segments: readonly Original[],
  { timezone, nowMs }: { timezone: string; nowMs: number },
): Promise<void> {
  for (const { id, durationMs } of segments) if (durationMs !== null) await writer.originals.measure(id, durationMs);
  await noteGaps(writer, recording, segments, timezone, nowMs);
  const first = segments[0];
  const last = segments.at(-1);
  if (!first?.take || !last?.take) return;
  const links = (await writer.recordings.detail(recording.id))?.links ?? [];
  const others = (await around(writer, recording)).filter((other) => other.recording.id !== recording.id);
  const [before, rival] = others.filter((other) => continuesIn(ends(other).last, first, timezone));
  // If two recordings fit on the same side, neither is linked.
  if (before && !rival && isFree(links, 'continues-from') && isFree(before.links, 'continues-in')) {
    const { last: end } = ends(before);
    if (!others.some((other) => continuesIn(end, ends(other).first, timezone))) {
      await linkRecordings(writer, { id: before.recording.id, relation: 'continues-in', other: recording.id }, nowMs);
    }
  }
  const [after, otherRival] = others.filter((other) => continuesIn(last, ends(other).first, timezone));
  if (after && !otherRival && isFree(links, 'continues-in') && isFree(after.links, 'continues-from')) {
    const { first: begin } = ends(after);
    if (!others.some((other) => continuesIn(ends(other).last, begin, timezone))) {
      await linkRecordings(writer, { id: recording.id, relation: 'continues-in', other: after.recording.id }, nowMs);
    }
  }
}

function isFree(links: readonly RecordingLink[], relation: LinkRelation): boolean {
  return !links.some((link) => link.relation === relation);
}

async function noteGaps(
  writer: LedgerWriter,
  { id, notes }: Recording,
  segments: readonly Original[],
  timezone: string,
  nowMs: number,
): Promise<void> {
  const found = gapsBetween(segments, timezone);
  const others = notes.filter(({ code }) => code !== 'gap-between-segments');
  const before = notes.filter(({ code }) => code === 'gap-between-segments');
  if (JSON.stringify(before) === JSON.stringify(found)) return;
  await writer.recordings.update(id, { notes: [...others, ...found] });
  for (const { parameters } of found.filter((note) => !before.some((known) => isSame(known, note)))) {
    const data = { segment: Number(parameters['segment']), seconds: Number(parameters['seconds']) };
    await writer.custody.append(RecordingNoted.make({ atMs: nowMs, actor: STATION, subject: subject('recording', id), data }));
  }
}

function isSame(a: RecordingNote, b: RecordingNote): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Recordings of the recorder that begin from this one's start to shortly after its end, and the latest ones that begin before that. The newest ones, if this
 * one's start is unknown.
 */
async function around(writer: LedgerWriter, { recorderSerial, startMs, durationMs }: Recording): Promise<readonly RecordingDetail[]> {
  if (startMs === null) return writer.recordings.list({ recorderSerial, limit: NEIGHBOURS_MAX });
  const endMs = startMs + (durationMs ?? 0);
  const after = await writer.recordings.list({ recorderSerial, sinceMs: startMs, untilMs: endMs + MARGIN_MS, limit: NEIGHBOURS_MAX });
  const before = await writer.recordings.list({ recorderSerial, untilMs: startMs + MARGIN_MS, limit: NEIGHBOURS_MAX });
  return [...new Map([...after, ...before].map((detail) => [detail.recording.id, detail])).values()];
}

function ends({ originals }: RecordingDetail): { first: Neighbour | null; last: Neighbour | null } {
  const segments = originals.filter(({ role }) => role === 'segment');
  return { first: segments[0] ?? null, last: segments.at(-1) ?? null };
}
