import type { Digests } from '#domain/digest';
import { type IdPrefix, newId } from '#domain/ids';
import { NO_LOCK } from '#domain/lock/lock';
import type { Unit } from '#domain/people/unit';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { Copy, Derivative } from '#domain/recording';
import type { Case, CaseEvent, Officer, Recorder, Suggestion } from '#domain/registry';
import { derivativeKey, originalKey } from '#domain/vault/vault-key';
import { type WorkStage, workId } from '#domain/work';
import type { Clock } from '#ports/clock';
import type { NewDocking } from '#ports/ledger/dockings';
import type { NewOriginal } from '#ports/ledger/originals';
import type { NewRecording } from '#ports/ledger/recordings';

/* Builders of valid domain objects for tests. Every field has a plain value, and a test overrides those that it is about. */

/** Id of the station in tests. It is also the middle part of ids. */
export const STATION_ID = 'test';
/** 2026-06-20T08:00:00Z: where the clocks of tests start. */
export const START_MS = Date.UTC(2026, 5, 20, 8);

export interface FixedClock extends Clock {
  /** Moves the clock by `ms`; negative values move it back, as when somebody sets it. Returns the new time. */
  advance(ms: number): number;
}

/** A clock that stands still until it is moved. */
export function fixedClock(startMs: number = START_MS): FixedClock {
  let now = startMs;
  return {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
      return now;
    },
  };
}

/** A new id; ids of a later `atMs` sort later. */
export function anId(prefix: IdPrefix, atMs: number = START_MS): string {
  return newId(prefix, atMs, STATION_ID);
}

/** 64 hexadecimal digits that differ by `seed`: the form of a digest, but of no bytes. */
export function aHash(seed: number | string): string {
  return Buffer.from(String(seed)).toString('hex').padStart(64, '0').slice(-64);
}

export function someDigests(seed: number | string = 1): Digests {
  return { sha256: aHash(seed), sm3: aHash(`sm3 ${seed}`) };
}

export function aDocking(overrides: Partial<NewDocking> = {}): NewDocking {
  const arrivedAtMs = overrides.arrivedAtMs ?? START_MS;
  return {
    id: anId('dck', arrivedAtMs),
    slot: 1,
    port: '1-4.1',
    recorderSerial: 'DSJ0012345',
    vendorId: '4255',
    productId: '0001',
    toldSerial: null,
    driverId: 'gat947',
    driverScore: 95,
    driverWhy: [because('names-carry', { found: 12, count: 12 })],
    clockOffsetMs: -1500,
    batteryPercent: 62,
    arrivedAtMs,
    ...overrides,
  };
}

export function aRecording(overrides: Partial<NewRecording> = {}): NewRecording {
  const createdAtMs = overrides.createdAtMs ?? START_MS;
  return {
    id: anId('rec', createdAtMs),
    dockingId: anId('dck', createdAtMs),
    recorderSerial: 'DSJ0012345',
    kind: 'video',
    officerId: '041234',
    officerSource: 'file-name',
    category: null,
    important: false,
    notes: [],
    claimedStart: '2026-06-20T15:30:12',
    claimedFrom: 'file-name',
    startClaims: [],
    startMs: createdAtMs - 3_600_000,
    clockOffsetMs: -1500,
    originalCount: 1,
    createdAtMs,
    ...overrides,
  };
}

/** An original of that recording; its path and key follow its index. */
export function anOriginal(recording: NewRecording, overrides: Partial<NewOriginal> = {}): NewOriginal {
  const index = overrides.index ?? 1;
  const cardPath = overrides.cardPath ?? `DCIM/20260620/DSJ0012345_041234_20260620153012_${String(index).padStart(4, '0')}.MP4`;
  return {
    id: anId('org', recording.createdAtMs + index),
    recordingId: recording.id,
    dockingId: recording.dockingId,
    recorderSerial: recording.recorderSerial,
    role: 'segment',
    index,
    kind: recording.kind,
    cardPath,
    bytes: 4_194_304,
    mtimeMs: recording.createdAtMs - 1_800_000,
    important: recording.important,
    take: null,
    vaultKey: originalKey(recording.id, index, cardPath),
    ...overrides,
  };
}

