import { ClockSet, ClockSettingBegun } from '#domain/custody/recorder-entries';
import { type Subject, subject } from '#domain/custody/subject';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { LedgerReader } from '#ports/ledger';

/** Dockings in a row of one recorder, none of them listed to its end, whose settings are remembered. */
const UNLISTED_MAX = 20;
/** Dockings of the station in which it is looked for the one that a setting led to: weeks of a busy one. */
const DOCKINGS_MAX = 1000;

/** Custody subject of what is known of a recorder before its card can be read. */
export function toldSubject({ serial, port }: { serial: string | null; port: string }): Subject<'port' | 'recorder'> {
  return serial === null ? subject('port', port) : subject('recorder', serial);
}

type Announced = NonNullable<ReturnType<typeof ClockSettingBegun.parse>>;

interface Docked {
  readonly serial: string;
  /** The number that it told, or that its USB descriptors tell: its card may know it by another. */
  readonly told: string | null;
  readonly offsetMs: number | null;
}

/**
 * Clocks that a recorder had before the station set them by command, oldest first, as far as files may still be on its card that took their time from
 * them: until a docking that began after the setting has listed the card to its end. All of it is read from the ledger, so a restart forgets nothing.
 * Whether the command was obeyed need not be known: if it was not, the clock of now has the same offset.
 */
export async function formerClocks(ledger: LedgerReader, { serial, told, offsetMs }: Docked): Promise<readonly FormerClock[]> {
  // A place is no recorder: what was docked there before may have been another.
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
    // What was announced once it was docked is of that docking.
    const own = entries.filter((entry) => entry.subject.kind === 'recorder').map(ClockSettingBegun.parse);
    announced.push(...own.filter((entry) => entry !== null));
  }
  // Nearly always: no clock was ever set by command, and nothing more need be read.
  if (found.length + announced.length === 0) return [];

  const dockings = await ledger.dockings.list({ limit: DOCKINGS_MAX });
  const oldest = dockings.length < DOCKINGS_MAX ? undefined : dockings.at(-1);
  const sinceMs = (own[listed] ?? oldest)?.arrivedAtMs ?? Number.NEGATIVE_INFINITY;
  for (const entry of announced) {
    // What led to a docking belongs to the recorder of that docking: others may tell the same number. The measured offset tells which docking it was.
    const led = (clock: FormerClock) =>
      dockings.some(
        (docking) => docking.port === entry.data.port && docking.clockOffsetMs === clock.offsetMs && docking.arrivedAtMs >= clock.setAtMs,
      );
    found.push(...clockIn(entry).filter((clock) => !led(clock)));
  }
  return found.filter((clock) => clock.setAtMs > sinceMs && clock.offsetMs !== offsetMs).sort((one, other) => one.setAtMs - other.setAtMs);
}

/** None in an entry of a clock that was set by a file: that happens only when every file of the card is safe. */
function clockIn(entry: Announced | ReturnType<typeof ClockSet.parse>): FormerClock[] {
  return entry?.data.setAtMs === undefined ? [] : [{ setAtMs: entry.data.setAtMs, offsetMs: entry.data.offsetMs }];
}
