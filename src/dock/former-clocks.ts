import { ClockSet, ClockSettingBegun } from '#domain/custody/recorder-entries';
import { type Subject, subject } from '#domain/custody/subject';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { LedgerReader } from '#ports/ledger';

/** At most so many dockings of one recorder in a row, none of them listed to its end, are searched for settings of its clock. */
const UNLISTED_MAX = 20;
/** At most so many dockings of the station are searched for the one that followed a setting. A busy station has so many in some weeks. */
const DOCKINGS_MAX = 1000;

/** Custody subject for a recorder before its card can be read. */
export function toldSubject({ serial, port }: { serial: string | null; port: string }): Subject<'port' | 'recorder'> {
  return serial === null ? subject('port', port) : subject('recorder', serial);
}

type Announced = NonNullable<ReturnType<typeof ClockSettingBegun.parse>>;

interface Docked {
  readonly serial: string;
  /** The serial that the recorder or its USB descriptors told. The card may tell another. */
  readonly told: string | null;
  readonly offsetMs: number | null;
}

/**
 * Clocks that a recorder had before the station set them by command, oldest first. Only those count that may have given files still on the card their times:
 * from the first docking that began after a setting and listed the card to its end, the setting counts no more. All of it is read from the ledger, so a restart
 * forgets nothing. It need not be known whether the recorder obeyed: if it did not, its clock still has the same offset.
 */
export async function formerClocks(ledger: LedgerReader, { serial, told, offsetMs }: Docked): Promise<readonly FormerClock[]> {
  // The serial stands for a place and not for a recorder, so another recorder may have been docked there before.
  if (serial.startsWith('place:')) return [];
  const own = await ledger.dockings.list({ recorder: serial, limit: UNLISTED_MAX + 1 });
  const listed = own.findIndex(({ listedAtMs }) => listedAtMs !== null);
  const unlisted = listed < 0 ? own : own.slice(0, listed);
  const found: FormerClock[] = [];
  for (const { id } of unlisted) {
    for (const entry of await ledger.custody.of(subject('docking', id))) found.push(...clockIn(ClockSet.parse(entry)));
  }
  const announced: Announced[] = [];
  for (const key of new Set([serial, told ?? serial])) {
    const entries = await ledger.custody.of(toldSubject({ serial: key, port: '' }));
    // An announcement under a docking belongs to that docking, and is left out here.
    const own = entries.filter((entry) => entry.subject.kind === 'recorder').map(ClockSettingBegun.parse);
    announced.push(...own.filter((entry) => entry !== null));
  }
  // This is nearly always so: no clock was set by command, and nothing more need be read.
  if (found.length + announced.length === 0) return [];

  const dockings = await ledger.dockings.list({ limit: DOCKINGS_MAX });
  const oldest = dockings.length < DOCKINGS_MAX ? undefined : dockings.at(-1);
  const sinceMs = (own[listed] ?? oldest)?.arrivedAtMs ?? Number.NEGATIVE_INFINITY;
  for (const entry of announced) {
    // A setting that a docking followed belongs to the recorder of that docking, because several recorders may tell the same serial. Port, offset and time tell
    // which docking it was.
    const led = (clock: FormerClock) =>
      dockings.some(
        (docking) => docking.port === entry.data.port && docking.clockOffsetMs === clock.offsetMs && docking.arrivedAtMs >= clock.setAtMs,
      );
    found.push(...clockIn(entry).filter((clock) => !led(clock)));
  }
  return found.filter((clock) => clock.setAtMs > sinceMs && clock.offsetMs !== offsetMs).sort((one, other) => one.setAtMs - other.setAtMs);
}

/** The clock before this entry's setting. None for a setting by file: it happens only when every file of the card is safe. */
function clockIn(entry: Announced | ReturnType<typeof ClockSet.parse>): FormerClock[] {
  return entry?.data.setAtMs === undefined ? [] : [{ setAtMs: entry.data.setAtMs, offsetMs: entry.data.offsetMs }];
}
