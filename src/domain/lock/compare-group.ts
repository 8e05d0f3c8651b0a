import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { ArchiveFinding } from './finding.ts';

/** An entry of the storage's list, as src/ports/archive-inventory.ts has it. */
interface Entry {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly isNewest: boolean;
  readonly isMarker: boolean;
}

export type NewFinding = Pick<ArchiveFinding, 'kind' | 'key' | 'versionId' | 'recordingId' | 'what'>;

/** An object that has to be there. */
interface ExpectedThere {
  readonly itemId: string;
  readonly key: string;
  readonly versionId: string | null;
  /** null: not known here (a manifest). */
  readonly bytes: number | null;
}

/** What is wrong with an object: `gone` ones are looked at once more before anybody believes it. */
export interface Judged {
  readonly findings: readonly NewFinding[];
  readonly gone: readonly (ExpectedThere & { readonly finding: NewFinding })[];
  readonly expected: number;
  readonly found: number;
  readonly leftovers: number;
}

/** `<recording>/original-0001.manifest.json` beside an original's key. */
export function manifestBeside(originalKey: string): string {
  return originalKey.replace(/\.[^./]+$/, '.manifest.json');
}

/** Everything that the ledger expects there for these copies: the objects of the rows, and the manifest of each original. */
function expectedOf(copies: readonly Copy[]): readonly ExpectedThere[] {
  return copies.flatMap(({ itemId, key, versionId, manifestVersionId, bytes }) => {
    const own = { itemId, key, versionId, bytes };
    if (!itemId.startsWith('org-')) return [own];
    return [own, { itemId, key: manifestBeside(key), versionId: manifestVersionId, bytes: null }];
  });
}

interface Group {
  readonly recordingId: string;
  readonly copies: readonly Copy[];
  readonly entries: readonly Entry[];
  /** Whether the ledger has this recording. */
  readonly known: boolean;
  /** Whether something of it is on its way to the archive: then a newer or an unknown object may be one of ours. */
  readonly moving: boolean;
}

/** Compares what the storage lists below the directory of one recording with what the ledger expects there. */
export function judgeGroup({ recordingId, copies, entries, known, moving }: Group): Judged {
  const byKey = Map.groupBy(entries, ({ key }) => key);
  const expected = expectedOf(copies);
  const findings: NewFinding[] = [];
  const gone: Judged['gone'][number][] = [];
  let found = 0;
  for (const each of expected) {
    const { mine, newest } = placesOf(byKey.get(each.key) ?? [], each.versionId);
    const tell = (kind: NewFinding['kind'], versionId: string, what: NewFinding['what']) => ({
      kind,
      key: each.key,
      versionId,
      recordingId,
      what,
    });
    const own = each.versionId ?? '';
    const over = newest !== mine ? newest : null;
    if (over?.isMarker) findings.push(tell('hidden', over.versionId, because('object-hidden', { key: each.key })));
    else if (over && mine && !moving) findings.push(tell('overwritten', over.versionId, because('object-overwritten', { key: each.key })));
    if (!mine) gone.push({ ...each, finding: tell('missing', own, because('object-gone', { key: each.key })) });
    else if (each.bytes !== null && mine.bytes !== each.bytes)
      gone.push({ ...each, finding: tell('size', own, because('size-instead', { found: mine.bytes, bytes: each.bytes, key: each.key })) });
    else found += 1;
    byKey.delete(each.key);
  }
  let leftovers = 0;
  for (const [key, versions] of byKey) {
    const newest = versions.find(({ isNewest }) => isNewest);
    if (!newest || newest.isMarker) continue;
    if (known && /\/derived\/[^/]+\/[^/]+$/.test(key)) leftovers += 1;
    else if (!moving)
      findings.push({
        kind: 'foreign',
        key,
        versionId: newest.versionId,
        recordingId: known ? recordingId : null,
        what: because('object-foreign', { key }),
      });
  }
  return { findings, gone, expected: expected.length, found, leftovers };
}

/** The version that the ledger means, and the one that whoever asks without a version gets. */
function placesOf(versions: readonly Entry[], versionId: string | null): { mine: Entry | null; newest: Entry | null } {
  const newest = versions.find(({ isNewest }) => isNewest) ?? null;
  if (versionId === null) return { mine: newest?.isMarker ? null : newest, newest };
  return { mine: versions.find((each) => each.versionId === versionId && !each.isMarker) ?? null, newest };
}
