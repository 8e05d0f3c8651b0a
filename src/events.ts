import type { Logger } from 'pino';
import type { EvidockError } from '#domain/errors';

/**
 * Every line that the station logs, one function per event. A line carries `event`, `stage`, ids and figures; never a
 * person's name, never a path or a name from a card.
 */
export type Log = Logger;

export function stationStarted(log: Log, facts: { version: string; stationId: string; http: string; elapsedMs: number }): void {
  log.info({ event: 'station.started', stage: 'station', ...facts }, 'station is up');
}

export function stationStopped(log: Log, facts: { elapsedMs: number }): void {
  log.info({ event: 'station.stopped', stage: 'station', ...facts }, 'station has stopped');
}

export function stageFailed(log: Log, stage: string, ids: Record<string, string | number>, error: EvidockError): void {
  log.error({ event: `${stage}.failed`, stage, ...ids, code: error.code, retry: error.retry, err: error }, error.message);
}
