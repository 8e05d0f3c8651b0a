import { open } from 'node:fs/promises';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import type { DiskAnswer } from '#domain/machine/disk';
import { fieldOf, listAt, numberAt, textAt } from '#domain/machine/json';
import { because, isReason } from '#domain/reason';
import { putDurably, VAULT_WRITE_ERRORS } from '../durable-file.ts';
import { DISKS_MAX } from './disks.ts';

/** The reader looks every hour; what is older than this comes from one that does not run any more. */
const OLD_MS = 3 * 3_600_000;
const BYTES_MAX = 32 * 1024 * 1024;

/** Writes what the disks answered, whole or not at all. Its readers are those of the directory's group. */
export async function writeReport(file: string, atMs: number, disks: readonly DiskAnswer[]): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, atMs, disks })}\n`);
  await putDurably(file, bytes, { label: 'report of disks', errors: VAULT_WRITE_ERRORS });
}

/** What the reader found. Throws station.internal where there is no report, it is old, or it is not understood. */
export async function readReport(file: string, nowMs: number): Promise<readonly DiskAnswer[]> {
  const told = parsed(await bytesOf(file), file);
  const atMs = numberAt(told, 'atMs');
  if (fieldOf(told, 'version') !== 1 || atMs === null) throw unusable(file);
  const span = nowMs - atMs;
  if (span > OLD_MS) throw new EvidockError('station.internal', because('disk-report-old', { file, span }));
  return listAt(told, 'disks')
    .slice(0, DISKS_MAX)
    .map((each) => answerOf(each, file));
}

function answerOf(value: unknown, file: string): DiskAnswer {
  const name = textAt(value, 'name');
  const answer = fieldOf(value, 'answer');
  const [status, stdout] = [numberAt(answer, 'status'), fieldOf(answer, 'stdout')];
  if (name === null) throw unusable(file);
  const serial = textAt(value, 'serial');
  if (isReason(answer)) return { name, serial, answer };
  if (status === null || typeof stdout !== 'string') throw unusable(file);
  return { name, serial, answer: { status, stdout } };
}

async function bytesOf(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      if ((await handle.stat()).size > BYTES_MAX) throw unusable(file);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof EvidockError) throw error;
    const missing = errnoOf(error) === 'ENOENT';
    const why = missing ? because('disk-report-missing', { file }) : because('cannot-read', { thing: file, errno: errnoText(error) });
    throw new EvidockError('station.internal', why, error);
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EvidockError('station.internal', because('disk-report-broken', { file }), error);
  }
}

function unusable(file: string): EvidockError {
  return new EvidockError('station.internal', because('disk-report-broken', { file }));
}
