import { EvidockError, isFailure } from '#domain/errors';
import type { RecordingNote } from '#domain/notes';
import { because, type Reason, together } from '#domain/reason';
import type { Original, Recording } from '#domain/recording';
import type { MadeFile, MadeThumbnail, MediaFacts, MediaInput, MediaRun, Salvaged, Transcoder } from '#ports/transcoder';
import type { VaultReader } from '#ports/vault';
import type { FoundInside } from '#ports/work-gate';
import type { WorkRun } from '#ports/work-handler';

export interface Product {
  readonly files: readonly MadeFile[];
  readonly durationMs: number | null;
  /** Why the recording counts as damaged; null if it is whole. */
  readonly damage: Reason | null;
  /** What could not be made, or is missing in what was made, though nothing is known to be damaged. */
  readonly notes: readonly RecordingNote[];
  /** What the container of the first segment tells of its time. */
  readonly inside: FoundInside;
  /** Real length of each segment, ms; null where it cannot be told. */
  readonly segmentsMs: readonly (number | null)[];
}

interface Request {
  readonly recording: Recording;
  readonly segments: readonly Original[];
  /** First segments of whole recordings of the same recorder. */
  readonly siblings: readonly Original[];
  /** Other recordings of the same recorder are still being copied. */
  readonly moreSiblingsToCome: boolean;
  readonly vault: Pick<VaultReader, 'localFiles'>;
  readonly transcoder: Transcoder;
  readonly scratch: string;
  readonly run: WorkRun;
}

/** A run of the transcoder that ends with the work's run and counts as its progress, but shows no percentage. */
function quiet({ signal, onProgress }: WorkRun): MediaRun {
  return { signal, onProgress };
}

/** Share of the progress bar for examining the segments, percent. The rest is for making the derivatives. */
const LOOKING_PERCENT = 10;
/** From at most so many healthy files of the same recorder a repair tries to learn. */
const SIBLINGS_MAX = 8;

/**
 * Makes everything that is made of one recording, in the scratch directory. null if a damaged segment could not be salvaged and healthy files to learn from are
 * still being sealed; then it has to be tried again later. Throws transcoder.unplayable or transcoder.unsupported if nothing can be made.
 */
export async function makeDerivatives(request: Request): Promise<Product | null> {
  const { recording, segments, vault, transcoder, scratch, run } = request;
  const local = await vault.localFiles(
    segments.map((segment) => segment.vaultKey),
    { scratch, onProgress: run.onProgress },
  );
  try {
    const inputs = segments.map(
      (segment, place): MediaInput => ({ path: local.paths[place] ?? '', kind: segment.kind, bytes: segment.bytes }),
    );
    if (recording.kind === 'photo') {
      const made: MadeThumbnail[] = [];
      const notes: RecordingNote[] = [];
      for (const { path } of inputs) {
        made.push(await transcoder.makeThumbnail(path, scratch, quiet(run)));
        made.push(...(await previewOf(request, path, notes)));
      }
      run.onPercent(100);
      const damage = joined(made.flatMap((each) => (each.kind === 'thumbnail' ? (each.damage ?? []) : [])));
      return { files: made, durationMs: null, damage, notes, inside: { creationTime: null, durationMs: null }, segmentsMs: [] };
    }
    return await makeTimeline(request, inputs);
  } finally {
    await local.release();
  }
}

/** Where it cannot be made although the thumbnail could, the photo is no worse than before there were previews. */
async function previewOf({ transcoder, scratch, run }: Request, path: string, notes: RecordingNote[]): Promise<readonly MadeThumbnail[]> {
  try {
    return [await transcoder.makePreview(path, scratch, quiet(run))];
  } catch (error) {
    if (!isFailure(error, 'transcoder.unplayable', 'transcoder.unsupported', 'transcoder.failed')) throw error;
    notes.push({ code: 'not-made', parameters: { what: because('the-preview', {}), why: error.reason } });
    return [];
  }
}

async function makeTimeline(request: Request, inputs: readonly MediaInput[]): Promise<Product | null> {
  const { transcoder, scratch, run } = request;
  const looked = await lookInto(request, inputs);
  const damage = joined(looked.damages);
  if (looked.lost && request.moreSiblingsToCome) return null;
  if (looked.usable.length === 0) throw nothingOf(damage, joined(looked.notes));
  const notes: RecordingNote[] = looked.notes.map((why) => ({ code: 'unsupported', parameters: { why } }));
  const onMissing = (what: Reason, why: Reason) => void notes.push({ code: 'not-made', parameters: { what, why } });
  const making = {
    ...quiet(run),
    onMissing,
    onPercent: (percent: number) => run.onPercent(LOOKING_PERCENT + (percent * (95 - LOOKING_PERCENT)) / 100),
  };
  const { file, durationMs } = await makePlayable(request, looked, damage, making);
  // A picture that cannot be made must not cost the playable file.
  const pictures = await transcoder.makePictures(file.path, scratch, { ...quiet(run), onMissing });
  run.onPercent(100);
  return { files: [file, ...pictures], durationMs, damage, notes, inside: looked.inside, segmentsMs: looked.segmentsMs };
}

