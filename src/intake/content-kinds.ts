import type { ListedFile } from '#domain/card/listed-file';
import { isCardFailure } from '#domain/errors';
import { HEAD_BYTES, kindOfContent } from '#domain/media/media-kind';
import type { Volume } from '#ports/recorder-driver';

/** Files of one card whose beginning is read while somebody waits for the first copy, and for how long. */
const FILES_MAX = 500;
const MS_MAX = 5000;

interface Circumstances {
  readonly volume: Volume;
  readonly signal: AbortSignal;
  /** What is on record already is known. */
  readonly isOnRecord: (file: ListedFile) => Promise<boolean>;
}

/**
 * The files with the kind that their content shows, where their names say nothing of it (`.chk`, `.dat`, no extension). What its name says is believed
 * here; where that is wrong, deriving finds out.
 */
export async function withContentKinds(files: readonly ListedFile[], circumstances: Circumstances): Promise<ListedFile[]> {
  const endMs = performance.now() + MS_MAX;
  const told: ListedFile[] = [];
  let looked = 0;
  for (const file of files) {
    const asks = file.facts.kind === 'unrecognised' && file.bytes > 0 && looked < FILES_MAX && performance.now() < endMs;
    if (!asks || (await circumstances.isOnRecord(file))) {
      told.push(file);
      continue;
    }
    circumstances.signal.throwIfAborted();
    looked += 1;
    const kind = await kindOf(file, circumstances.volume);
    told.push(kind === null ? file : { ...file, facts: { ...file.facts, kind } });
  }
  return told;
}

/** What cannot be read shows nothing; its copy will tell. */
async function kindOf({ path }: ListedFile, volume: Volume) {
  try {
    const file = await volume.open(path);
    try {
      const head = new Uint8Array(HEAD_BYTES);
      return kindOfContent(head.subarray(0, await file.read(head, 0)));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCardFailure(error)) return null;
    throw error;
  }
}
