import type { Logger } from 'pino';
import { errnoOf } from '#domain/errno';
import type { EvidockError } from '#domain/errors';
import type { Reason } from '#domain/reason';

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

export function clockDoubted(log: Log, facts: { kind: string; byMs: number; found: string }): void {
  log.error({ event: 'clock.doubted', stage: 'station', ...facts }, 'the clock of the station went back or jumped');
}

export function clockConfirmed(log: Log, facts: { entry: number }): void {
  log.info({ event: 'clock.confirmed', stage: 'station', ...facts }, 'somebody confirmed the clock of the station');
}

export function clockNotKept(log: Log, error: unknown, repeated: number): void {
  log.error(
    { event: 'clock.not-recorded', stage: 'station', repeated, err: error },
    'what was found of the clock could not be recorded yet',
  );
}

export function stationReloaded(log: Log, facts: { files: number }): void {
  log.info({ event: 'station.reloaded', stage: 'station', ...facts }, 'files that may change were read again');
}

export function stageFailed(log: Log, stage: string, ids: Record<string, string | number>, error: EvidockError): void {
  log.error({ event: `${stage}.failed`, stage, ...ids, code: error.code, retry: error.retry, err: error }, error.message);
}

export function recorderArrived(log: Log, facts: { dockingId: string; slot: number; driverId: string; score: number }): void {
  log.info({ event: 'recorder.arrived', stage: 'dock', ...facts }, 'recorder docked');
}

export function recorderRemoved(log: Log, facts: { dockingId: string; slot: number; safe: boolean; filesLeft: number }): void {
  log.info({ event: 'recorder.removed', stage: 'dock', ...facts }, 'recorder removed');
}

export function deviceRefused(log: Log, facts: { slot: number; code: string }): void {
  log.warn({ event: 'device.refused', stage: 'dock', ...facts }, 'a device was refused or left alone');
}

export function clockSet(log: Log, facts: { dockingId: string; offsetMs: number }): void {
  log.info({ event: 'recorder.clock-set', stage: 'dock', ...facts }, 'clock of the recorder set');
}

export function clockFailed(log: Log, facts: { dockingId: string } | { port: string }, error: EvidockError): void {
  log.warn({ event: 'recorder.clock-failed', stage: 'dock', ...facts, code: error.code, errno: errnoOf(error.cause) }, error.code);
}

export function wiped(log: Log, facts: { dockingId: string; files: number; bytes: number; kept: number; elapsedMs: number }): void {
  log.info({ event: 'recorder.wiped', stage: 'dock', ...facts }, 'sealed files removed from the recorder');
}

export function wipeFailed(log: Log, facts: { dockingId: string }, error: EvidockError): void {
  log.warn({ event: 'recorder.wipe-failed', stage: 'dock', ...facts, code: error.code, errno: errnoOf(error.cause) }, error.code);
}

export function releaseFailed(log: Log, facts: { dockingId: string }, error: EvidockError): void {
  log.warn({ event: 'recorder.release-failed', stage: 'dock', ...facts, code: error.code, errno: errnoOf(error.cause) }, error.code);
}

export function watchFailed(log: Log, facts: { place: number }, error: unknown): void {
  log.warn({ event: 'dock.watch-failed', stage: 'dock', ...facts, err: error }, 'a watched place cannot be watched');
}

export function usbTrouble(log: Log, facts: { port: string }, error: EvidockError): void {
  log.warn({ event: 'usb.trouble', stage: 'dock', ...facts, code: error.code, err: error }, error.message);
}

export function usbStaleMounts(log: Log, facts: { mounts: number }): void {
  log.info({ event: 'usb.stale-mounts', stage: 'dock', ...facts }, 'what an earlier process left mounted was unmounted');
}

export function cardListed(
  log: Log,
  facts: { dockingId: string; again: boolean; files: number; known: number; refused: number; bytes: number; elapsedMs: number },
): void {
  log.info({ event: 'card.listed', stage: 'intake', ...facts }, 'card listed');
}

