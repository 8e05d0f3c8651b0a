import type { ListedFile } from '#domain/card/listed-file';
import { isCardFailure } from '#domain/errors';
import { HEAD_BYTES, kindOfContent } from '#domain/media/media-kind';
import type { Volume } from '#ports/recorder-driver';

/** Limits of what is read before the first copy: so many files of one card, for so long. */
const FILES_MAX = 500;
const MS_MAX = 5000;

interface Circumstances {
  readonly volume: Volume;
  readonly signal: AbortSignal;
  /** Whether the file is on record already; then its kind is known. */
  readonly isOnRecord: (file: ListedFile) => Promise<boolean>;
}

/**
 * Gives files whose names tell no kind (`.chk`, `.dat`, no extension) the kind of their content. A kind that a name tells is believed here; where it is wrong,
 * derive finds out.
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

/** The kind that the content shows; none if the file cannot be read. Its copy will report that. */
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
