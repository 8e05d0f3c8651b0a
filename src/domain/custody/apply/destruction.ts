import { CopyDestroyed, CopyDestroying, CopySpared, PlayableEvicted } from '#domain/custody/destruction-entries';
import { add, remove, set } from './rows.ts';
import { rule } from './rule.ts';

export const DESTRUCTION_RULES = [
  rule(CopyDestroying, ({ subject: { id }, atMs, data: { item, what, place, key, version, why, disposal, bytes, sha256 } }) => [
    // After a crash the same file is begun once more: the row of the first time is replaced.
    remove('destructions', { place, key }),
    add('destructions', {
      place,
      key,
      version,
      recording_id: id,
      item_id: item,
      what,
      bytes,
      sha256,
      why,
      disposal_id: disposal,
      began_at: atMs,
    }),
  ]),
  rule(CopyDestroyed, ({ subject: { id }, atMs, data: { item, what, place, key, why } }) => [
    remove('destructions', { place, key }),
    // A manifest has the id of its original, and no row of its own.
    ...(what === 'manifest' ? [] : [remove('copies', { recording_id: id, item_id: item, place })]),
    ...(why === 'disposal' && what === 'original' && place === 'vault' ? [set('originals', { id: item }, { evicted_at: atMs })] : []),
  ]),
  rule(CopySpared, ({ data: { place, key } }) => [remove('destructions', { place, key })]),
  rule(PlayableEvicted, ({ subject: { id }, atMs }) => [set('derivatives', { recording_id: id, kind: 'playable' }, { evicted_at: atMs })]),
];