/** An alarm: the sample before "safe" had missed it. */
export function knownDiffers(log: Log, facts: { dockingId: string; slot: number; originalId: string; recordingId: string }): void {
  log.error({ event: 'known.differs', stage: 'intake', ...facts }, 'a file that looked sealed has other bytes; taken in as a new one');
}

export function rechecked(log: Log, facts: { dockingId: string; files: number; unread: number; elapsedMs: number }): void {
  log.info({ event: 'docking.rechecked', stage: 'intake', ...facts }, 'known files compared whole');
}

export function originalCopied(
  log: Log,
  facts: { originalId: string; recordingId: string; bytes: number; duplicate: boolean; gaps: number; elapsedMs: number },
): void {
  log.debug({ event: 'original.copied', stage: 'intake', ...facts }, 'original copied');
}

export function copyFailed(log: Log, facts: { originalId: string; dockingId: string; attempt: number }, error: EvidockError): void {
  log.warn(
    { event: 'copy.failed', stage: 'intake', ...facts, code: error.code, retry: error.retry, errno: errnoOf(error.cause) },
    error.code,
  );
}

export function originalsSealed(log: Log, facts: { files: number; bytes: number; elapsedMs: number }): void {
  log.debug({ event: 'originals.sealed', stage: 'seal', ...facts }, 'originals sealed');
}

export function copyDiffers(log: Log, facts: { originalId: string; recordingId: string }): void {
  log.error({ event: 'copy.differs', stage: 'seal', ...facts }, 'what was read back differs; set aside, copying again');
}

export function recordingSplit(log: Log, facts: { recordingId: string; into: string; files: number }): void {
  log.warn({ event: 'recording.split', stage: 'seal', ...facts }, 'files of a recording never came; the rest of it is closed without them');
}

export function recordingsReplaced(log: Log, facts: { recordingIds: readonly string[] }): void {
  log.info(
    { event: 'recordings.replaced', stage: 'seal', ...facts },
    'files changed before they were copied; their new versions are sealed',
  );
}

export function dockingSafe(log: Log, facts: { dockingId: string; slot: number }): void {
  log.info({ event: 'docking.safe', stage: 'seal', ...facts }, 'safe to undock');
}

export function arrivalFailed(log: Log, error: EvidockError): void {
  log.error({ event: 'recorder.arrival-failed', stage: 'dock', code: error.code, err: error }, error.message);
}

export function archived(
  log: Log,
  facts: { recordingId: string; archive: string; objects: number; bytes: number; done: boolean; elapsedMs: number },
): void {
  log.info({ event: 'recording.archived', stage: 'archive', ...facts }, 'recording archived and verified');
}

/** `files`: originals; `playable`: playable copies. */
export function evicted(log: Log, facts: { files: number; playable: number; bytes: number; why: string; elapsedMs: number }): void {
  log.info({ event: 'originals.evicted', stage: 'evict', ...facts }, 'room made in the vault: these files are safe in the archive');
}

export function nothingToEvict(
  log: Log,
  facts: { wantedBytes: number; freedBytes: number; stays: Readonly<Record<string, number>> },
): void {
  log.warn({ event: 'evict.too-little', stage: 'evict', ...facts }, 'the vault is nearly full, and nothing more of it may be evicted');
}

export function fetchedBack(log: Log, facts: { recordingId: string; originalId: string; bytes: number; elapsedMs: number }): void {
  log.info({ event: 'original.fetched', stage: 'evict', ...facts }, 'an evicted original is in the vault again');
}

/** What came of it is kept for a week. Whoever wants it asks again. */
export function fetchGivenUp(log: Log, facts: { originalId: string; attempts: number }): void {
  log.error(
    { event: 'fetch.given-up', stage: 'evict', ...facts },
    'the archive did not give an evicted original for a week; it is not tried again',
  );
}

