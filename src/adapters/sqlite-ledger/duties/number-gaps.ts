import { sql } from 'kysely';
import type { MissingNumbers } from '#domain/duties/facts';
import { CardNumbers } from '#domain/hold/completeness';
import type { Rows } from '../connection.ts';
import { numberedFiles } from '../numbered-files.ts';

/** Numbers of the cards that are on no record after these recordings, by recording. */
export async function numberGaps(rows: Rows, recordings: readonly string[]): Promise<ReadonlyMap<string, MissingNumbers>> {
  const asked = new Set(recordings);
  const { rows: spans } = await sql<{ recorder_serial: string; first: number; last: number }>`
    SELECT file.recorder_serial, min(file.mtime_ms) AS first, max(file.mtime_ms) AS last FROM originals AS file
    WHERE file.recording_id IN ${rows.dialect.among(recordings)} AND file.take IS NOT NULL GROUP BY file.recorder_serial`.execute(rows.db);
  const found = new Map<string, MissingNumbers>();
  for (const { recorder_serial: recorder, first, last } of spans) {
    const numbers = new CardNumbers(Number.POSITIVE_INFINITY);
    const span = { recorder, fromMs: Number(first), toMs: Number(last), held: sql`1` };
    for await (const file of numberedFiles(rows, span)) numbers.next({ ...file, held: asked.has(file.recordingId) });
    for (const { after, count, knownMs } of numbers.gaps) {
      if (!asked.has(after)) continue;
      const known = found.get(after);
      found.set(after, { count: count + (known?.count ?? 0), sinceMs: Math.min(knownMs, known?.sinceMs ?? knownMs) });
    }
  }
  return found;
}
