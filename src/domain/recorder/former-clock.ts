/** A recorder's clock as it went until the station set it. */
export interface FormerClock {
  /** Station time of the setting. */
  readonly setAtMs: number;
  /** Station minus recorder, measured just before. */
  readonly offsetMs: number;
}

/**
 * Offset of the clock that a file took its time from; `former` oldest first, `offsetMs` of the clock as it goes now.
 *
 * A clock that was behind jumped forward, from F to T: what it claims up to F is old, and between the two lies nothing. One that was ahead jumped back, and
 * says the times from T to F twice: before T, or later than it says by now, only the old clock can have said; what both may have said is taken for new.
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
