/** A recorder's clock as it went until the station set it. */
export interface FormerClock {
  /** Station time of the setting. */
  readonly setAtMs: number;
  /** Station minus recorder, measured just before. */
  readonly offsetMs: number;
}

/**
 * The offset (station minus recorder, ms) of the clock that a file took its time from; `former` oldest first, `offsetMs` of the clock as it
 * goes now. Say the station set a clock that showed F to the true time T. A clock that was behind jumped forward: times up to F are of the
 * old clock, and later ones of the new. A clock that was ahead jumped back and showed the times from T to F twice: times before T are of
 * the old clock, and so are times later than the clock shows now. A time that both may have shown is taken for the new clock's.
 */
export function offsetOfClaim(
  claimedMs: number,
  { former, offsetMs, nowMs }: { former: readonly FormerClock[]; offsetMs: number | null; nowMs: number },
): number | null {
  const saysNowMs = nowMs - (offsetMs ?? 0);
  const old = former.find((clock) =>
    clock.offsetMs > 0 ? claimedMs <= clock.setAtMs - clock.offsetMs : claimedMs < clock.setAtMs || claimedMs > saysNowMs,
  );
  return old ? old.offsetMs : offsetMs;
}
