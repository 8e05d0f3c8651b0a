import type { CardFacts } from '#domain/card/facts';
import type { RecordingNote } from '#domain/notes';
import { plainMs } from '#domain/time/wall-clock';
import { MISSING_MAX, notesOnGaps } from './segment-gaps.ts';
import { placeOf, rowOf, type Segment, standsInRow, stepsBetween, takeFactsOf } from './segment-names.ts';
import { meeting, stampsOf } from './segment-times.ts';

/*
 * Which files of a card are segments of one take (docs/design.md, "One take"). Nothing here depends on the order in which the card lists its files, but for the
 * order in which takes come out.
 */

interface TakeFile {
  readonly path: string;
  readonly mtimeMs: number;
  readonly facts: CardFacts;
}

export interface TakeRules<File extends TakeFile> {
  /** Longest silence between the end of one segment and the start of the next, ms, as the driver names it. */
  readonly contiguousMs: number;
  /** Whose summer time a recorder's clock may keep. */
  readonly timezone: string;
  /** Length of a file as its container tells; asked only for files that may have a neighbour; null if it does not say. */
  readonly durationMs: (file: File) => Promise<number | null>;
  /** The container's own time, ms since 1970 as if it were UTC; asked only where names do not tell when each segment begins. Left out: there is none. */
  readonly containerStartMs?: (file: File) => Promise<number | null>;
}

/** One file, or the segments of one take in their order. */
export interface Take<File> {
  readonly segments: readonly File[];
  readonly notes: readonly RecordingNote[];
}

interface Member<File> extends Segment {
  readonly file: File;
}

interface Edge<M> {
  readonly from: M;
  readonly to: M;
  /** Distance of the end of one from the start of the other, ms, without sign. */
  readonly apartMs: number;
}

const HOUR_MS = 3600_000;
/** Segments begin at most this long after the one before, and with a clock that is set back for winter a little before it. */
const AFTER_MS_MAX = 13 * HOUR_MS;
const BEFORE_MS_MAX = 2 * HOUR_MS;
/** Most files with the same number that may follow one file. Where a card has more, its numbers tell nothing. */
const CANDIDATES_MAX = 6;
/** Two candidates whose gaps differ by less than what a name's clock can tell apart are equally good. */
const AS_GOOD_MS = 1000;

/** Puts the files of a whole card together to takes, in the order of the card; yields each as soon as it is decided. Every file is in exactly one. */
export async function* takesOf<File extends TakeFile>(files: readonly File[], rules: TakeRules<File>): AsyncGenerator<Take<File>> {
  const groups = new Map<File, readonly File[]>();
  const inRows = files.filter(({ facts }) => standsInRow(facts.kind, facts));
  for (const row of Map.groupBy(inRows, ({ facts }) => rowOf(facts.kind, facts)).values()) {
    for (const group of neighboursIn(row)) for (const file of group) groups.set(file, group);
  }
  const isUsed = numbersOn(files);
  const done = new Set<File>();
  for (const file of files) {
    if (done.has(file)) continue;
    const group = groups.get(file);
    if (!group) {
      yield { segments: [file], notes: [] };
      continue;
    }
    for (const each of group) done.add(each);
    yield* await joinGroup(group, rules, isUsed);
  }
}

/** Files of one row that may be neighbours by number and by the times in their names, before any is opened. */
function neighboursIn<File extends TakeFile>(row: readonly File[]): Iterable<readonly File[]> {
  const leader = new Map<File, File>();
  const leaderOf = (file: File): File => {
    let top = file;
    for (let next = leader.get(top); next !== undefined; next = leader.get(top)) top = next;
    // Shortens the way to the top for the next who asks.
    for (let at = file; at !== top; ) {
      const next = leader.get(at) ?? top;
      leader.set(at, top);
      at = next;
    }
    return top;
  };
  const candidates = candidatesIn(row);
  for (const file of row) {
    for (const other of candidates(file, MISSING_MAX + 1)) {
      const [a, b] = [leaderOf(file), leaderOf(other)];
      if (a !== b) leader.set(b, a);
    }
  }
  return Map.groupBy(row, leaderOf).values();
}

