import type { Derivative, Original } from '#domain/recording';

/** What the vault may give up because the archive holds it: an original, or the playable copy of a recording. */
export interface Evictable {
  readonly what: 'original' | 'derivative';
  readonly id: string;
  readonly recordingId: string;
  readonly vaultKey: string;
  readonly bytes: number;
  /** null: it is not sealed. */
  readonly sha256: string | null;
  /** Since when the vault does not hold it; null: it does. */
  readonly evictedAtMs: number | null;
}

type OfOriginal = Pick<Original, 'id' | 'recordingId' | 'vaultKey' | 'bytes' | 'digests' | 'state' | 'evictedAtMs'>;
type OfDerivative = Pick<Derivative, 'id' | 'recordingId' | 'vaultKey' | 'bytes' | 'sha256' | 'kind' | 'evictedAtMs'>;

export function evictableOriginal({ id, recordingId, vaultKey, bytes, digests, state, evictedAtMs }: OfOriginal): Evictable {
  return { what: 'original', id, recordingId, vaultKey, bytes, sha256: state === 'sealed' ? (digests?.sha256 ?? null) : null, evictedAtMs };
}

/** The playable copy among the derivatives of one recording; null: it has none. The others are small, and lists need them. */
export function evictablePlayable(derivatives: readonly OfDerivative[]): Evictable | null {
  const found = derivatives.find(({ kind }) => kind === 'playable');
  if (!found) return null;
  const { id, recordingId, vaultKey, bytes, sha256, evictedAtMs } = found;
  return { what: 'derivative', id, recordingId, vaultKey, bytes, sha256, evictedAtMs };
}