/** `why`: `no-block-list` was sealed before there were any; `block-list-lost`: the vault has lost it. */
export function servedUnchecked(log: Log, facts: { recordingId: string; originalId: string; why: string }): void {
  log.warn(
    { event: 'archive.unchecked', stage: 'evict', ...facts },
    'a part of an archived original is read that cannot be compared with what was sealed',
  );
}

export function deriveIsSlow(log: Log, facts: { recordingId: string; afterMs: number }): void {
  log.info({ event: 'derive.slow', stage: 'derive', ...facts }, 'a slow recording goes to the end of the queue');
}

export function derived(log: Log, facts: { recordingId: string; files: number; damaged: boolean; elapsedMs: number }): void {
  log.info({ event: 'recording.derived', stage: 'derive', ...facts }, 'recording derived');
}

export function redisStarted(log: Log, facts: { elapsedMs: number }): void {
  log.debug({ event: 'redis.started', stage: 'queue', ...facts }, 'private redis-server started');
}

export function redisEnded(log: Log, facts: { restarts: number; waitMs: number; said: string }): void {
  log.warn({ event: 'redis.ended', stage: 'queue', ...facts }, 'private redis-server ended; starting it again');
}

export function queueTrouble(log: Log, error: unknown): void {
  log.warn({ event: 'queue.trouble', stage: 'queue', err: error }, 'the queue cannot be reached; work waits in the ledger');
}

/** Between a host that works and its station. `repeated`: how many like it were not written before it. */
export function workTrouble(log: Log, error: EvidockError, repeated = 0): void {
  log.warn({ event: 'work.trouble', stage: 'station', code: error.code, repeated, err: error }, error.message);
}

export function workerStarted(log: Log, facts: { station: string; worker: string; url: string; givenBack: number }): void {
  log.info({ event: 'worker.started', stage: 'station', ...facts }, 'worker is up');
}

export function workersListened(log: Log, facts: { address: string }): void {
  log.info({ event: 'workers.listened', stage: 'station', ...facts }, 'workers of other hosts may come in');
}

/** `repeated`: how many like it were not written before it. */
export function sweepFailed(log: Log, error: EvidockError, repeated = 0): void {
  log.warn({ event: 'sweep.failed', stage: 'queue', code: error.code, repeated, err: error }, error.message);
}

/** What was seen could not be put on record, and what was being shown was cut. `repeated`: how many like it were not written before it. */
export function lookFailed(log: Log, error: unknown, repeated = 0): void {
  log.error({ event: 'look.failed', stage: 'serve', repeated, err: error }, 'what was seen could not be put on record');
}

/** A refusal of the station's own limits has no stack worth a line. */
export function requestFailed(log: Log, facts: { requestId: string; method: string; route: string }, error: EvidockError): void {
  if (error.code === 'request.too-many') log.warn({ event: 'request.refused', stage: 'serve', ...facts, code: error.code }, error.message);
  else log.error({ event: 'request.failed', stage: 'serve', ...facts, code: error.code, err: error }, error.message);
}

/** A download broke off by a failure of the station's own, after its status was sent. */
export function copyBroken(log: Log, facts: { recordingId: string; look: string }, error: EvidockError): void {
  log.error({ event: 'copy.broken', stage: 'serve', ...facts, code: error.code, err: error }, error.message);
}

export function requestsFolded(log: Log, facts: { code: string; route: string; count: number }): void {
  log.warn({ event: 'request.failed-again', stage: 'serve', ...facts }, 'the same failure in the last minute');
}

/** What could not be written of failed tries and sessions is kept and written later. */
export function signInUnwritten(log: Log, error: EvidockError): void {
  log.error({ event: 'sign-in.unwritten', stage: 'desk', code: error.code, retry: error.retry, err: error }, error.message);
}

export function doorsUnwritten(log: Log, error: EvidockError): void {
  log.error({ event: 'doors.unwritten', stage: 'desk', code: error.code, retry: error.retry, err: error }, error.message);
}

