import type { Actor } from '#domain/custody/actor';
import type { KnownBy } from '#domain/sign-in/session';

/** Who looks, searches or is refused, as they are at that moment. */
export interface Viewer {
  readonly actor: Actor;
  /** Id of the account, `usr-…`; null where nobody with an account asks. For a token: of its owner. */
  readonly user: string | null;
  /** Their name; null if none is known. */
  readonly name: string | null;
  readonly roles: readonly string[];
  /** Their number in the officer registry; null if they are none. */
  readonly officer: string | null;
  /** Id of their unit; null if they belong to none. */
  readonly unit: string | null;
  /** IP address; null where there is none, as over the control socket. */
  readonly address: string | null;
  /** User-Agent as it was sent, cut to 300 characters. */
  readonly agent: string | null;
  /** How they signed in, or what else they showed; null: nothing. */
  readonly knownBy: KnownBy | null;
  /** Id of the request by which they asked; null: it was none. */
  readonly requestId: string | null;
}

/** Who it is, whichever of their requests it was: for telling whether two requests are of the same person in the same place. */
export function whoever({ requestId: _, ...who }: Viewer): Omit<Viewer, 'requestId'> {
  return who;
}

/** By what somebody may look. */
export interface LookRight {
  /** Version of the policy that decided; null where none was asked, as over the control socket. */
  readonly policy: number | null;
  /** Id of the rule that allowed it, or `break-glass`; null where none was asked. */
  readonly rule: string | null;
  /** The case under which it was asked for; null: none was named. */
  readonly caseNumber: string | null;
  /** Title of the case now. */
  readonly caseTitle: string | null;
  /** The grant that covers it; null if none was needed. */
  readonly grant: string | null;
  /** Code of the stated reason; null if none was stated. */
  readonly reason: string | null;
  /** The words to it. */
  readonly words: string | null;
}

/** Where no policy was asked: whoever is let in by the machine itself. */
export const NO_RIGHT: LookRight = { policy: null, rule: null, caseNumber: null, caseTitle: null, grant: null, reason: null, words: null };

/** What is looked at. */
export interface Looked {
  readonly recording: string;
  /** Id of the original or derivative. */
  readonly item: string;
  /** SHA-256 of the item as it was sealed or made. */
  readonly sha256: string;
  /** `playable`, `original 2`, … */
  readonly what: string;
  /** Officer shown and unit of the recording, as they are now. */
  readonly officer: string | null;
  readonly unit: string | null;
  /** `vault`, or the archive's name. */
  readonly from: string;
  /** The range of the first request, `0-1048575`; null for the whole item. */
  readonly range: string | null;
}

/** Half-open span of media time, ms from the beginning of the item. */
export interface Played {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What has been seen of an item in one look, so far. */
export interface Seen {
  /** Byte ranges that were sent, ordered, apart. At most SPANS_MAX. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Bytes that were not sent and lie in `ranges` nevertheless, because neighbours had to be joined. */
  readonly joinedBytes: number;
  /** Bytes sent, those that were sent twice counted twice. */
  readonly bytes: number;
  readonly requests: number;
  /** Times of the first and the last byte, ms since 1970 UTC. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What the player says that it played. It is a claim: the server cannot know. */
  readonly claimed: readonly Played[];
}

/** Spans of one look that an entry holds. More are joined where the gap is smallest. */
export const SPANS_MAX = 100;
