import { type ReasonCode, reasonText } from '#messages/reason';

/**
 * What a person is told of. `request-waits`, `urgent-access`: to reviewers. `request-decided`, `grant-ended`: to the asker. `urgent-unconfirmed`: to both, when nobody
 * confirmed urgent access in time. `disposal-waits`: to those who may approve a list for disposal; `disposal-approved`: to its proposer and to each officer whom a
 * recording of it shows; `disposal-halted`: to proposer and approver. `duty-overdue`: to the owners of a duty; `duties-digest`: to an owner, once a day, of all that is
 * overdue.
 */
export const NOTICE_KINDS = [
  'request-waits',
  'urgent-access',
  'request-decided',
  'grant-ended',
  'urgent-unconfirmed',
  'disposal-waits',
  'disposal-approved',
  'disposal-halted',
  'duty-overdue',
  'duties-digest',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something that a person is told. It names a request, a list for disposal or a duty by its id, or the day of a digest, and nothing of what that is about. */
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
export type NoticeWay = 'webhook' | 'mail';

/** A notice on its way out of the station by one way. */
export interface Delivery {
  readonly notice: string;
  readonly way: NoticeWay;
  readonly state: 'waiting' | 'delivered' | 'given-up';
  readonly attempts: number;
  readonly dueAtMs: number;
}

const TEXTS = {
  'request-waits': 'notice-request-waits',
  'urgent-access': 'notice-urgent-access',
  'request-decided': 'notice-request-decided',
  'grant-ended': 'notice-grant-ended',
  'urgent-unconfirmed': 'notice-urgent-unconfirmed',
  'disposal-waits': 'notice-disposal-waits',
  'disposal-approved': 'notice-disposal-approved',
  'disposal-halted': 'notice-disposal-halted',
  'duty-overdue': 'notice-duty-overdue',
  'duties-digest': 'notice-duties-digest',
} as const satisfies Record<NoticeKind, ReasonCode>;

/** The sentence of a notice, in one language. It names nobody and nothing. */
export function noticeText(language: 'en' | 'zh-CN', kind: NoticeKind): string {
  return reasonText(language, { code: TEXTS[kind], params: {} });
}

/** The ways by which a kind leaves the station: single duties would be too many for mail, and their digest is for people. */
export function waysOf(kind: NoticeKind, configured: readonly NoticeWay[]): readonly NoticeWay[] {
  const only = ({ 'duty-overdue': 'webhook', 'duties-digest': 'mail' } as const satisfies Partial<Record<NoticeKind, NoticeWay>>)[
    kind as 'duty-overdue'
  ];
  return configured.filter((way) => only === undefined || way === only);
}

/** Where the console shows what a notice is about, below its address. */
export function placeOfNotice({ kind, request }: Pick<Notice, 'kind' | 'request'>): string {
  if (kind === 'duties-digest') return '/duties';
  if (kind === 'duty-overdue') return `/duties/${request}`;
  return kind.startsWith('disposal-') ? `/disposals/${request}` : `/requests/${request}`;
}

/** First delay after a failure, the longest one, and when a delivery is given up: ms. */
const DELAY_MS = 5000;
const DELAY_MS_MAX = 3_600_000;
const GIVE_UP_MS = 86_400_000;

/** A delivery after a try: delivered, due again after a delay that doubles, or given up a day after the notice. */
export function deliveryAfter(
  delivery: Delivery,
  { ok, noticeAtMs, nowMs }: { readonly ok: boolean; readonly noticeAtMs: number; readonly nowMs: number },
): Delivery {
  const attempts = delivery.attempts + 1;
  if (ok) return { ...delivery, attempts, state: 'delivered' };
  const dueAtMs = nowMs + Math.min(DELAY_MS_MAX, DELAY_MS * 2 ** Math.min(delivery.attempts, 20));
  return { ...delivery, attempts, dueAtMs, state: nowMs >= noticeAtMs + GIVE_UP_MS ? 'given-up' : 'waiting' };
}
