import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Pulled } from '#ports/lanes';
import { DraftWriter } from './draft-writer.ts';
import type { LaneAnswer, LaneRequest } from './lanes.ts';
import { pageMemory } from './page-memory.ts';

/**
 * 4 MiB keep a fast disk busy. A slow recorder is asked for less at once, so that the thread that drives this lane soon hears of progress.
 */
const READ_BYTES_MAX = 4 * 1024 * 1024;
const READ_BYTES_MIN = 256 * 1024;
const READ_MS = 50;
const PULL_MS_MAX = 100;

interface Passing {
  readonly hash: Hash;
  readonly writer: DraftWriter | null;
  /** How much is read at once. */
  readBytes: number;
}

type Times = { -readonly [part in keyof Pulled]: Pulled[part] };

const passing = new Map<number, Passing>();
/** The read buffer, made when a passage first reads its file itself. */
let memory: Uint8Array | undefined;

/** The part that this file is about: the bytes are hashed and written one right after the other. */
function pass({ hash, writer }: Passing, bytes: Uint8Array, position: number, times: Times): void {
  const begun = performance.now();
  hash.update(bytes);
  const hashed = performance.now();
  writer?.write(bytes, position);
  times.hashMs += hashed - begun;
  times.writeMs += performance.now() - hashed;
  times.bytes += bytes.length;
}

function pull(passage: Passing, { source, start, end }: { source: number; start: number; end: number }, times: Times): void {
  memory ??= pageMemory(READ_BYTES_MAX);
  const begun = performance.now();
  for (let position = start; position < end; ) {
    const asked = performance.now();
    let bytes = 0;
    try {
      bytes = readSync(source, memory, 0, Math.min(passage.readBytes, end - position), position);
    } catch {
      // The thread that drives this lane reads here once more, and learns then what the error means.
      times.failed = true;
    }
    const readMs = performance.now() - asked;
    times.readMs += readMs;
    if (readMs > READ_MS) passage.readBytes = Math.max(READ_BYTES_MIN, passage.readBytes / 2);
    else if (readMs < READ_MS / 4) passage.readBytes = Math.min(READ_BYTES_MAX, passage.readBytes * 2);
    if (bytes === 0) return;
    pass(passage, memory.subarray(0, bytes), position, times);
    position += bytes;
    if (performance.now() - begun > PULL_MS_MAX) return;
  }
}

function end(passage: number): void {
  const { writer } = passing.get(passage) ?? {};
  passing.delete(passage);
  writer?.close();
}

function answer(request: LaneRequest): LaneAnswer | null {
  const { kind, passage, id } = request;
  if (kind === 'open') {
    const writer = request.draft === null ? null : new DraftWriter(request.draft);
    passing.set(passage, { hash: createHash('sha256'), writer, readBytes: READ_BYTES_MIN });
    return null;
  }
  if (kind === 'abort') {
    end(passage);
    return null;
  }
  const open = passing.get(passage);
  if (!open) return { id, error: { code: '', message: 'an earlier call on this passage failed' } };
  try {
    const times: Times = { readMs: 0, hashMs: 0, writeMs: 0, bytes: 0, failed: false };
    if (kind === 'take') pass(open, request.chunk, request.position, times);
    if (kind === 'pull') pull(open, request, times);
    if (kind !== 'digest') return { id, pulled: times };
    end(passage);
    return { id, sha256: open.hash.digest('hex') };
  } catch (error) {
    // After bytes that were not written no others may follow: the passage ends here.
    end(passage);
    const { code, message } = error as NodeJS.ErrnoException;
    return { id, error: { code: code ?? '', message } };
  }
}

parentPort?.on('message', (request: LaneRequest) => {
  const reply = answer(request);
  if (reply) parentPort?.postMessage(reply);
});
