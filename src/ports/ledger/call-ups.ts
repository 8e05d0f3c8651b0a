import type { Action } from '#domain/access/policy';
import type { Grant } from '#domain/call-up/grant';
import type { Delivery, Notice, NoticeKind } from '#domain/call-up/notice';
import type { CallUpRequest, RequestState } from '#domain/call-up/request';
import type { CaseStep } from '#domain/case-course';
import type { Reason } from '#domain/reason';
import type { Page } from './page.ts';

/** Who a list of requests or grants is for. `units`: those whose footage is concerned, at least one of them; it is what a reviewer sees. */
export interface CallUpFilter extends Page {
  /** Of this asker, or of these units; null: of all. */
  readonly seenBy: { readonly asker: string; readonly units: readonly string[] } | null;
  readonly asker?: string;
}

/** Requests for call-up, grants and notices. */
export interface CallUpsReader {
  request(id: string): Promise<CallUpRequest | null>;
  /** Newest first. `after`: only those with a lower id. `unconfirmedAtMs`: only urgent ones that nobody has judged and whose time had passed then. */
  requests(filter: CallUpFilter & { readonly state?: RequestState; readonly unconfirmedAtMs?: number }): Promise<readonly CallUpRequest[]>;
  grant(id: string): Promise<Grant | null>;
  /** Newest first. `after`: only those with a lower id. */
  grants(filter: CallUpFilter & { readonly holding?: boolean }): Promise<readonly Grant[]>;
  /** Ids of the recordings that were listed when the grant began, sorted. */
  listedIn(grant: string): Promise<readonly string[]>;
  /**
   * The grants of a person that cover this recording and this action, the one that ends last first; empty for actions that no grant gives. A grant that has
   * reached its end by `atMs`, or by the latest time on record (`mark`), covers nothing.
   */
  grantsCovering(user: string, recordingId: string, action: Action, atMs: number): Promise<readonly Grant[]>;
  /** What the grants of a person cover for this action at that moment: cases wholly, also what comes later, and single recordings. */
  grantedTo(
    user: string,
    action: Action,
    atMs: number,
  ): Promise<{ readonly cases: readonly string[]; readonly recordings: readonly string[] }>;
  /** Every grant that holds, at most 10,000, with the course of its case. */
  holding(): Promise<readonly { readonly grant: Grant; readonly course: readonly CaseStep[] | null }[]>;
  /** How many grants of this person hold, and how many requests wait for a decision. */
  openOf(user: string): Promise<{ readonly grants: number; readonly requests: number }>;
  /** The course of a case, whoever may see it; null: there is no such case. */
  courseOf(number: string): Promise<readonly CaseStep[] | null>;
  /** Ids of the recordings of a case now, or of an officer within [fromMs, toMs), sorted, at most `limit`: any of them where there are more. */
  recordingsOf(
    target: { readonly number: string } | { readonly officer: string; readonly fromMs: number; readonly toMs: number },
    limit: number,
  ): Promise<readonly string[]>;
  /** Requests that nobody has decided and whose time has passed, and urgent ones whose time of confirmation has passed untold; at most 1000. */
  overdue(atMs: number): Promise<readonly CallUpRequest[]>;
  /** The latest time that the station has noted; null if none was. */
  mark(): Promise<number | null>;
  /**
   * The latest of that and of the times of the newest 1000 custody entries, as far as their number is `sinceSeq` (0 if left out) or more; null if there is
   * neither.
   */
  latestKnown(sinceSeq?: number): Promise<number | null>;
  notice(id: string): Promise<Notice | null>;
  /** Of one person (null: of all), newest first. `after`: only those with a lower id. */
  notices(filter: Page & { readonly user: string | null; readonly unread?: boolean }): Promise<readonly Notice[]>;
  /** How many notices of a kind a person was given since a moment; `request`: about this alone. */
  countNotices(of: {
    readonly user: string;
    readonly kind: NoticeKind;
    readonly sinceMs: number;
    readonly request?: string;
  }): Promise<number>;
  /** Deliveries that are due, the oldest first, each with its notice. */
  dueDeliveries(atMs: number, limit: number): Promise<readonly { readonly delivery: Delivery; readonly notice: Notice }[]>;
  /** When the next delivery is due; null if none waits. */
  nextDelivery(): Promise<number | null>;
}

export interface CallUpsWriter {
  insertRequest(request: CallUpRequest): Promise<void>;
  /** Writes what happened to a request. Throws request.not-found. */
  updateRequest(id: string, patch: Partial<Pick<CallUpRequest, 'state' | 'decision' | 'confirmation' | 'grant'>>): Promise<void>;
  /** Reviewers were told that nobody confirmed this in time. */
  markUnconfirmed(id: string): Promise<void>;
  /** `listed`: the recordings that it covers, or covered when it began. */
  insertGrant(grant: Grant, listed: readonly string[]): Promise<void>;
  endGrant(id: string, end: Pick<Grant, 'endedAtMs' | 'whyEnded' | 'endedBy'>): Promise<void>;
  /** Notes the latest time; an earlier one changes nothing. */
  noteTime(atMs: number): Promise<void>;
  /** Notes this as the latest time, also if it is earlier: a person confirmed the clock. */
  restartTime(atMs: number): Promise<void>;
  /** With the ways by which it leaves the station. */
  insertNotice(notice: Notice, ways: readonly Delivery['way'][]): Promise<void>;
  markRead(id: string, atMs: number): Promise<void>;
  /** `why`: what went wrong last; null: nothing. */
  updateDelivery(delivery: Delivery, why: Reason | null): Promise<void>;
}