export function connectionsDropped(log: Log, facts: { count: number }): void {
  log.warn({ event: 'connection.refused', stage: 'serve', ...facts }, 'too many connections at once');
}

export function recovered(log: Log, facts: { work: number; dockings: number; drafts: number }): void {
  log.info({ event: 'station.recovered', stage: 'station', ...facts }, 'unfinished work found and taken up');
}

export function uploadsAborted(log: Log, facts: { aborted: number }): void {
  log.info({ event: 'uploads.aborted', stage: 'archive', ...facts }, 'abandoned uploads aborted');
}

/** Nobody has to be woken: the recording says what is wrong with it, and its original is kept. */
export function workGivenUp(log: Log, facts: { stage: string; recordingId: string }, error: EvidockError): void {
  log.warn({ event: 'work.given-up', ...facts, code: error.code, err: error }, error.message);
}

/** Another host has the work, or will: what this run made is not recorded. */
export function workLost(log: Log, facts: { workId: string; token: number }, error: EvidockError): void {
  log.warn({ event: 'work.lost', stage: 'station', ...facts, code: error.code }, error.message);
}

/** systemd does not hear from the station: it will restart it if the unit has a watchdog. */
export function notifyFailed(log: Log, error: unknown): void {
  log.warn({ event: 'service.notify-failed', stage: 'station', err: error }, 'systemd could not be told how the station is');
}

export function watchdogHeldBack(log: Log, error: unknown): void {
  log.error(
    { event: 'service.watchdog-held-back', stage: 'station', err: error },
    'the ledger does not answer; systemd is not told that all is well',
  );
}

/** The mount helper has carried out a request of the station, or refused it. */
export function helperServed(log: Log, facts: { what: string; elapsedMs: number }, error: EvidockError | null): void {
  if (error === null) log.info({ event: 'helper.served', stage: 'helper', ...facts }, 'carried out');
  else log.warn({ event: 'helper.failed', stage: 'helper', ...facts, code: error.code, err: error }, error.message);
}

/** Somebody who is not the station, or a station of another version, speaks to the mount helper. */
export function helperRefused(log: Log, facts: { why: Reason }): void {
  log.warn({ event: 'helper.refused', stage: 'helper', ...facts }, 'a request that is none');
}

export function helperStarted(log: Log): void {
  log.info({ event: 'helper.started', stage: 'helper' }, 'mount helper listens');
}

export function helperEnded(log: Log, error: EvidockError | null): void {
  if (error === null) log.info({ event: 'helper.ended', stage: 'helper' }, 'mount helper has ended');
  else log.error({ event: 'helper.ended', stage: 'helper', code: error.code, err: error }, error.message);
}

export function disksAsked(log: Log, facts: { disks: number; answered: number }, error: EvidockError | null): void {
  if (error === null) log.info({ event: 'disks.asked', stage: 'machine', ...facts }, 'the disks were asked how they are');
  else log.error({ event: 'disks.asked', stage: 'machine', code: error.code, err: error }, error.message);
}

/** The journal's own note of where the custody log ends: a ledger that is put back later has no such entry. */
export function ledgerHead(log: Log, facts: { seq: number; hash: string }): void {
  log.info({ event: 'ledger.head', stage: 'station', ...facts }, 'newest entry of the custody log');
}

export function ledgerHeadFailed(log: Log, facts: { place: string }, error: EvidockError): void {
  log.warn({ event: 'ledger.head-failed', stage: 'station', ...facts, code: error.code, errno: errnoOf(error.cause) }, error.message);
}

/** Once for a whole time in which it cannot be done. */
export function logShipFailed(log: Log, facts: { place: string }, error: EvidockError): void {
  log.warn({ event: 'log.ship-failed', stage: 'station', ...facts, code: error.code, errno: errnoOf(error.cause) }, error.message);
}

export function logShipped(log: Log, facts: { place: string }): void {
  log.info({ event: 'log.shipped', stage: 'station', ...facts }, 'the custody log is shipped again');
}