/** Finds the files that stand up to so many steps after one of the same row, and may have begun when it ended. */
function candidatesIn<File extends TakeFile>(row: readonly File[]): (file: File, stepsMax: number) => readonly File[] {
  const timed = row.map((file) => ({ file, ms: roughMs(file) })).sort((a, b) => a.ms - b.ms || compare(a.file.path, b.file.path));
  const places = Map.groupBy(timed, ({ file }) => placeOf(file.facts));
  return (file, stepsMax) => {
    const found: File[] = [];
    const ms = roughMs(file);
    for (const place of placesAfter(file.facts, stepsMax)) {
      const there = places.get(place) ?? [];
      // Files' times are no claims of when they began: a camera may leave anything there.
      const hasClock = file.facts.claimedStart !== undefined;
      const begin = hasClock ? firstFrom(there, ms - BEFORE_MS_MAX) : 0;
      const end = hasClock ? firstFrom(there, ms + AFTER_MS_MAX) : there.length;
      if (end - begin > CANDIDATES_MAX) continue;
      for (const { file: other } of there.slice(begin, end)) if (other !== file && mayFollow(file, other, stepsMax)) found.push(other);
    }
    return found;
  };
}

function mayFollow(file: TakeFile, other: TakeFile, stepsMax: number): boolean {
  const steps = stepsBetween(file.facts, other.facts);
  return steps >= 1 && steps <= stepsMax;
}

/** Numbers that come next: straight on, and over the end of the counter, which begins again with 0 or 1. */
function placesAfter(facts: CardFacts, stepsMax: number): readonly number[] {
  const places = new Set<number>();
  for (let step = 1; step <= stepsMax; step += 1) {
    const place = placeOf(facts) + step;
    places.add(place);
    const over = facts.part === undefined && facts.sequenceMax !== undefined ? place - facts.sequenceMax : 0;
    if (over > 0) for (const wrapped of [over - 1, over]) places.add(wrapped);
  }
  return [...places];
}

function roughMs({ facts, mtimeMs }: TakeFile): number {
  return facts.claimedStart === undefined ? mtimeMs : plainMs(facts.claimedStart);
}

