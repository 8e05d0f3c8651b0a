import type { Grant } from '#domain/call-up/grant';
import type { Notice } from '#domain/call-up/notice';
import { type CallUpRequest, isUnconfirmed, type Target } from '#domain/call-up/request';
import { Presenter } from '#serve/present';

/** Shows requests, grants and notices in the form of the API. */
export class CallUpPresenter {
  readonly #times: Presenter;
  readonly #nowMs: number;

  constructor(zone: string, nowMs: number) {
    this.#times = new Presenter(zone);
    this.#nowMs = nowMs;
  }

  request(whole: CallUpRequest) {
    const { askedAtMs, untilMs, decision, confirmation, target, ...rest } = whole;
    return {
      ...rest,
      target: this.#target(target),
      askedAt: this.#times.time(askedAtMs),
      until: this.#times.time(untilMs),
      decision: decision && { by: decision.by, rule: decision.rule, words: decision.words, at: this.#times.time(decision.atMs) },
      confirmation: confirmation && {
        due: this.#times.time(confirmation.dueAtMs),
        ...{ by: confirmation.by, confirmed: confirmation.confirmed, words: confirmation.words },
        at: this.#times.timeOrNull(confirmation.atMs),
      },
      unconfirmed: isUnconfirmed(whole, this.#nowMs),
    };
  }

  grant({ fromMs, untilMs, endedAtMs, closings: _, target, units, ...rest }: Grant) {
    const times = { from: this.#times.time(fromMs), until: this.#times.time(untilMs), endedAt: this.#times.timeOrNull(endedAtMs) };
    return { ...rest, target: this.#target(target), units: units && [...units], ...times };
  }

  notice({ id, user, kind, request, atMs, readAtMs }: Notice) {
    return { id, user, kind, request, at: this.#times.time(atMs), readAt: this.#times.timeOrNull(readAtMs) };
  }

  #target(target: Target) {
    return {
      by: target.by,
      case: target.by === 'case' ? target.number : null,
      recordings: target.by === 'recordings' ? target.ids : [],
      officer: target.by === 'officer' ? target.officer : null,
      from: target.by === 'officer' ? this.#times.time(target.fromMs) : null,
      to: target.by === 'officer' ? this.#times.time(target.toMs) : null,
    };
  }
}
