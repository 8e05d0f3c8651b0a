import { readFile } from 'node:fs/promises';
import { RetentionKeeper } from '#desk/retention/keeper';
import { OneAtATime, type RetentionParts } from '#desk/retention/parts';
import { loadCalendar } from '#desk/retention/read-holidays';
import { type Calendars, versionReader } from '#desk/retention/read-version';
import { ScheduleShelf } from '#desk/retention/schedule-shelf';
import { proposeFile } from '#desk/retention/versions';
import { asEvidockError, EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { stageFailed } from '#events';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';
import type { StationContext } from '../context.ts';
import { dryRunThread } from './dry-run-thread.ts';

/** The schedule that comes with the software. */
const SHIPPED = new URL('../../../config/retention/china.yaml', import.meta.url);
const SHIPPED_NAME = 'config/retention/china.yaml';

interface Given {
  readonly ledger: Ledger;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  /** The daemon: it counts terms and brings adopted schedules into force. */
  readonly keeps: boolean;
}

/**
 * Opens what retention stands on. A station that runs proposes the schedule of the site, or the one of the software, where it was never proposed before; that
 * changes nothing until two persons adopt it.
 */
export async function openRetention(context: StationContext, { ledger, clockWatch, keeps }: Given): Promise<RetentionParts> {
  const { clock, config, log, onStop } = context;
  const calendars = await calendarsOf(context);
  const read = versionReader(calendars);
  const shelf = new ScheduleShelf(read);
  const { waiting: waitingDays } = config.retention;
  const parts = { shelf, read, waitingDays, dryRuns: new OneAtATime(), tally: dryRunThread({ file: context.places.ledger, calendars }) };
  if (!keeps) return parts;
  const failed = (error: unknown) => stageFailed(log, 'retention', {}, asEvidockError(error));
  await proposeFile({ ledger, clock, read }, await scheduleFile(config.retention.schedule)).catch(failed);
  const keeper = new RetentionKeeper({ ledger, shelf, clock, clockWatch, stationId: config.station.id, failed });
  await keeper.start();
  onStop(() => keeper.stop());
  return parts;
}

/** The days off that are known now; another year is known after the next start. */
async function calendarsOf({ config: { retention, station } }: StationContext): Promise<Calendars> {
  const known = { zone: station.timezone, directory: retention.holidays };
  return { china: await loadCalendar({ ...known, holidays: 'china' }), own: await loadCalendar({ ...known, holidays: 'own' }) };
}

async function scheduleFile(path: string): Promise<string> {
  try {
    return await readFile(path === '' ? SHIPPED : path, 'utf8');
  } catch (error) {
    throw new EvidockError(
      'config.invalid',
      because('cannot-read', { thing: path === '' ? SHIPPED_NAME : path, errno: errnoText(error) }),
      error,
    );
  }
}
