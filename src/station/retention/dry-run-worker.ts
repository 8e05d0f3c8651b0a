import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type LedgerSnapshot, openSnapshot } from '#adapters/sqlite-ledger/snapshot';
import { versionReader } from '#desk/retention/read-version';
import { ScheduleShelf } from '#desk/retention/schedule-shelf';
import { type TallyPart, tallyPart } from '#desk/retention/tally';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { asEvidockError } from '#domain/errors';
import type { DryRunMessage, DryRunOrder, DryRunTask } from './dry-run-thread.ts';

/** Recordings of a step: nobody else waits for this thread, and larger steps need fewer statements. */
const STEP = 2000;
const NICE = 10;
/** Who no longer wants the result ends the thread. */
const NEVER = new AbortController().signal;

/* A thread of a dry run. It says which moment of the ledger it sees, looks again if it is told to, and then adds up the part that it is given. */
const { file, calendars, plan } = workerData as DryRunTask;
const port = parentPort as MessagePort;
const tell = (message: DryRunMessage) => port.postMessage(message);

const failed = (error: unknown) => {
  const { code, reason } = asEvidockError(error);
  tell({ failed: { code, reason } });
};

function look(): LedgerSnapshot {
  const ledger = openSnapshot(file);
  tell({ head: ledger.head(), middle: ledger.middle() });
  return ledger;
}

async function addUp(ledger: LedgerSnapshot, part: TallyPart): Promise<void> {
  const own = { china: new RetentionCalendar(calendars.china), own: new RetentionCalendar(calendars.own) };
  const shelf = new ScheduleShelf(versionReader(own));
  for await (const line of tallyPart({ ledger, shelf, step: STEP }, plan, part, NEVER)) tell(line);
  ledger.close();
}

try {
  // Of the calling thread, as Linux has it: intake and playing go first.
  setPriority(NICE);
  let ledger = look();
  port.on('message', (order: DryRunOrder) => {
    try {
      if (order !== 'look-again') return void addUp(ledger, order).catch(failed);
      ledger.close();
      ledger = look();
    } catch (error) {
      failed(error);
    }
  });
} catch (error) {
  failed(error);
}