async function makePlayable({ transcoder, scratch }: Request, looked: Looked, damage: Reason | null, run: MediaRun) {
  try {
    return await transcoder.makePlayable(looked.usable, scratch, run);
  } catch (error) {
    if (!isFailure(error, 'transcoder.unplayable', 'transcoder.unsupported')) throw error;
    throw nothingOf(damage, error.reason);
  }
}

/** The error of a recording of which nothing can be made: unplayable if bytes are missing or wrong, else unsupported. */
function nothingOf(damage: Reason | null, why: Reason | null): EvidockError {
  if (damage !== null) return new EvidockError('transcoder.unplayable', why === null ? damage : together([damage, why]));
  return new EvidockError('transcoder.unsupported', why ?? because('no-segment-plays', {}));
}

function joined(reasons: readonly Reason[]): Reason | null {
  return reasons.length === 0 ? null : together(reasons);
}

interface Looked {
  readonly usable: MediaInput[];
  readonly damages: Reason[];
  readonly segmentsMs: (number | null)[];
  /** Segments that are whole as far as can be told, but that nothing here can read. */
  readonly notes: Reason[];
  inside: FoundInside;
  /** True: some segment could not be salvaged. */
  lost: boolean;
}

/**
 * Probes and inspects each segment. A damaged segment that opens is used as it is, so that no frame that decodes is lost. One that does not open is replaced by
 * what can be salvaged of it.
 */
async function lookInto(request: Request, inputs: readonly MediaInput[]): Promise<Looked> {
  const { transcoder, run } = request;
  const looked: Looked = {
    usable: [],
    damages: [],
    notes: [],
    segmentsMs: [],
    inside: { creationTime: null, durationMs: null },
    lost: false,
  };
  for (const [place, input] of inputs.entries()) {
    const { facts, why } = await probe(transcoder, input, quiet(run));
    if (place === 0 && facts) looked.inside = { creationTime: facts.creationTime, durationMs: facts.durationMs };
    const damage = await transcoder.inspect(input.path, facts, quiet(run));
    // The length that a damaged file tells may be the one that it was meant to have, so it does not count.
    looked.segmentsMs.push(damage ? null : (facts?.durationMs ?? null));
    const of = (reason: Reason) =>
      inputs.length > 1 ? because('of-segment', { place: place + 1, count: inputs.length, why: reason }) : reason;
    if (facts) {
      looked.usable.push({ ...input, damaged: damage !== null });
      if (damage) looked.damages.push(because('and-kept', { why: of(damage.reason) }));
    } else if (damage) await salvage(request, inputs, input, of(damage.reason), looked);
    else if (why) looked.notes.push(of(why));
    run.onPercent((LOOKING_PERCENT * (place + 1)) / inputs.length);
  }
  return looked;
}

/** Probes a segment. One that cannot be probed is either damaged or of an unknown format; `inspect` decides which. */
async function probe(transcoder: Transcoder, input: MediaInput, run: MediaRun): Promise<{ facts: MediaFacts | null; why: Reason | null }> {
  try {
    return { facts: await transcoder.probe(input.path, run), why: null };
  } catch (error) {
    if (isFailure(error, 'transcoder.unsupported', 'transcoder.failed')) return { facts: null, why: error.reason };
    throw error;
  }
}

async function salvage(request: Request, inputs: readonly MediaInput[], input: MediaInput, reason: Reason, looked: Looked): Promise<void> {
  const saved = await trySalvage(request, inputs, input);
  if (saved) looked.usable.push({ path: saved.path, kind: input.kind, bytes: input.bytes });
  else looked.lost = true;
  looked.damages.push(because('salvage-outcome', { why: reason, second: saved ? saved.how : because('nothing-salvaged', {}) }));
}

/**
 * Tries to salvage a segment with each healthy file of the same recorder, and takes what recovers most. Scenes and settings differ, so one file may help where
 * another does not.
 */
async function trySalvage(request: Request, inputs: readonly MediaInput[], damaged: MediaInput): Promise<Salvaged | null> {
  const { transcoder, vault, scratch, run } = request;
  let best: Salvaged | null = null;
  const attempt = async (healthy: MediaInput | null) => {
    const saved = await transcoder.salvage(damaged, healthy, scratch, quiet(run));
    if (saved && saved.units > (best?.units ?? 0)) best = saved;
    return best?.units === Number.POSITIVE_INFINITY;
  };
  if (await attempt(null)) return best;
  for (const input of inputs) {
    if (input !== damaged && (await isHealthy(transcoder, input, quiet(run))) && (await attempt(input))) return best;
  }
  for (const original of request.siblings.slice(0, SIBLINGS_MAX)) {
    const local = await vault.localFiles([original.vaultKey], { scratch, onProgress: run.onProgress });
    try {
      const input: MediaInput = { path: local.paths[0] ?? '', kind: original.kind, bytes: original.bytes };
      if ((await isHealthy(transcoder, input, quiet(run))) && (await attempt(input))) return best;
    } finally {
      await local.release();
    }
  }
  return best;
}

async function isHealthy(transcoder: Transcoder, input: MediaInput, run: MediaRun): Promise<boolean> {
  const { facts } = await probe(transcoder, input, run);
  return facts !== null && (await transcoder.inspect(input.path, facts, run)) === null;
}
