/**
 * What a person is told of. `request-waits`, `urgent-access`: to reviewers. `request-decided`, `grant-ended`: to the asker. `urgent-unconfirmed`: to both, when nobody
 * confirmed urgent access in time.
 */
export const NOTICE_KINDS = ['request-waits', 'urgent-access', 'request-decided', 'grant-ended', 'urgent-unconfirmed'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something that a person is told. It names a request by its id, and nothing of what the request is about. */
export interface Notice {
  readonly id: string;
  /** Id of the receiver's account. */
  readonly user: string;
  readonly kind: NoticeKind;
  readonly request: string;
  readonly atMs: number;
  readonly readAtMs: number | null;
}

/** The ways by which notices leave the station. */
export const NOTICE_WAYS = ['webhook', 'mail'] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

/** A notice on its way out of the station by one way. */
export interface Delivery {
  readonly notice: string;
  readonly way: NoticeWay;
  readonly state: 'waiting' | 'delivered' | 'given-up';
  readonly attempts: number;
  readonly dueAtMs: number;
}
