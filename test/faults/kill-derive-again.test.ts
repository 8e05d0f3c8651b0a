/*
 * Goal: kill -9 while a recording is derived again under another name leaves neither the recording without its playable nor a file that no row knows.
 * Method: a card is taken in; the playable of its films is renamed in vault and ledger, as an older recipe would have named it, and its derive work
 * waits again. The real daemon kills itself at each write; at every such moment each row has its file; then it runs again to its end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chmod, cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { derivedPrefix } from '#domain/vault/vault-key';
import { PRIORITY, workId } from '#domain/work';
import type { FaultPoint } from '#ports/fault-points';
import { expectWhole } from '../support/card/card-check.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, ROOT, temporaryDirectory } from '../support/evidock.ts';
import { partOfToday } from '../support/part-of-today.ts';

const POINTS: readonly FaultPoint[] = ['w09-derivative-linked', 'w10-derived-recorded', 'w27-leftover-removed'];

describe('kill -9 while a recording is derived again', () => {
  let home: Awaited<ReturnType<typeof temporaryDirectory>>;
  let card: string;
  let taken: string;
  beforeAll(async () => {
    home = await temporaryDirectory();
    card = join(home.path, 'card');
    await makeSmallCard(card);
    taken = join(home.path, 'taken');
    expect((await evidock(['--state', taken, 'ingest', card, '--slot', '1', '--serial', 'T000001', '--wait'])).status).toBe(0);
  });
  afterAll(() => home.remove());

  it.each(partOfToday(POINTS, 3))(
    '%s',
    async (point) => {
      const state = join(home.path, point);
      await cp(taken, state, { recursive: true });
      const old = await nameAsBefore(state);

      expect(await ended(run(state, { EVIDOCK_FAULT_POINT: point }))).toBe('SIGKILL');
      const after = await standing(state, old.recordingId);
      expect(after.files).toEqual(expect.arrayContaining([...after.rows]));
      const still = old.files.filter((name) => after.files.includes(name));
      expect(still.length).toBe(old.files.length - (point === 'w27-leftover-removed' ? 1 : 0));

      const daemon = run(state);
      await expect.poll(() => derivedAndSwept(state, old.recordingId), { timeout: 180_000, interval: 200 }).toBe(true);
      daemon.kill('SIGTERM');
      expect(await ended(daemon)).toBe(0);
      await expectWhole(state, card);
      const end = await standing(state, old.recordingId);
      expect(end.files).toEqual(end.rows);
      expect(end).toMatchObject({ leftovers: 0, files: expect.arrayContaining([expect.stringMatching(/playable\.mp4$/)]) });
      expect(end.files.filter((name) => old.files.includes(name))).toEqual([]);
    },
    360_000,
  );
});

/** The daemon: at its start it does what waits. */
function run(state: string, env: Record<string, string> = {}): ChildProcess {
  const all = { ...process.env, EVIDOCK_HTTP_PORT: '0', ...env };
  return spawn(join(ROOT, 'scripts/evidock'), ['--state', state, 'run'], {
    stdio: 'ignore',
    env: all,
    timeout: 180_000,
    killSignal: 'SIGKILL',
  });
}

async function ended(child: ChildProcess): Promise<string | number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.signalCode ?? child.exitCode;
  const [status, signal] = await once(child, 'exit');
  return signal ?? status;
}

function derivedAndSwept(state: string, recordingId: string): boolean {
  const raw = new DatabaseSync(join(state, 'ledger', 'ledger.sqlite'), { readOnly: true });
  try {
    const work = raw.prepare('SELECT state FROM work WHERE id = ?').get(workId('derive', recordingId));
    return work?.['state'] === 'done' && raw.prepare('SELECT 1 FROM derivative_leftovers').get() === undefined;
  } finally {
    raw.close();
  }
}

/** One film's playable becomes `playable.m4a`, in vault and ledger, and is to be made again. */
async function nameAsBefore(state: string): Promise<{ recordingId: string; files: string[] }> {
  const ledger = await openLedger({ file: join(state, 'ledger', 'ledger.sqlite'), stationId: 'test' });
  try {
    const found = await ledger.recordings.list({ limit: 10 });
    const recordingId = found.find(({ recording }) => recording.kind === 'video')?.recording.id ?? '';
    const playable = (await ledger.recordings.derivatives(recordingId)).find(({ kind }) => kind === 'playable');
    if (!playable) throw new Error('no playable');
    const vaultKey = playable.vaultKey.replace('.mp4', '.m4a');
    const path = join(state, 'vault', vaultKey);
    await chmod(join(path, '..'), 0o750);
    await rename(join(state, 'vault', playable.vaultKey), path);
    const nowMs = Date.now();
    await ledger.transaction(async (writer) => {
      await writer.recordings.upsertDerivative({ ...playable, vaultKey });
      const work = { id: workId('derive', recordingId), stage: 'derive', recordingId, priority: PRIORITY.later } as const;
      await writer.work.reopen({ ...work, dueAtMs: nowMs, nowMs });
    });
    return { recordingId, files: filesOf(state, recordingId) };
  } finally {
    await ledger.close();
  }
}

/** Files below `derived`, each with the directory of its run. */
function filesOf(state: string, recordingId: string): string[] {
  const found = readdirSync(join(state, 'vault', derivedPrefix(recordingId)), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath.split('/').at(-1)}/${name}`)
    .sort();
}

/** Names of the files among its derivatives, and of those that the ledger has rows of. */
async function standing(state: string, recordingId: string): Promise<{ files: string[]; rows: string[]; leftovers: number }> {
  const ledger = await openLedger({ file: join(state, 'ledger', 'ledger.sqlite'), stationId: 'test' });
  try {
    const rows = (await ledger.recordings.derivatives(recordingId)).map(({ vaultKey }) =>
      vaultKey.slice(derivedPrefix(recordingId).length + 1),
    );
    return { files: filesOf(state, recordingId), rows: rows.sort(), leftovers: (await ledger.recordings.leftovers(5)).length };
  } finally {
    await ledger.close();
  }
}
