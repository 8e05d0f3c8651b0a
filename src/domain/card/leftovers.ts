import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { CardFacts, FoundIn } from './facts.ts';

/*
 * What operating systems leave on a card without being asked. It tells nothing of the recorder, so it takes no part in recognition; it is sealed as kind
 * `leftover`, because nothing on a card goes unmentioned. A bin, and the folder of a repaired file system, hold files that were footage once: those are
 * recordings of their own kind, with a note.
 *
 * Each entry is a name at any depth, case ignored; `*` stands for any characters; a `/` at the end makes it a folder and everything below it.
 */

/** Whole folders, and files wherever they lie. */
const LEFTOVERS: readonly string[] = [
  // macOS: resource forks, Finder, Spotlight, file system events, Time Machine.
  ...['._*', '.DS_Store', '.AppleDouble/', '.AppleDB/', '.AppleDesktop/', '.Spotlight-V100/', '.fseventsd/', '.TemporaryItems/'],
  ...['.DocumentRevisions-V100/', '.PKInstallSandboxManager*/', '.apdisk', '.metadata_never_index*', '.VolumeIcon.icns', 'Icon%0D'],
  ...['.com.apple.timemachine.*', '.localized', '__MACOSX/'],
  // Windows: volume information, thumbnails, folder settings.
  ...['System Volume Information/', 'Thumbs.db', 'ehthumbs.db', 'ehthumbs_vista.db', 'desktop.ini', 'WPSettings.dat', 'IndexerVolumeGuid'],
  ...['autorun.inf', '~$*'],
  // Android and Linux: thumbnails, markers of media scanners.
  ...['.thumbnails/', '.thumbdata*', '.nomedia', '.android_secure/', '.directory', '.nfs*', '.fuse_hidden*'],
];

/** Bins: what lies in them was deleted by somebody. */
const BINS: readonly string[] = [
  ...['$RECYCLE.BIN/', 'RECYCLER/', 'RECYCLED/', '.Trashes/', '.Trash/', '.Trash-*/', '#recycle/', '@Recycle/', '.recycle/'],
];

/** What a repair of a file system found without a name. */
const REPAIRED: readonly string[] = ['LOST.DIR/', 'FOUND.*/', 'lost+found/'];

type Place = 'leftover' | FoundIn;

/** The list of names, compiled. */
export interface Leftovers {
  /** null: a file like any other. Expects a printable path. */
  placeOf(path: string): Place | null;
}

/** `more`: entries of the site, beside those above. Throws config.invalid for one that would match everything. */
export function compileLeftovers(more: readonly string[] = []): Leftovers {
  for (const entry of more) {
    if (/[^*/.]/.test(entry) && !entry.slice(0, -1).includes('/')) continue;
    throw new EvidockError('config.invalid', because('leftover-rule', { name: entry }));
  }
  const own = matcherOf([...LEFTOVERS, ...more]);
  const bins = matcherOf(BINS);
  const repaired = matcherOf(REPAIRED);
  return {
    placeOf: (path) => {
      if (own.test(path)) return 'leftover';
      if (bins.test(path)) return isBinRecord(path) ? 'leftover' : 'bin';
      return repaired.test(path) ? 'repair' : null;
    },
  };
}

function matcherOf(entries: readonly string[]): RegExp {
  const alternatives = entries.map((entry) => {
    const folder = entry.endsWith('/');
    const name = (folder ? entry.slice(0, -1) : entry).replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
    return folder ? `${name}/` : `${name}$`;
  });
  return new RegExp(`(?:^|/)(?:${alternatives.join('|')})`, 'iu');
}

// Windows keeps a deleted file as $R and six characters, and what it was called and when it was deleted as $I and the same six.
const BIN_RECORD = /(?:^|\/)\$I(?<key>[0-9A-Z]{6})(?:\.[^/]*)?$/i;
const BIN_FILE = /(?:^|\/)\$R(?<key>[0-9A-Z]{6})(?:\.[^/]*)?$/i;

function isBinRecord(path: string): boolean {
  return BIN_RECORD.test(path) || /(?:^|\/)INFO2?$/i.test(path);
}

/** Adds to the facts that a file's name tells what its place on the card tells. */
export function withPlace(path: string, facts: CardFacts, leftovers: Leftovers): CardFacts {
  const place = leftovers.placeOf(path);
  if (place === null) return facts;
  const pair = (BIN_RECORD.exec(path) ?? BIN_FILE.exec(path))?.groups?.['key'];
  const stem = pair === undefined ? path : `${path.slice(0, path.lastIndexOf('/') + 1)}$${pair}`;
  // A bin's record travels with the file that it tells of. Where that file is gone, the record stands for itself.
  if (place === 'leftover') return { kind: 'leftover', stem, ...(BIN_RECORD.test(path) ? { sidecar: true } : {}) };
  // What was deleted or lost is never joined with what was not: nobody can tell whether it is a whole take.
  const { part: _, captureKey: __, sequence: ___, sidecar: ____, ...rest } = facts;
  return { ...rest, stem: pair === undefined ? facts.stem : stem, foundIn: place };
}
