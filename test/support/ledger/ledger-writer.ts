import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { aCopy, aDocking, anOriginal, aRecording, STATION_ID, someDigests, someWork } from '#test/support/builders';
import { anyDraft } from '#test/support/custody';

/*
 * A process that seals recordings until it is killed: `node ledger-writer.ts FILE`. After every commit it prints the recording's id on a line, so that the test
 * that kills it knows what must be in the ledger.
 */

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('which file?');
const ledger = await openLedger({ file, stationId: STATION_ID });
const docking = aDocking();
await ledger.transaction(async (writer) => {
  await writer.dockings.insert(docking);
});
for (;;) {
  const recording = aRecording({ dockingId: docking.id });
  const original = anOriginal(recording);
  await ledger.transaction(async (writer) => {
    await writer.recordings.insert(recording);
    await writer.originals.insert(original);
    await writer.originals.markCopied(original.id, { digests: someDigests(original.id), duplicateOf: null, copiedAtMs: 1 });
    await writer.custody.append(anyDraft(original.id));
    // So most kills hit an open transaction.
    await new Promise((resolve) => setImmediate(resolve));
    await writer.originals.markSealed(original.id, 2);
    await writer.recordings.upsertCopy(aCopy(original));
    await writer.custody.append(anyDraft(original.id));
    await writer.recordings.update(recording.id, { state: 'sealed' });
    await writer.work.insert(someWork('derive', recording.id));
  });
  process.stdout.write(`${recording.id}\n`);
}
