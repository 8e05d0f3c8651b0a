/*
 * How long a replay of the custody log takes, and how much memory: `node bench/replay.ts ENTRIES`. A ledger of that many entries is made in a directory of its own: cards of
 * 500 recordings, each listed, copied, sealed and tagged, as the stages write them.
 */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { aDocking, aHash, anId, anOriginal, aRecording, START_MS } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';

const RECORDINGS_PER_CARD = 500;
const MEBIBYTE = 1024 * 1024;

const wanted = Number(process.argv[2] ?? 100_000);
const directory = await mkdtemp(join(tmpdir(), 'evidock-replay-'));
const file = join(directory, 'ledger.sqlite');
const ledger = await openLedger({ file, stationId: 'test' });
const made = performance.now();
let entries = 0;
for (let card = 0; entries < wanted; card += 1) {
  const docking = aDocking({ recorderSerial: `R${card}` });
  await ledger.transaction(async (writer) => {
    await tellDocking(writer, docking);
    entries += 1;
    for (let n = 0; n < RECORDINGS_PER_CARD; n += 1) {
      const recording = aRecording({ dockingId: docking.id, recorderSerial: docking.recorderSerial });
      const [original] = await tellListed(writer, { recording, originals: [anOriginal(recording, { id: anId('org') })], atMs: START_MS });
      if (original) await tellSealed(writer, original, { sha256: aHash(n), manifestSha256: aHash(n), atMs: START_MS });
      await writer.recordings.update(recording.id, { category: 'penalty' });
      const about = { atMs: START_MS, actor: cli('root'), subject: subject('recording', recording.id) };
      await writer.custody.append(RecordingTagged.make({ ...about, data: { category: { old: null, new: 'penalty' } } }));
      entries += 4;
    }
  });
}
const makingMs = performance.now() - made;
const before = process.memoryUsage.rss();
let peak = before;
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
const begun = performance.now();
let contradictions = 0;
for await (const line of ledger.upkeep.replay(new AbortController().signal)) if (line.type === 'contradiction') contradictions += 1;
const seconds = (performance.now() - begun) / 1000;
clearInterval(watch);
const figures = {
  ...{
    run: randomUUID(),
    entries,
    contradictions,
    makingSeconds: Math.round(makingMs / 1000),
    ledgerMiB: Math.round((await stat(file)).size / MEBIBYTE),
  },
  ...{ seconds: Number(seconds.toFixed(1)), entriesPerSecond: Math.round(entries / seconds) },
  ...{ memoryMiB: Math.round((peak - before) / MEBIBYTE), longestStandstillMs: Math.round(delay.max / 1e6) },
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
await ledger.close();
await rm(directory, { recursive: true });
