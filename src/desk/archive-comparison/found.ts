import type { Actor } from '#domain/custody/actor';
import { ArchiveFound, ArchiveSettled } from '#domain/custody/archive-entries';
import { subject } from '#domain/custody/subject';
import type { NewFinding } from '#domain/lock/compare-group';
import type { ArchiveFinding, FindingKind } from '#domain/lock/finding';
import type { Clock } from '#ports/clock';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';

/** So many open findings are held in memory to see which of them are settled. More are settled by later runs. */
const OPEN_MAX = 10_000;
const PAGE = 1000;

interface Options {
  readonly clock: Clock;
  readonly place: string;
  readonly stationId: string;
  readonly actor: Actor;
}

const nameOf = ({ kind, key, versionId }: Pick<ArchiveFinding, 'kind' | 'key' | 'versionId'>) => `${kind} ${key} ${versionId}`;

/** Puts on record what is found wrong in an archive, and what no longer is. What is on record already is not told again. */
export class FoundThings {
  readonly #options: Options;
  /** Open from before, and not seen in this run so far. */
  readonly #open = new Map<string, ArchiveFinding>();
  readonly #seen = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Reads what is open of these kinds. */
  async load(ledger: Pick<LedgerReader, 'archive'>, kinds: readonly FindingKind[]): Promise<void> {
    for (const kind of kinds) {
      let after: ArchiveFinding | undefined;
      do {
        const page = await ledger.archive.findings(this.#options.place, { open: true, kind, ...(after ? { after } : {}), limit: PAGE });
        for (const each of page) this.#open.set(nameOf(each), each);
        after = page.length === PAGE ? page.at(-1) : undefined;
      } while (after && this.#open.size < OPEN_MAX);
    }
  }

  /** Writes those that are new. */
  async put(writer: LedgerWriter, found: readonly NewFinding[]): Promise<void> {
    const { place, clock, stationId, actor } = this.#options;
    const atMs = clock.nowMs();
    const fresh: NewFinding[] = [];
    for (const each of found) {
      const name = nameOf(each);
      const known = this.#open.delete(name) || this.#seen.has(name);
      if (this.#seen.size < OPEN_MAX) this.#seen.add(name);
      if (known || (await writer.archive.finding(place, each))?.settledAtMs === null) continue;
      await writer.archive.putFinding({ ...each, place, foundAtMs: atMs, settledAtMs: null });
      fresh.push(each);
    }
    if (fresh.length === 0) return;
    const findings = fresh.map(({ kind, key, versionId, recordingId, what }) => ({
      kind,
      key,
      version: versionId,
      recording: recordingId,
      what,
    }));
    const about = { atMs, actor, subject: subject('station', stationId) };
    await writer.custody.append(ArchiveFound.make({ ...about, data: { archive: place }, lists: { findings } }));
  }

  /** Settles what was open and is no longer so. `passed`: whether this run has looked at the key. */
  async settle(writer: LedgerWriter, passed: (finding: ArchiveFinding) => boolean): Promise<void> {
    const { place, clock, stationId, actor } = this.#options;
    const atMs = clock.nowMs();
    const over = [...this.#open.values()].filter(passed).slice(0, PAGE);
    if (over.length === 0) return;
    for (const each of over) {
      await writer.archive.settleFinding(place, each, atMs);
      this.#open.delete(nameOf(each));
    }
    const findings = over.map(({ kind, key, versionId, recordingId }) => ({ kind, key, version: versionId, recording: recordingId }));
    const about = { atMs, actor, subject: subject('station', stationId) };
    await writer.custody.append(ArchiveSettled.make({ ...about, data: { archive: place }, lists: { findings } }));
  }
}