/** The copy of an original or a derivative in the vault, or where the overrides say. */
export function aCopy(item: { id: string; recordingId: string; vaultKey: string; bytes: number }, overrides: Partial<Copy> = {}): Copy {
  return {
    itemId: item.id,
    recordingId: item.recordingId,
    where: 'vault',
    key: item.vaultKey,
    bytes: item.bytes,
    verifiedAtMs: START_MS,
    verifiedBy: 'direct',
    ...NO_LOCK,
    ...overrides,
  };
}

export function aDerivative(recordingId: string, overrides: Partial<Derivative> = {}): Derivative {
  return {
    id: anId('drv'),
    recordingId,
    kind: 'playable',
    recipe: 'remux/1',
    inputs: [aHash(1)],
    vaultKey: derivativeKey(recordingId, 1, 'playable.mp4'),
    mediaType: 'video/mp4',
    bytes: 3_000_000,
    sha256: aHash('derivative'),
    createdAtMs: START_MS,
    evictedAtMs: null,
    ...overrides,
  };
}

export interface NewWork {
  readonly id: string;
  readonly stage: WorkStage;
  readonly recordingId: string;
  readonly priority: number;
  readonly dueAtMs: number;
  readonly nowMs: number;
}

export function someWork(stage: WorkStage, recordingId: string, overrides: Partial<NewWork> = {}): NewWork {
  return { id: workId(stage, recordingId), stage, recordingId, priority: 5, dueAtMs: START_MS, nowMs: START_MS, ...overrides };
}

export function anOfficer(overrides: Partial<Officer> = {}): Officer {
  return { id: '041234', name: 'Li Wei', unit: 'Patrol 3', ...overrides };
}

export function aRecorder(overrides: Partial<Recorder> = {}): Recorder {
  return {
    serial: 'DSJ0012345',
    model: 'DSJ-X1',
    driverId: 'gat947',
    assignedOfficerId: null,
    firstSeenAtMs: START_MS,
    lastSeenAtMs: START_MS,
    ...overrides,
  };
}

export function aCase(overrides: Partial<Case> = {}): Case {
  return {
    number: 'A-2026-0001',
    title: 'Unlicensed waste transport',
    stage: 'investigation',
    category: 'inspection',
    officerIds: ['041234'],
    openedOn: null,
    steps: [],
    confidentiality: null,
    privacy: [],
    createdAtMs: START_MS,
    ...overrides,
  };
}

export function aCaseEvent(overrides: Partial<CaseEvent> = {}): CaseEvent {
  return {
    id: anId('evt'),
    caseNumber: 'A-2026-0001',
    stage: 'evidence',
    officerIds: ['041234'],
    startMs: START_MS - 7_200_000,
    endMs: START_MS - 3_600_000,
    place: 'Harbour Road 12',
    ...overrides,
  };
}

export function aSuggestion(overrides: Partial<Suggestion> & Pick<Suggestion, 'recordingId' | 'eventId'>): Suggestion {
  return {
    id: anId('sug'),
    caseNumber: 'A-2026-0001',
    reason: because('officer-took-part', { officer: '041234' }),
    overlapMs: 600_000,
    state: 'open',
    decidedBy: null,
    createdAtMs: START_MS,
    ...overrides,
  };
}

export function aUnit(overrides: Partial<Unit> = {}): Unit {
  return { id: anId('unt'), name: 'Squad 3', parent: null, createdAtMs: START_MS, closedAtMs: null, ...overrides };
}

export function aUser(overrides: Partial<User> = {}): User {
  return {
    id: anId('usr'),
    account: 'wang',
    name: 'Wang Jianguo',
    officer: null,
    unit: null,
    roles: ['officer'],
    state: 'active',
    createdAtMs: START_MS,
    ...overrides,
  };
}
