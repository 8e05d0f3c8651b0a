import { readFile, statfs } from 'node:fs/promises';
import { errnoOf } from '#domain/errno';
import { MEASURED_MS, type SpaceSample, spaceStateOf } from '#domain/machine/growth';
import { listAt, numberAt } from '#domain/machine/json';
import type { SpaceState } from '#domain/machine/machine';
import { putDurably, VAULT_WRITE_ERRORS } from '../durable-file.ts';

/** A sample is taken this often. */
const SAMPLE_MS = 6 * 3_600_000;
const SAMPLES_MAX = 1000;

interface Options {
  /** On the disk of the vault. */
  readonly directory: string;
  /** Where the samples are kept. */
  readonly file: string;
  readonly reserveBytes: number;
  readonly nowMs: number;
  /** False: somebody only looks, and nothing is written. */
  readonly keeps: boolean;
}

/** How full the disk is, and how fast it fills by the samples that are kept. Takes a sample when it is time. */
export async function readSpace({ directory, file, reserveBytes, nowMs, keeps }: Options): Promise<SpaceState> {
  const { bsize, blocks, bfree, bavail } = await statfs(directory);
  const samples = await samplesIn(file, nowMs);
  if (keeps && !samples.some(({ atMs }) => atMs > nowMs - SAMPLE_MS)) {
    samples.push({ atMs: nowMs, usedBytes: (blocks - bfree) * bsize });
    const bytes = Buffer.from(`${JSON.stringify({ samples: samples.slice(-SAMPLES_MAX) })}\n`);
    await putDurably(file, bytes, { label: 'samples of free space', errors: VAULT_WRITE_ERRORS });
  }
  return spaceStateOf(bavail * bsize - reserveBytes, samples, nowMs);
}

/** Samples of a clock that was ahead are dropped. A file that is not understood is as good as none: it is written anew, and the growth is not known for three days. */
async function samplesIn(file: string, nowMs: number): Promise<SpaceSample[]> {
  let told: unknown;
  try {
    told = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError) && errnoOf(error) !== 'ENOENT') throw error;
    return [];
  }
  return listAt(told, 'samples')
    .slice(-SAMPLES_MAX)
    .flatMap((each) => {
      const [atMs, usedBytes] = [numberAt(each, 'atMs'), numberAt(each, 'usedBytes')];
      return atMs === null || usedBytes === null || atMs > nowMs || atMs < nowMs - MEASURED_MS ? [] : [{ atMs, usedBytes }];
    });
}
