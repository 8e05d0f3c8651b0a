import type { CardFacts } from './card-facts.ts';
import { assignSidecars } from './sidecars.ts';

/** One listed file with what its name tells. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** As the volume told. */
  readonly otherPath?: string;
  readonly facts: CardFacts;
}

/** One continuous capture: its segments in order, and the sidecars that travel with it. */
export interface Capture {
  readonly segments: readonly ListedFile[];
  readonly sidecars: readonly ListedFile[];
}

export interface CaptureRules {
  /** Longest silence between the end of one segment and the claimed start of the next, ms. */
  readonly contiguousMs: number;
  /** Claimed wall-clock time as ms since 1970, in the station's zone. */
  readonly claimedMs: (claimed: string) => number;
  /** Length of a file as its container tells; asked only for files that may have a successor; null if it does not say. */
  readonly durationMs: (file: ListedFile) => Promise<number | null>;
}

// A segment longer than this is no segment: what its mtime says about its end is not believed.
const SEGMENT_MS_MAX = 4 * 3600_000;

/** Sorts the files of a whole card into captures, in the order of the card; yields each as soon as it is decided. */
export async function* groupCaptures(files: readonly ListedFile[], rules: CaptureRules): AsyncGenerator<Capture> {
  const sidecars = assignSidecars(files);
  for (const inDirectory of Map.groupBy(sidecars.others, ({ path }) => directoryOf(path)).values()) {
    // Segments are joined only on evidence: where it is missing each file is a recording of its own.
    for (const segments of await chain(inDirectory, rules)) yield { segments, sidecars: sidecars.take(segments) };
  }
}

async function chain(files: readonly ListedFile[], rules: CaptureRules): Promise<ListedFile[][]> {
  const chains: ListedFile[][] = [];
  const parts = new Map<string, ListedFile[]>();
  const numbered: ListedFile[] = [];
  for (const file of files) {
    const { kind, part, captureKey, sequence } = file.facts;
    const continuous = kind === 'video' || kind === 'audio';
    if (continuous && part !== undefined && captureKey !== undefined) {
      const key = `${kind}|${file.facts.lens ?? ''}|${captureKey}`;
      const known = parts.get(key);
      if (known) known.push(file);
      else {
        const begun = [file];
        parts.set(key, begun);
        chains.push(begun);
      }
    } else if (continuous && sequence !== undefined && file.facts.claimedStart !== undefined) numbered.push(file);
    else chains.push([file]);
  }
  for (const segments of parts.values()) segments.sort((a, b) => (a.facts.part ?? 0) - (b.facts.part ?? 0));
  chains.push(...(await chainByTime(numbered, rules)));
  return chains;
}

async function chainByTime(files: readonly ListedFile[], rules: CaptureRules): Promise<ListedFile[][]> {
  const order = (a: ListedFile, b: ListedFile) =>
    compare(a.facts.deviceNumber ?? '', b.facts.deviceNumber ?? '') ||
    compare(a.facts.kind, b.facts.kind) ||
    compare(a.facts.lens ?? '', b.facts.lens ?? '') ||
    compare(a.facts.claimedStart ?? '', b.facts.claimedStart ?? '') ||
    (a.facts.sequence ?? 0) - (b.facts.sequence ?? 0);
  const chains: ListedFile[][] = [];
  let last: ListedFile | undefined;
  for (const file of [...files].sort(order)) {
    const current = chains.at(-1);
    if (last && current && (await follows(last, file, rules))) current.push(file);
    else chains.push([file]);
    last = file;
  }
  return chains;
}

async function follows(previous: ListedFile, next: ListedFile, rules: CaptureRules): Promise<boolean> {
  const a = previous.facts;
  const b = next.facts;
  if (a.deviceNumber !== b.deviceNumber || a.kind !== b.kind || a.lens !== b.lens || a.officerId !== b.officerId) return false;
  if (a.sequence === undefined || b.sequence !== a.sequence + 1 || !a.claimedStart || !b.claimedStart) return false;
  const started = rules.claimedMs(a.claimedStart);
  const nextStarted = rules.claimedMs(b.claimedStart);
  if (!(nextStarted > started) || nextStarted - started > SEGMENT_MS_MAX) return false;
  const duration = await rules.durationMs(previous);
  if (duration !== null) return Math.abs(nextStarted - (started + duration)) <= rules.contiguousMs;
  const ended = previous.mtimeMs;
  return ended > started && ended - started < SEGMENT_MS_MAX && Math.abs(nextStarted - ended) <= rules.contiguousMs;
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
