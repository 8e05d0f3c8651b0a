import type { CustodyDraft } from '#domain/custody/entry';
import type { Subject } from '#domain/custody/subject';
import type { Viewer } from '#domain/look/look';

/** What somebody was refused. */
export interface Refused {
  readonly viewer: Viewer;
  /** What was wanted: an action such as `look`, or a task such as `read-audit`. */
  readonly action: string;
  /** Method and path of the route; null for what is no request. */
  readonly route: string | null;
  /** What it was wanted of; null: of the station as a whole. Never an id that whoever asks may have guessed and that names nothing. */
  readonly about: Subject<'recording' | 'case'> | null;
  /** Rule or invariant that refused it; null: no rule allowed it. */
  readonly rule: string | null;
  /** Version of the policy; null where none was asked. */
  readonly policy: number | null;
}

/** What people do beside looking, and which has to be on record: refusals, searches, exports, reports, use of the control socket. */
export interface Deeds {
  /** Resolves when the refusal is on record, or counted in one that will be within a minute. Throws ledger.failed. */
  refused(refused: Refused): Promise<void>;
  /** A search by another person's name or number, or by a case. The same one counts once in 15 minutes. Throws ledger.failed: then nothing may be answered. */
  searched(viewer: Viewer, search: { readonly list: string; readonly by: Readonly<Record<string, string>> }): Promise<void>;
  /** Reading of the log of looks, as `searched`. */
  readAudit(viewer: Viewer, read: { readonly format: string; readonly asked: Readonly<Record<string, string>> }): Promise<void>;
  /** A list that goes out as a file, before its first line; each time. */
  exported(
    viewer: Viewer,
    list: { readonly list: string; readonly format: string; readonly asked: Readonly<Record<string, string>> },
  ): Promise<void>;
  /** A request over the control socket: told at once when an account begins to use it, then each minute. */
  usedSocket(use: { readonly viewer: Viewer; readonly route: string }): Promise<void>;
  /** An entry of another subject that has to be on record before something is answered. */
  tell(draft: CustodyDraft): Promise<void>;
}
