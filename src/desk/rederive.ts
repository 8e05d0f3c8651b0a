import type { Actor } from '#domain/custody/actor';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { workId } from '#domain/work';
import type { LedgerReader } from '#ports/ledger';
import { deriveAgain, isSettled } from '#steps/derive-again';
import type { DeskDeps } from './deps.ts';
import { mustHaveRecording } from './tagging.ts';

const PAGE = 500;

/** Which recordings get their derivatives made again; all of them if no field is given. */
export interface RederiveRequest {
  /** Recordings of which no derivative could be made. */
  readonly failed?: boolean;
  /** Recordings with a derivative that was made by this recipe. */
  readonly recipe?: string;
  readonly recordings?: readonly string[];
}

/** Counts the recordings that would be made again, and the bytes of the originals that would be read for that. */
export async function countRederive({ ledger }: DeskDeps, request: RederiveRequest): Promise<{ recordings: number; bytes: number }> {
  let recordings = 0;
  let bytes = 0;
  for await (const id of candidates(ledger, request)) {
    recordings += 1;
    bytes += await bytesOf(ledger, id);
  }
  return { recordings, bytes };
}

/**
 * Has derivatives made again by today's recipes, at the lowest priority. An old derivative stays until the new one is verified and takes its place. It stays
 * for good if the new one cannot be made.
 */
export async function startRederive(
  deps: DeskDeps,
  request: RederiveRequest,
  actor: Actor,
): Promise<{ recordings: number; bytes: number }> {
  const { ledger, pokeWork } = deps;
  let recordings = 0;
  let bytes = 0;
  let batch: string[] = [];
  const flush = async () => {
    const reopened = await reopen(deps, batch, request, actor);
    recordings += reopened.length;
    for (const id of reopened) bytes += await bytesOf(ledger, id);
    batch = [];
  };
  for await (const id of candidates(ledger, request)) {
    batch.push(id);
    if (batch.length === PAGE) await flush();
  }
  await flush();
  pokeWork();
  return { recordings, bytes };
}

async function reopen(
  { ledger, clock }: DeskDeps,
  ids: readonly string[],
  request: RederiveRequest,
  actor: Actor,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  return ledger.transaction(async (writer) => {
    const reopened: string[] = [];
    const why = request.failed ? 'failed' : (request.recipe ?? (request.recordings ? 'named' : 'all'));
    // The derive work may have begun since the recording was selected.
    for (const recordingId of ids)
      if (await deriveAgain(writer, { recordingId, why, actor, atMs: clock.nowMs() })) reopened.push(recordingId);
    return reopened;
  });
}

/** Sealed recordings whose derive work is settled. */
async function* candidates(ledger: LedgerReader, request: RederiveRequest): AsyncGenerator<string> {
  for await (const id of named(ledger, request)) if (isSettled((await ledger.work.get(workId('derive', id)))?.state)) yield id;
}

async function* named(ledger: LedgerReader, { failed, recipe, recordings }: RederiveRequest): AsyncGenerator<string> {
  if ([failed, recipe, recordings].filter((each) => each !== undefined && each !== false).length > 1)
    throw new EvidockError('request.invalid', because('exclude-another', {}));
  if (recordings) {
    for (const id of new Set(recordings)) {
      await mustHaveRecording(ledger, id);
      yield id;
    }
  } else if (recipe !== undefined) {
    for (let after = '', page = await ledger.recordings.byRecipe(recipe, after, PAGE); page.length > 0; ) {
      yield* page;
      after = page.at(-1) ?? after;
      page = await ledger.recordings.byRecipe(recipe, after, PAGE);
    }
  } else {
    for await (const id of ledger.recordings.ids())
      if (!failed || (await ledger.work.get(workId('derive', id)))?.state === 'failed') yield id;
  }
}

async function bytesOf(ledger: LedgerReader, recordingId: string): Promise<number> {
  const segments = (await ledger.originals.ofRecording(recordingId)).filter(({ role }) => role === 'segment');
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}
