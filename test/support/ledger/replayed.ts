import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayLines } from '#adapters/sqlite-ledger/replay/lines';
import type { Contradiction } from '#ports/ledger/upkeep';

/** The rows of a ledger that contradict its log. This runs in the calling thread, because the ledgers of tests are small. */
export function contradictionsIn(file: string): readonly Contradiction[] {
  const replayFile = join(tmpdir(), `evidock-replay-${randomUUID()}`);
  try {
    const lines = [...replayLines({ file, replayFile })];
    return lines.filter((line) => line.type === 'contradiction').map(({ type: _, ...contradiction }) => contradiction);
  } finally {
    rmSync(replayFile, { force: true });
  }
}
