import type { Heartbeat } from '#domain/machine/heartbeat';

/** Where heartbeats go. */
export interface HeartbeatSender {
  /** Resolves when the other side has taken it. Throws notices.failed. */
  send(beat: Heartbeat, signal: AbortSignal): Promise<void>;
  /** Since when nothing was taken: the last that was, or when the first was tried; null: none was tried yet. */
  silentSinceMs(): Promise<number | null>;
  /** Puts down, for the next start too, that nothing was taken before this time. */
  keepSilentSince(ms: number): Promise<void>;
}