/** Place of the first that is not before this time, among those in order of time. */
function firstFrom(timed: readonly { readonly ms: number }[], ms: number): number {
  let [low, high] = [0, timed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timed[middle]?.ms ?? ms) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether any file of the recorder took this number on a day: a photo that was taken meanwhile is no missing segment. */
function numbersOn(files: readonly TakeFile[]): (facts: CardFacts | Segment['facts'], number: number) => boolean {
  const key = ({ deviceNumber, claimedStart }: Pick<CardFacts, 'deviceNumber' | 'claimedStart'>, number: number) =>
    `${deviceNumber ?? ''}|${claimedStart?.slice(0, 10) ?? ''}|${number}`;
  const used = new Set<string>();
  for (const { facts } of files) if (facts.sequence !== undefined) used.add(key(facts, facts.sequence));
  return (facts, number) => used.has(key(facts, number));
}

async function joinGroup<File extends TakeFile>(
  group: readonly File[],
  rules: TakeRules<File>,
  isUsed: ReturnType<typeof numbersOn>,
): Promise<Take<File>[]> {
  const inOrder = [...group].sort((a, b) => compare(a.path, b.path));
  const candidates = candidatesIn(inOrder);
  const wanted = wantedOf(inOrder, candidates);
  const members = new Map<File, Member<File>>();
  for (const file of inOrder) members.set(file, await memberOf(file, wanted.get(file) ?? 'nothing', rules));
  const after = (file: File, steps: number) => candidates(file, steps).flatMap((other) => members.get(other) ?? []);
  const edges = [...members.values()].flatMap((from) => edgesFrom(from, after(from.file, 1), rules.timezone));
  const chains = chainsOf([...members.values()], pairs(edges));
  const notes = notesOnGaps(chains, {
    after: ({ file }: Member<File>) => after(file, MISSING_MAX + 1),
    isUsed,
    timezone: rules.timezone,
  });
  return chains.map((chain, place) => ({ segments: chain.map(({ file }) => file), notes: notes[place] ?? [] }));
}

type Wanted = 'nothing' | 'length' | 'all times';

/**
 * Which files' containers must be asked. No others are: reading a card takes its time, and a file that follows none by name may be the one
 * that cannot be read.
 */
function wantedOf<File extends TakeFile>(group: readonly File[], candidates: ReturnType<typeof candidatesIn<File>>): Map<File, Wanted> {
  const wanted = new Map<File, Wanted>();
  for (const file of group) {
    for (const other of candidates(file, MISSING_MAX + 1)) {
      const byNames = stampsOf(file.facts, other.facts) !== 'none';
      if (!byNames) wanted.set(file, 'all times').set(other, 'all times');
      else if (!wanted.has(file)) wanted.set(file, 'length');
    }
  }
  return wanted;
}

async function memberOf<File extends TakeFile>(file: File, wanted: Wanted, rules: TakeRules<File>): Promise<Member<File>> {
  const durationMs = wanted === 'nothing' ? null : await rules.durationMs(file);
  const containerMs = wanted === 'all times' ? ((await rules.containerStartMs?.(file)) ?? null) : null;
  const facts = takeFactsOf(file.facts, { contiguousMs: rules.contiguousMs, durationMs, containerMs });
  return { file, kind: file.facts.kind, mtimeMs: file.mtimeMs, facts };
}

function chainsOf<M>(members: readonly M[], next: ReadonlyMap<M, M>): M[][] {
  const followers = new Set(next.values());
  return members
    .filter((member) => !followers.has(member))
    .map((first) => {
      const chain = [first];
      for (let at = next.get(first); at !== undefined; at = next.get(at)) chain.push(at);
      return chain;
    });
}

function edgesFrom<M extends Segment>(from: M, candidates: readonly M[], timezone: string): Edge<M>[] {
  return candidates.flatMap((to) => {
    const met = meeting(from, to, timezone);
    return met?.meets ? [{ from, to, apartMs: Math.abs(met.gapMs) }] : [];
  });
}

/**
 * Who follows whom, where several could: a file of the same folder before others, then the one that begins closest to the end. Two that are equally good
 * decide nothing: a clock that was lost begins two takes at one time with one number, and which belongs where cannot be told.
 */
function pairs<M extends Member<TakeFile>>(edges: readonly Edge<M>[]): Map<M, M> {
  const next = new Map<M, M>();
  const taken = new Set<M>();
  const sameFolder = ({ from, to }: Edge<M>) => folderOf(from.file.path) === folderOf(to.file.path);
  for (const tier of [edges.filter(sameFolder), edges.filter((edge) => !sameFolder(edge))]) {
    let open = tier;
    for (;;) {
      open = open.filter(({ from, to }) => !next.has(from) && !taken.has(to));
      const chosen = bestOf(open);
      if (chosen.length === 0) break;
      for (const { from, to } of chosen) {
        next.set(from, to);
        taken.add(to);
      }
    }
  }
  return next;
}

/** The edges that are clearly better than every other at either end. */
function bestOf<M>(edges: readonly Edge<M>[]): readonly Edge<M>[] {
  const from = Map.groupBy(edges, (edge) => edge.from);
  const to = Map.groupBy(edges, (edge) => edge.to);
  return edges.filter((edge) =>
    [from.get(edge.from), to.get(edge.to)].every((rivals) =>
      rivals?.every((rival) => rival === edge || rival.apartMs >= edge.apartMs + AS_GOOD_MS),
    ),
  );
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
