import { readFile } from 'node:fs/promises';
import { RetentionKeeper } from '#desk/retention/keeper';
import { OneAtATime, type RetentionParts } from '#desk/retention/parts';
import { loadCalendar } from '#desk/retention/read-holidays';
import { readSchedule } from '#desk/retention/read-schedule';
import { type ReadVersion, ScheduleShelf } from '#desk/retention/schedule-shelf';
import { proposeFile } from '#desk/retention/versions';
import { asEvidockError, EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { evaluatorOf } from '#domain/retention/evaluate';
import { stageFailed } from '#events';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';
import type { StationContext } from '../context.ts';

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
  const read = await versionReader(context);
  const shelf = new ScheduleShelf(read);
  const { waiting: waitingDays } = config.retention;
  const parts = { shelf, read, waitingDays, dryRuns: new OneAtATime() };
  if (!keeps) return parts;
  const failed = (error: unknown) => stageFailed(log, 'retention', {}, asEvidockError(error));
  await proposeFile({ ledger, clock, read }, await scheduleFile(config.retention.schedule)).catch(failed);
  const keeper = new RetentionKeeper({ ledger, shelf, clock, clockWatch, stationId: config.station.id, failed });
  await keeper.start();
  onStop(() => keeper.stop());
  return parts;
}

/** Reads versions of the schedule with the days off that are known now; another year is known after the next start. */
async function versionReader({ config: { retention, station } }: StationContext): Promise<ReadVersion> {
  const known = { zone: station.timezone, directory: retention.holidays };
  const [china, own] = [await loadCalendar({ ...known, holidays: 'china' }), await loadCalendar({ ...known, holidays: 'own' })];
  return ({ version, text }) => {
    const schedule = readSchedule(text, version, `schedule ${version}`);
    const calendar = schedule.holidays === 'china' ? china : own;
    return { version, schedule, calendar, evaluate: evaluatorOf(schedule, calendar) };
  };
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
