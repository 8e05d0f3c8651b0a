import type { DeskDeps } from '#desk/deps';
import { mustHaveRecording } from '#desk/tagging';
import { type Actor, actorText } from '#domain/custody/actor';
import { PlaceMarked, PlaceUnmarked } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** A moment of a film that somebody marked. */
export interface PlaceMark {
  readonly id: string;
  readonly momentMs: number;
  /** null: the words were erased. */
  readonly words: string | null;
  /** As custody prints who it was. */
  readonly by: string;
  readonly atMs: number;
}

const MARKS_MAX = 500;
/** Marks and what took them away: whoever marks and unmarks all day is stopped somewhere. */
const ENTRIES_MAX = 20_000;

type Deps = Pick<DeskDeps, 'ledger' | 'clock' | 'facts'>;

/** The marks of a recording by moment. They stand in the log alone: it is what tells who saw what where, and a table of them would tell it a second time. */
export async function marksOf({ custody }: Pick<LedgerReader, 'custody'>, recordingId: string): Promise<readonly PlaceMark[]> {
  const marks = new Map<string, PlaceMark>();
  for (const entry of await custody.ofTypes(subject('recording', recordingId), [PlaceMarked.type, PlaceUnmarked.type], ENTRIES_MAX)) {
    const made = PlaceMarked.parse(entry);
    const gone = PlaceUnmarked.parse(entry);
    if (gone) marks.delete(gone.data.mark);
    if (!made) continue;
    const { mark: id, momentMs } = made.data;
    marks.set(id, { id, momentMs, words: made.personal.words ?? null, by: actorText(entry.actor), atMs: entry.atMs });
  }
  return [...marks.values()].sort((one, other) => one.momentMs - other.momentMs || (one.id < other.id ? -1 : 1));
}

/** Marks a moment. Throws request.conflict where there are too many. */
export async function addMark(
  { ledger, clock, facts }: Deps,
  recordingId: string,
  { momentMs, words }: Pick<PlaceMark, 'momentMs'> & { readonly words: string },
  actor: Actor,
): Promise<PlaceMark> {
  return ledger.transaction(async (writer) => {
    await mustHaveRecording(writer, recordingId);
    if ((await marksOf(writer, recordingId)).length >= MARKS_MAX)
      throw new EvidockError('request.conflict', because('marks-max', { max: MARKS_MAX }));
    const atMs = clock.nowMs();
    const id = newId('mrk', atMs, facts.stationId);
    const about = { atMs, actor, subject: subject('recording', recordingId) };
    await writer.custody.append(PlaceMarked.make({ ...about, data: { mark: id, momentMs }, personal: { words } }));
    return { id, momentMs, words, by: actorText(actor), atMs };
  });
}

/** Takes a mark away. Throws request.not-found, and request.forbidden for the mark of somebody else. */
export async function removeMark({ ledger, clock }: Deps, recordingId: string, id: string, actor: Actor): Promise<void> {
  await ledger.transaction(async (writer) => {
    await mustHaveRecording(writer, recordingId);
    const mark = (await marksOf(writer, recordingId)).find((each) => each.id === id);
    if (!mark) throw new EvidockError('request.not-found', because('no-mark', { recording: recordingId, mark: id }));
    if (mark.by !== actorText(actor)) throw new EvidockError('request.forbidden', because('mark-of-others', { mark: id, by: mark.by }));
    const about = { atMs: clock.nowMs(), actor, subject: subject('recording', recordingId) };
    await writer.custody.append(PlaceUnmarked.make({ ...about, data: { mark: id, momentMs: mark.momentMs } }));
  });
}
