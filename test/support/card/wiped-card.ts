import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import type { RecorderAccess, RecorderWriter } from '#ports/recorder-access';
import { temporaryDirectory } from '#test/support/evidock';
import { dockStation } from '#test/support/station/dock-station';
import { writeCard } from '#test/support/station/intake-station';

export const WAIT = { timeout: 50_000, interval: 10 };
export const name = (sequence: number) => `DCIM/20260620/DSJ0012345_041234_20260620${10 + sequence}0000_000${sequence}.MP4`;

type Station = Awaited<ReturnType<typeof dockStation>>;

/** A card of four files that its station may write to, and that station. */
export class WipedCard {
  readonly home: Awaited<ReturnType<typeof temporaryDirectory>>;
  card: string;
  /** What is on the card in the beginning. */
  readonly files = { [name(1)]: randomBytes(3000), [name(2)]: randomBytes(4000), [name(3)]: randomBytes(5000), 'note.xyz': 'text' };
  #station: Station | undefined;

  private constructor(home: Awaited<ReturnType<typeof temporaryDirectory>>) {
    this.home = home;
    this.card = join(home.path, 'card');
  }

  static async make(): Promise<WipedCard> {
    const made = new WipedCard(await temporaryDirectory());
    await writeCard(made.card, made.files);
    return made;
  }

  /** The station that was opened last. */
  get station(): Station {
    return this.#station ?? expect.fail('no station is open');
  }

  async open(options: Parameters<typeof dockStation>[1]): Promise<void> {
    this.#station = await dockStation(join(this.home.path, 's'), options);
  }

  async remove(): Promise<void> {
    await this.#station?.close();
    await this.home.remove();
  }

  async onCard(): Promise<string[]> {
    return (await readdir(this.card, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
  }

  /** Plugs the card in and waits until everything that the station does on it is done. */
  async plugAndWait(overrides: Parameters<Station['plug']>[1] = {}) {
    const key = this.station.plug(this.card, overrides);
    await expect.poll(() => this.station.dock.released, WAIT).toContain(key);
    return key;
  }

  async originals() {
    return (await this.station.ledger.recordings.list({ limit: 100 })).flatMap((detail) => detail.originals);
  }

  async wipedPaths(): Promise<string[]> {
    const entries = await Promise.all((await this.originals()).map(({ id }) => this.station.custody('original.wiped', id)));
    return entries
      .flat()
      .map(({ data }) => String(data['cardPath']))
      .sort();
  }

  /** Access to the recorder with calls of its writer that the test replaces. */
  disturbed(change: (writer: RecorderWriter) => Partial<RecorderWriter>): RecorderAccess {
    const access = new DirectoryAccess({ root: this.card, label: 'card' });
    const plain = (writer: RecorderWriter): RecorderWriter => ({
      stat: (path) => writer.stat(path),
      remove: (path) => writer.remove(path),
      writeText: (path, text) => writer.writeText(path, text),
      sync: () => writer.sync(),
    });
    return { writable: (work) => access.writable((writer) => work({ ...plain(writer), ...change(writer) })) };
  }
}
