import type { HoldStorage } from '#desk/holds/mirror';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { HeldObject } from '#ports/ledger/holds';
import type { NewRecording } from '#ports/ledger/recordings';
import { aDocking, anOriginal, aRecording, START_MS } from '#test/support/builders';
import { tellArchived, tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';

const DAY_MS = 86_400_000;

interface Home {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export const HELD_DOCKING = aDocking({ recorderSerial: 'R7' });
/** Files of one counter, one recording each, a minute apart. Returns their recordings. */
export async function filmed(
  { ledger, clock }: Home,
  numbers: readonly number[],
  overrides: Partial<NewRecording> = {},
): Promise<readonly string[]> {
  return ledger.transaction(async (writer) => {
    if ((await writer.dockings.get(HELD_DOCKING.id)) === null) await tellDocking(writer, HELD_DOCKING);
    const ids: string[] = [];
    for (const number of numbers) {
      const startMs = START_MS - 10 * DAY_MS + number * 60_000;
      const recording = aRecording({
        dockingId: HELD_DOCKING.id,
        recorderSerial: 'R7',
        officerId: 'A',
        startMs,
        createdAtMs: START_MS + number,
        ...overrides,
      });
      const take = { sequence: number, sequenceMax: 9999, contiguousMs: 2000, durationMs: null, containerMs: null };
      const original = anOriginal(recording, {
        take,
        mtimeMs: startMs,
        cardPath: `MOV_${String(number).padStart(4, '0')}_${recording.id}.MP4`,
      });
      await tellListed(writer, { recording, originals: [original], atMs: clock.nowMs() });
      ids.push(recording.id);
    }
    return ids;
  });
}

export async function sealed({ ledger, clock }: Home, recordingId: string, archived: boolean): Promise<void> {
  await ledger.transaction(async (writer) => {
    const detail = await writer.recordings.detail(recordingId);
    const [original] = detail?.originals ?? [];
    if (!original) throw new Error('no original');
    const sha256 = Buffer.from(recordingId).toString('hex').padStart(64, '0').slice(-64);
    await tellSealed(writer, original, { sha256, manifestSha256: sha256, atMs: clock.nowMs() });
    await writer.recordings.update(recordingId, { state: archived ? 'archived' : 'sealed' });
    if (archived) await tellArchived(writer, [{ ...original, digests: { sha256, sm3: null } }]);
  });
}

/** A storage at the seam: it notes what is held, and fails where it is told to. */
export class SeamStorage implements HoldStorage {
  readonly name = 'disk';
  readonly held = new Map<string, boolean>();
  can = true;
  away = false;
  /** A recording that its term holds as well. */
  term: string | null = null;
  readonly gone = new Set<string>();
  broken: string | null = null;
  before: () => Promise<void> = async () => undefined;
  canHold = async () => {
    if (this.away) throw new EvidockError('archive.unreachable', because('connection-closed', {}));
    return this.can;
  };

  objectsOf = async ({ key, versionId, itemId }: Copy) => (itemId.startsWith('drv') ? [] : [{ key, versionId: versionId ?? 'v1' }]);

  async hold({ key, versionId }: HeldObject, { recordingId, on }: { recordingId: string; on: boolean }): Promise<boolean> {
    if (recordingId === this.broken) throw new EvidockError('archive.unreachable', because('connection-closed', {}));
    if (this.gone.has(versionId)) throw new EvidockError('archive.missing', because('no-version', {}));
    await this.before();
    const held = on || recordingId === this.term;
    this.held.set(`${key} ${versionId}`, held);
    return held;
  }
}
