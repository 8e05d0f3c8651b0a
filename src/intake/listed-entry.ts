import { STATION } from '#domain/custody/actor';
import { describeNotes, describeOriginal, describeRecording, describeTake } from '#domain/custody/described';
import { RecordingsListed } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { LedgerWriter } from '#ports/ledger';
import type { NewRecording } from '#ports/ledger/recordings';

interface Listed {
  readonly recording: NewRecording;
  readonly originals: readonly Original[];
}

/** Collects what one transaction records of a card, for one custody entry. A card may hold a hundred thousand files, so not each has an entry of its own. */
export class ListedEntry {
  readonly #recordings: Listed[] = [];
  readonly #again = new Map<string, string>();

  add(recording: NewRecording, originals: readonly Original[]): void {
    this.#recordings.push({ recording, originals });
  }

  /** Adds a file that an earlier docking listed, or that was listed under another path, and that counts to this docking now. */
  addAgain(originalId: string, cardPath: string): void {
    this.#again.set(originalId, cardPath);
  }

  /** Appends the entry at the end of the transaction; none if nothing was added. */
  async write(writer: LedgerWriter, docking: Pick<Docking, 'id' | 'recorderSerial'>, clock: Clock): Promise<void> {
    if (this.#recordings.length + this.#again.size === 0) return;
    const originals = this.#recordings.flatMap((each) => each.originals);
    const entry = RecordingsListed.make({
      ...{ atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id) },
      data: { recorder: docking.recorderSerial, files: originals.length },
      lists: { recordings: this.#recordings.map(told), again: [...this.#again.keys()] },
      personal: {
        paths: Object.fromEntries([...originals.map(({ id, cardPath }) => [id, cardPath] as const), ...this.#again]),
        takes: Object.fromEntries(originals.flatMap(({ id, take }) => (take === null ? [] : [[id, describeTake(take)]]))),
        notes: Object.fromEntries(
          this.#recordings.flatMap(({ recording: { id, notes } }) => (notes.length === 0 ? [] : [[id, describeNotes(notes)]])),
        ),
      },
    });
    await writer.custody.append(entry);
  }
}

function told({ recording, originals }: Listed) {
  return { ...describeRecording(recording), originals: originals.map(describeOriginal) };
}
