import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Calendars } from '#desk/retention/read-version';
import type { Tallier, TallyLine, TallyPlan } from '#desk/retention/tally';
import type { CalendarData } from '#domain/calendar/retention-calendar';
import { type ErrorCode, EvidockError, said } from '#domain/errors';
import type { Reason } from '#domain/reason';

/** MiB. The thread holds one step of recordings, and sums. The page cache of its connection (64 MiB) is no part of it. */
const HEAP_MIB = 512;

export interface DryRunTask {
  readonly file: string;
  readonly calendars: { readonly [name in keyof Calendars]: CalendarData };
  readonly plan: TallyPlan;
}

export type DryRunMessage = TallyLine | { readonly failed: { readonly code: ErrorCode; readonly reason: Reason } };

/** Dry runs in a thread of their own, over a connection of their own: a million recordings take seconds of a processor, and nothing else of the station waits for them. */
export function dryRunThread({ file, calendars }: { readonly file: string; readonly calendars: Calendars }): Tallier {
  const data = { china: calendars.china.data, own: calendars.own.data };
  return async function* (_, plan, signal) {
    signal.throwIfAborted();
    const task: DryRunTask = { file, calendars: data, plan };
    const worker = new Worker(new URL('./dry-run-worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    try {
      for await (const [message] of on(worker, 'message', { signal, close: ['exit'] })) {
        const told = message as DryRunMessage;
        if ('failed' in told) throw new EvidockError(told.failed.code, told.failed.reason);
        yield told;
        if ('result' in told) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof EvidockError ? error : new EvidockError('station.internal', said(error), error);
    } finally {
      await worker.terminate();
    }
  };
}