export function logSegmentDiffers(log: Log, facts: { place: string; key: string }): void {
  log.error(
    { event: 'log.segment-differs', stage: 'station', ...facts },
    'a shipped segment of the custody log is not what the ledger says',
  );
}

export function tlsRenewed(log: Log, facts: { sha256: string; notAfter: string }): void {
  log.info({ event: 'tls.renewed', stage: 'serve', ...facts }, 'a new certificate is in force');
}

export function tlsRefused(log: Log, reason: Reason): void {
  log.error({ event: 'tls.refused', stage: 'serve', reason }, 'a new certificate cannot be used; the old one stays in force');
}

/** Holds are in force all the same. What they have reached, and what the storage knows of it, waits for the next look of the keeper. */
export function holdsNotKept(log: Log, error: unknown): void {
  log.error({ event: 'holds.not-kept', stage: 'station', err: error }, 'legal holds could not be spread, checked or mirrored');
}

/** Reading again has found something that somebody has to know. */
export function scrubNoticed(log: Log, facts: { what: string; place: string; recordingId: string | null; key: string | null }): void {
  const told = { event: `scrub.${facts.what}`, stage: 'scrub', place: facts.place, recordingId: facts.recordingId, key: facts.key };
  if (facts.what === 'healed') log.warn(told, 'a bad copy was healed from one that is good');
  else if (facts.what === 'lost') log.error(told, 'NO PLACE HOLDS WHAT WAS SEALED of this original; what is left of it stays where it is');
  else if (facts.what === 'halted')
    log.error(told, 'too many bad copies in a day: nothing is healed in this place until a person confirms');
  else log.error(told, facts.what === 'unread' ? 'a copy cannot be read' : 'a copy is not what was sealed');
}

/** Grants that reach their end now cover nothing all the same, but what plays by them goes on until this succeeds. It is tried again at once. */
export function grantsNotKept(log: Log, error: unknown): void {
  log.error({ event: 'grants.not-kept', stage: 'station', err: error }, 'grants could not be looked at');
}

/** Something was found in the policy file of the site: a proposal, what counts already, or what cannot be used. */
export function policyNoticed(log: Log, noticed: { found: string; version?: number; error?: EvidockError }): void {
  const { found, version, error } = noticed;
  const facts = { event: 'policy.noticed', stage: 'policy', found, ...(version === undefined ? {} : { version }) };
  if (error) log.error({ ...facts, code: error.code }, error.message);
  else log.info(facts, 'the policy file was looked at');
}

/** A notice stays in the ledger and is sent again. */
export function noticeFailed(log: Log, facts: { way: string }, error: unknown): void {
  log.warn({ event: 'notice.failed', stage: 'station', ...facts, err: error }, 'a notice could not be sent');
}

export function heartbeatFailed(log: Log, error: unknown, repeated: number): void {
  log.warn({ event: 'heartbeat.failed', stage: 'station', repeated, err: error }, 'nobody outside took the heartbeat');
}

export function noticeGivenUp(log: Log, facts: { notice: string; way: string; attempts: number }): void {
  log.error({ event: 'notice.given-up', stage: 'station', ...facts }, 'a notice could not be sent for a day, and is not sent any more');
}

export function archiveCompared(log: Log, counts: Readonly<Record<string, number>>): void {
  const tell = (counts['faults'] ?? 0) > 0 ? log.error.bind(log) : log.info.bind(log);
  tell({ event: 'archive.compared', stage: 'archive', ...counts }, 'archive compared with the ledger');
}

export function locksLooked(log: Log, facts: { looked: number; changed: number; failed: number }): void {
  const tell = facts.failed > 0 ? log.error.bind(log) : log.info.bind(log);
  tell({ event: 'archive.locks', stage: 'archive', ...facts }, 'locks in the archive looked at');
}

export function archiveWatchFailed(log: Log, error: EvidockError, repeated: number): void {
  log.warn({ event: 'archive.watch-failed', stage: 'archive', code: error.code, repeated, err: error }, error.message);
}
