import type { Role } from '#domain/access/roles';
import type { Acknowledgement, Duty, DutyKind, DutyOwner, DutyState, DutySubject, FoundDuty } from '#domain/duties/duty';
import type { RecorderDutyFacts, RecordingDutyFacts } from '#domain/duties/facts';
import type { Page } from './page.ts';

/** Which duties are meant. */
export interface DutyFilter {
  readonly state?: DutyState;
  readonly kind?: DutyKind;
  /** Only open ones that were due before this, ms since 1970. */
  readonly overdueAtMs?: number;
  /** Only of these roles, and of these units (null: of all) or of no unit. */
  readonly ownedBy?: { readonly roles: readonly Role[]; readonly units: readonly string[] | null };
}

/** Recordings or recorders: those that follow `after` by id, or these. */
export type DutyPage = { readonly after: string; readonly limit: number } | { readonly ids: readonly string[] };

/** Subjects whose duties are compared at once: of these kinds, with ids above `after` and up to `upTo` (null: to the last one), or with these ids. */
export type DutySpan = { readonly subjects: readonly DutySubject[] } & (
  | { readonly after: string; readonly upTo: string | null }
  | { readonly ids: readonly string[] }
);

/** What entries of the custody log are about, as far as duties follow from it. */
export interface Touched {
  readonly recordings: readonly string[];
  readonly recorders: readonly string[];
  /** Something else than a recording, a recorder or a duty. */
  readonly others: boolean;
}

/** What somebody has to see to. Within a scope: duties about footage and holds that are seen, and those about no footage. */
export interface DutiesReader {
  get(id: string): Promise<Duty | null>;
  /** By id, the newest first; `after`: only those with a lower id. Not `done` unless asked for. */
  list(filter: DutyFilter & Page): Promise<readonly Duty[]>;
  /** Those that were open at some time of a half-open span, ms since 1970, by id; `after`: only those with a higher id. */
  during(span: { readonly fromMs: number; readonly untilMs: number }, page: Page): Promise<readonly Duty[]>;
  /** How many are not done, and how many of those are overdue, by kind. */
  counts(nowMs: number): Promise<readonly { readonly kind: DutyKind; readonly open: number; readonly overdue: number }[]>;
  /** Open ones that are overdue and of which nobody was told, the longest due first. */
  untold(nowMs: number, limit: number): Promise<readonly Duty[]>;
  /** Those that are not done. */
  standing(span: DutySpan): Promise<readonly Duty[]>;
  /** What duties about recordings follow from, by id. */
  recordingFacts(page: DutyPage): Promise<readonly RecordingDutyFacts[]>;
  /** The same of recorders, by serial number. */
  recorderFacts(page: DutyPage): Promise<readonly RecorderDutyFacts[]>;
  /** What the entries of the custody log after `after` and up to `upTo` are about. */
  touched(entries: { readonly after: number; readonly upTo: number }): Promise<Touched>;
}

/** Each throws request.not-found for a duty that is not there or done. */
export interface DutiesWriter {
  open(id: string, found: FoundDuty, atMs: number): Promise<void>;
  handOver(id: string, owner: DutyOwner): Promise<void>;
  acknowledge(id: string, acknowledgement: Acknowledgement): Promise<void>;
  /** Its owners were told that it is overdue. */
  noteTold(id: string, atMs: number): Promise<void>;
  /** Opens it again: its acknowledgement ran out. It is told anew. */
  putBack(id: string): Promise<void>;
  end(id: string, atMs: number): Promise<void>;
}
