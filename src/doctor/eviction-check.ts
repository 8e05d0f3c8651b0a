import type { ArchiveAnswer } from '#api/archive';
import type { StationClient } from '#cli/client';
import type { DoctorCheck } from '#cli/context';
import { STAYS } from '#domain/eviction/choose';
import { because, together } from '#domain/reason';

/** What only the archive holds, and why the vault is above its mark where it is. Nothing without an archive. */
export async function evictionCheck(client: StationClient): Promise<DoctorCheck[]> {
  const { json } = await client.request('GET', '/api/v1/archive');
  const { archive, eviction } = json as ArchiveAnswer;
  if (archive === null) return [];
  const { on, files, bytes, playable, aboveLowWaterBytes, stays } = eviction;
  const name = 'eviction';
  const originals = because('evicted-told', { files, size: bytes });
  const copies = because('evicted-playable-told', { files: playable.files, size: playable.bytes });
  const told = playable.files > 0 ? together([originals, copies]) : originals;
  if (!on) return [{ name, ok: true, reason: because('but', { why: told, second: because('eviction-off', {}) }), remedy: null }];
  const room = because(aboveLowWaterBytes ? 'above-low-water' : 'below-low-water', { size: aboveLowWaterBytes ?? 0 });
  const reason = because('but', { why: told, second: room });
  const left = STAYS.flatMap((why) => (stays[why] ? [because(`stays-${why}`, { files: stays[why] })] : []));
  if (left.length === 0) return [{ name, ok: true, reason, remedy: null }];
  return [
    { name, ok: true, warn: true, reason: because('but', { why: reason, second: together(left) }), remedy: because('mend-eviction', {}) },
  ];
}
