import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openSnapshot } from '#adapters/sqlite-ledger/snapshot';
import { versionReader } from '#desk/retention/read-version';
import { ScheduleShelf } from '#desk/retention/schedule-shelf';
import { tallyHere } from '#desk/retention/tally';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { asEvidockError } from '#domain/errors';
import type { DryRunMessage, DryRunTask } from './dry-run-thread.ts';

/** Recordings of a step: nobody else waits for this thread, and larger steps need fewer statements. */
const STEP = 2000;
const NICE = 10;
/** Who no longer wants the result ends the thread. */
const NEVER = new AbortController().signal;

const tell = (message: DryRunMessage) => parentPort?.postMessage(message);

/* The thread of a dry run. It tells how far it is, and in the end the result or what went wrong. */
const { file, calendars, plan } = workerData as DryRunTask;
try {
  // Of the calling thread, as Linux has it: intake and playing go first.
  setPriority(NICE);
  const ledger = openSnapshot(file);
  const own = { china: new RetentionCalendar(calendars.china), own: new RetentionCalendar(calendars.own) };
  const shelf = new ScheduleShelf(versionReader(own));
  for await (const line of tallyHere({ ledger, shelf, step: STEP }, plan, NEVER)) tell(line);
  ledger.close();
} catch (error) {
  const { code, reason } = asEvidockError(error);
  tell({ failed: { code, reason } });
}
