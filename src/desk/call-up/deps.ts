import type { NoticeWay } from '#domain/call-up/notice';
import type { Clock } from '#ports/clock';
import type { RungGrantBell } from '#ports/grant-bell';
import type { Ledger } from '#ports/ledger';
import type { CallUpRules } from './rules.ts';

/** What call-up stands on; given by the composition root. */
export interface CallUpParts {
  readonly rules: CallUpRules;
  /** The time by which grants end. */
  readonly time: Clock;
  readonly bell: RungGrantBell;
  /** The ways by which notices leave the station; none if none is configured. */
  readonly ways: readonly NoticeWay[];
  /** Called when notices were written: they are sent at once. */
  readonly wake: () => void;
}

/** The part of the desk's own that call-up uses. */
export interface CallUpDeps {
  readonly ledger: Ledger;
  readonly facts: { readonly stationId: string };
  readonly callUps: CallUpParts;
}
