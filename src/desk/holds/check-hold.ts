import { stationBy } from '#domain/custody/actor';
import { HoldChecked } from '#domain/custody/hold-entries';
import { subject } from '#domain/custody/subject';
import { CardNumbers, Completeness, isPassing } from '#domain/hold/completeness';
import type { HoldDeps } from './deps.ts';

const PAGE = 500;
/** Recorders and dockings whose cards are looked at. */
const CARDS_MAX = 5000;
/** A report of what passes by itself (not archived yet) is made again so much later, ms. */
const AGAIN_MS = 24 * 3_600_000;

/** Cards with which the footage under a hold came. */
interface Cards {
  readonly recorders: Set<string>;
  readonly dockings: Set<string>;
}

/**
 * Checks whether the footage under a hold is complete, and puts on record what is not: gaps in the numbers of the cards, missing segments and files, damage, what is not
 * archived, what goes on in a recording that is not held. Reads page by page. Ends early, without a report, where it is aborted.
 */
export async function checkHold({ ledger, clock, archive }: HoldDeps, id: string, signal?: AbortSignal): Promise<void> {
  const completeness = new Completeness(archive !== null);
  const cards: Cards = { recorders: new Set(), dockings: new Set() };
  for (let after = ''; ; ) {
    if (signal?.aborted) return;
    const page = await ledger.holds.heldFacts(id, { limit: PAGE, after });
    for (const facts of page) {
      completeness.recording(facts);
      if (cards.recorders.size < CARDS_MAX) cards.recorders.add(facts.recorder);
      if (cards.dockings.size < CARDS_MAX) cards.dockings.add(facts.dockingId);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.recordingId;
    await breath();
  }
  for (const docking of cards.dockings) completeness.refused(docking, await ledger.holds.refusedIn(docking));
  for (const recorder of cards.recorders) {
    if (signal?.aborted) return;
    const numbers = new CardNumbers();
    for await (const file of ledger.holds.numberedFiles(id, recorder)) numbers.next(file);
    completeness.numbers(recorder, numbers.gaps);
    await breath();
  }
  const { recordings, findings, counts } = completeness.done();
  const atMs = clock.nowMs();
  await ledger.transaction(async (writer) => {
    await writer.holds.noteReport(id, { atMs, recordings, findings }, isPassing(findings) ? atMs + AGAIN_MS : null);
    const found = Object.entries(counts).map(([code, count]) => ({ code, count }));
    await writer.custody.append(
      HoldChecked.make({
        ...{ atMs, actor: stationBy('hold'), subject: subject('hold', id) },
        data: { recordings, found },
        personal: { findings: findings.map((each) => ({ ...each })) },
      }),
    );
  });
}

/** Lets the rest of the daemon run: reads of SQLite never wait for anything. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
