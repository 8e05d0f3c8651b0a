import { fixityChecked } from '#desk/fixity-record';
import { STATION } from '#domain/custody/actor';
import type { CustodyDraft } from '#domain/custody/entry';
import { subject } from '#domain/custody/subject';
import type { Content } from '#domain/fixity/judge';
import type { Copy, Original } from '#domain/recording';
import type { Reading } from './copy-reader.ts';
import type { ScrubDeps } from './deps.ts';

export const DAY_MS = 86_400_000;

/**
 * `away`: the archive cannot be reached, which says nothing of the copy. `left`: the copy went while it was read (evicted, disposed of, withdrawn). `healing`:
 * the archive work stores it anew.
 */
export type Outcome = 'same' | 'unread' | 'healed' | 'healing' | 'lost' | 'halted' | 'left' | 'away';

export interface BadCopy {
  readonly copy: Copy;
  readonly original: Original;
  readonly sealed: Content;
  readonly readings: readonly [Reading & { same: false }, Reading & { same: false }];
}

export const about = ({ clock }: Pick<ScrubDeps, 'clock'>, { recordingId }: Pick<Copy, 'recordingId'>) => ({
  ...{ atMs: clock.nowMs(), actor: STATION, subject: subject('recording', recordingId) },
});

/** What is told of a place in the custody log: the name of an archive is no kind of place. */
const placeOf = ({ where }: Copy) => (where === 'vault' ? 'vault' : 'archive');

export function checked(deps: ScrubDeps, copy: Copy, same: boolean | null): CustodyDraft {
  return fixityChecked(about(deps, copy), placeOf(copy), [{ key: copy.key, same }]);
}
