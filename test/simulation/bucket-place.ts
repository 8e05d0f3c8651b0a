import type { BucketView } from '#test/support/simulation/rgw-days';
import { ORIGINAL, type SecondPlace } from './auditor.ts';

/** The bucket as the second place: what it lists, and what it refuses to its own owner. */
export function bucketPlace(view: BucketView): SecondPlace {
  return {
    originals: async () => {
      const found = new Map<string, readonly string[]>();
      for (const version of await view.versions(''))
        if (!version.isMarker && ORIGINAL.test(version.key))
          found.set(version.key, [...(found.get(version.key) ?? []), await view.digestOf(version)]);
      return found;
    },
    keysUnder: async (prefix) => (await view.versions(`${prefix}/`)).map(({ key }) => key),
    refusesUntil: async (key, sealed) => {
      for (const version of await view.versions(key))
        if (version.key === key && !version.isMarker && (await view.digestOf(version)) === sealed) return view.refusesUntil(version);
      return 0;
    },
    refuses: async (key, sealed) => {
      for (const version of await view.versions(key))
        if (version.key === key && !version.isMarker && (await view.digestOf(version)) === sealed) return view.refuses(version);
      return false;
    },
    // Nothing in a bucket rots for those who try it from outside; whoever has a key hides things, or puts others over them, and the version stays.
    spoil: async (key, how) => {
      await view.disturb(key, how === 'remove' ? 'hide' : 'overwrite');
      return 'disturbed';
    },
  };
}
