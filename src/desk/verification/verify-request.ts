import type { DeskDeps } from '#desk/deps';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

export interface VerifyRequest {
  /** Only this recording; null for all. */
  readonly recording: string | null;
  readonly vault: boolean;
  readonly archive: boolean;
  readonly log: boolean;
}

/** A request that names no place asks for all of them. Throws request.invalid where it names an archive and there is none. */
export function verifyRequestOf(
  deps: DeskDeps,
  asked: { recording?: string; vault?: boolean; archive?: boolean; log?: boolean },
): VerifyRequest {
  const all = !asked.vault && !asked.archive && !asked.log;
  if (asked.archive && !deps.archive) throw new EvidockError('request.invalid', because('no-archive', { field: 'archive' }));
  const recording = asked.recording ?? null;
  return {
    recording,
    vault: all || (asked.vault ?? false),
    archive: all || (asked.archive ?? false),
    log: (all && recording === null) || (asked.log ?? false),
  };
}
