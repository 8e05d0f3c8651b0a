import fc from 'fast-check';
import { DateTime } from 'luxon';

/* Makes random days of recorders as a card would hold them, and tells what was really one take. It knows nothing of the station's rules. */

/** A file as a card lists it, with what its container would tell. */
interface MadeFile {
  readonly path: string;
  readonly mtimeMs: number;
  readonly durationMs: number | null;
  readonly containerMs: number | null;
}

export interface MadeCard {
  readonly files: readonly MadeFile[];
  /** Paths of each take, in order. A take with lost segments counts as several, one for each piece. */
  readonly takes: readonly (readonly string[])[];
  /** Paths before and after lost chapters or letters, with the words for what is missing. */
  readonly holes: readonly { readonly before: string; readonly after: string; readonly missing: string }[];
  readonly zone: string;
}

const FAMILIES = ['gat947', 'letters', 'take-letters', 'novatek', 'gopro'] as const;
export type Family = (typeof FAMILIES)[number];

interface SegmentPlan {
  readonly lastsMs: number;
  readonly silenceMs: number;
  readonly lost: boolean;
  /** True: the container tells its length. */
  readonly told: boolean;
}

interface TakePlan {
  readonly pauseS: number;
  readonly officer: number;
  readonly segments: readonly SegmentPlan[];
}

interface RecorderPlan {
  readonly takes: readonly TakePlan[];
  /** How many numbers before the end of the counter the recorder begins. */
  readonly beforeEnd: number;
  readonly firstNumber: 0 | 1;
  readonly folder: 'day' | 'by-number' | 'one';
  readonly filesPerFolder: number;
  readonly keepsSummerTime: boolean;
  /** The recorder loses its clock before the take with this number; negative: never. */
  readonly clockLostBefore: number;
  /** True: with its clock the recorder loses its numbers, and it opens a new folder. */
  readonly numbersLost: boolean;
}

export interface CardPlan {
  readonly family: Family;
  readonly place: { readonly zone: string; readonly beginMs: number };
  readonly offsetS: number;
  readonly fileTimes: 'wall-clock' | 'moments';
  readonly stampsStart: boolean;
  readonly containers: 'none' | 'utc' | 'local';
  readonly recorders: readonly RecorderPlan[];
}

const OFFICERS = ['041234', '055555', '000000'];
const LOST_CLOCK_MS = Date.UTC(2019, 0, 1);
const HOUR_S = 3600;

// Two hours before a change of summer time, or before midnight.
const PLACES = [
  { zone: 'Europe/Berlin', beginMs: Date.UTC(2026, 2, 28, 23) },
  { zone: 'Europe/Berlin', beginMs: Date.UTC(2026, 9, 24, 23) },
  { zone: 'America/New_York', beginMs: Date.UTC(2026, 10, 1, 4) },
  { zone: 'Australia/Lord_Howe', beginMs: Date.UTC(2026, 3, 4, 13) },
  { zone: 'Europe/Berlin', beginMs: Date.UTC(2026, 5, 20, 20) },
  { zone: 'Asia/Shanghai', beginMs: Date.UTC(2019, 5, 27, 14) },
] as const;

const segmentPlan = fc.record({
  lastsMs: fc.integer({ min: 20_000, max: 900_000 }),
  silenceMs: fc.integer({ min: 0, max: 900 }),
  lost: fc.boolean().chain((lost) => (lost ? fc.boolean() : fc.constant(false))),
  told: fc.boolean(),
});

const takePlan = fc.record({
  // Neither so short that it is no pause, nor an hour, which a changed clock could make of none.
  pauseS: fc
    .integer({ min: 30, max: 2 * HOUR_S })
    .map((pause) => ([1800, HOUR_S].some((jump) => Math.abs(pause - jump) < 20) ? pause + 60 : pause)),
  officer: fc.integer({ min: 0, max: OFFICERS.length - 1 }),
  segments: fc.array(segmentPlan, { minLength: 1, maxLength: 5 }),
});

const recorderPlan = fc.record({
  takes: fc.array(takePlan, { minLength: 1, maxLength: 5 }),
  beforeEnd: fc.integer({ min: 0, max: 12 }),
  firstNumber: fc.constantFrom(0 as const, 1 as const),
  folder: fc.constantFrom('day' as const, 'by-number' as const, 'one' as const),
  filesPerFolder: fc.integer({ min: 1, max: 6 }),
  keepsSummerTime: fc.boolean(),
  clockLostBefore: fc.integer({ min: -6, max: 4 }),
  numbersLost: fc.boolean(),
});

export const cardPlan = fc.record({
  family: fc.constantFrom(...FAMILIES),
  place: fc.constantFrom(...PLACES),
  offsetS: fc.integer({ min: 0, max: 4 * HOUR_S }),
  fileTimes: fc.constantFrom('wall-clock' as const, 'moments' as const),
  stampsStart: fc.boolean(),
  containers: fc.constantFrom('none' as const, 'utc' as const, 'local' as const),
  recorders: fc.array(recorderPlan, { minLength: 1, maxLength: 2 }),
});

/** Plays the recorders of a plan. */
export function makeTakes(plan: CardPlan): MadeCard {
  const made = { files: [] as MadeFile[], takes: [] as string[][], holes: [] as MadeCard['holes'][number][] };
  for (const [place, recorder] of plan.recorders.entries()) {
    // Families whose names carry no device leave the card of one recorder.
    if (place > 0 && (plan.family === 'novatek' || plan.family === 'gopro')) break;
    const one = new Recorder(plan, recorder, `DSJ000000${place + 1}`);
    one.play();
    made.files.push(...one.files);
    made.takes.push(...one.takes);
    made.holes.push(...one.holes);
  }
  return { ...made, zone: plan.place.zone };
}

class Recorder {
  readonly files: MadeFile[] = [];
  readonly takes: string[][] = [];
  readonly holes: { before: string; after: string; missing: string }[] = [];
  readonly #card: CardPlan;
  readonly #plan: RecorderPlan;
  readonly #device: string;
  readonly #largest: number;
  readonly #hasParts: boolean;
  #nowMs: number;
  /** By how much the clock is behind the one that it would have without the loss, ms. */
  #behindMs = 0;
  #number: number;
  #written = 0;
  #folder = 100;

  constructor(card: CardPlan, plan: RecorderPlan, device: string) {
    this.#card = card;
    this.#plan = plan;
    this.#device = device;
    this.#largest = card.family === 'novatek' ? 999 : 9999;
    this.#hasParts = card.family === 'letters' || card.family === 'take-letters' || card.family === 'gopro';
    this.#nowMs = card.place.beginMs + card.offsetS * 1000;
    this.#number = this.#largest - plan.beforeEnd;
  }

  play(): void {
    let officer = -1;
    for (const [place, take] of this.#plan.takes.entries()) {
      if (place === this.#plan.clockLostBefore) this.#loseClock();
      // Who takes over a running recorder begins a file at once: only the officer tells the takes apart.
      const handedOver = this.#card.family === 'gat947' && officer >= 0 && officer !== take.officer && place !== this.#plan.clockLostBefore;
      this.#nowMs += handedOver ? 0 : take.pauseS * 1000;
      officer = take.officer;
      for (const lens of this.#lenses()) this.#film(take, lens);
      this.#nowMs += take.segments.reduce((sum, { lastsMs, silenceMs }) => sum + lastsMs + silenceMs, 0);
      if (this.#hasParts) this.#countOn(1);
      else this.#countOn(take.segments.length);
    }
  }

  #lenses(): readonly string[] {
    return this.#card.family === 'novatek' ? ['A', 'B'] : [''];
  }

  /** Makes the segments of a take. Lost segments are made too, and then removed from the card. */
  #film(take: TakePlan, lens: string): void {
    let atMs = this.#nowMs;
    let piece: string[] = [];
    let missing: string[] = [];
    let last: string | null = null;
    // Where numbers begin anew with the clock, nothing but the folder tells two takes apart: a lost segment would be one of either.
    const mayLose = !this.#plan.numbersLost || this.#plan.clockLostBefore < 0;
    for (const [place, segment] of take.segments.entries()) {
      const number = this.#hasParts ? this.#number : this.#after(place);
      const path = this.#path({ atMs, beganMs: this.#nowMs, number, place, lens, officer: OFFICERS[take.officer] ?? '' });
      const endMs = atMs + segment.lastsMs;
      if (segment.lost && mayLose) {
        if (piece.length > 0) this.takes.push(piece);
        piece = [];
        missing.push(this.#card.family === 'gopro' ? String(place + 1) : String.fromCharCode(65 + place));
      } else {
        if (last !== null && missing.length > 0)
          this.holes.push({ before: last, after: path, missing: [...new Set([missing[0], missing.at(-1)])].join('–') });
        missing = [];
        last = path;
        piece.push(path);
        this.files.push(this.#file(path, atMs, endMs, segment));
      }
      atMs = endMs + segment.silenceMs;
    }
    if (piece.length > 0) this.takes.push(piece);
  }

  #file(path: string, beganMs: number, endMs: number, { told, lastsMs }: SegmentPlan): MadeFile {
    const { family, stampsStart, containers } = this.#card;
    const namesTell = family !== 'gopro' && family !== 'take-letters';
    const stampedMs = stampsStart && family === 'gopro' ? beganMs : endMs;
    const whole = (ms: number) => Math.floor(ms / 1000) * 1000;
    const container = { none: null, utc: whole(beganMs - this.#behindMs), local: whole(this.#shown(beganMs)) };
    return {
      path,
      mtimeMs: Math.floor(this.#fileTime(stampedMs) / 2000) * 2000,
      durationMs: told || !namesTell ? lastsMs : null,
      containerMs: namesTell ? null : container[containers],
    };
  }

  /** The time of a file as the volume gives it: FAT's wall clock, read in standard time all year, or the exact moment. */
  #fileTime(ms: number): number {
    const { fileTimes, place } = this.#card;
    return fileTimes === 'moments' ? ms - this.#behindMs : this.#shown(ms) - standardMs(place.zone);
  }

  /** What the clock shows, read as if it were UTC. */
  #shown(ms: number): number {
    const { zone } = this.#card.place;
    const at = ms - this.#behindMs;
    return at + (this.#plan.keepsSummerTime ? DateTime.fromMillis(at, { zone }).offset * 60_000 : standardMs(zone));
  }

  #loseClock(): void {
    this.#behindMs = this.#nowMs - (LOST_CLOCK_MS - standardMs(this.#card.place.zone));
    this.#folder += 100;
    this.#written = 0;
    if (this.#plan.numbersLost) this.#number = this.#plan.firstNumber;
  }

  #after(steps: number): number {
    const number = this.#number + steps;
    return number > this.#largest ? number - this.#largest - 1 + this.#plan.firstNumber : number;
  }

  #countOn(steps: number): void {
    this.#number = this.#after(steps);
  }

  #path(of: { atMs: number; beganMs: number; number: number; place: number; lens: string; officer: string }): string {
    const stampOf = (ms: number) => new Date(this.#shown(ms)).toISOString().slice(0, 19).replace(/\D/g, '');
    const stamp = stampOf(of.atMs);
    const number = String(of.number).padStart(String(this.#largest).length, '0');
    const letter = String.fromCharCode(65 + of.place);
    const folder = this.#folderFor(stamp);
    const { family } = this.#card;
    if (family === 'gopro') return `DCIM/${folder}GOPRO/GH${String(of.place + 1).padStart(2, '0')}${number}.MP4`;
    if (family === 'novatek')
      return `CARDV/MOVIE/${folder}/${stamp.slice(0, 4)}_${stamp.slice(4, 8)}_${stamp.slice(8)}_${number}${of.lens}.MP4`;
    const who = `${this.#device}_${of.officer}`;
    if (family === 'gat947') return `DCIM/${folder}/${who}_${stamp}_${number}.MP4`;
    return `DCIM/${folder}/${who}_${family === 'letters' ? stamp : stampOf(of.beganMs)}_${number}${letter}.MP4`;
  }

  #folderFor(stamp: string): string {
    const { folder, filesPerFolder, numbersLost, clockLostBefore } = this.#plan;
    this.#written += 1;
    // Where only the folder tells two takes apart, one take stays in one.
    const splits = !(numbersLost && clockLostBefore >= 0);
    if (folder === 'day' && splits && this.#card.family !== 'gopro') return stamp.slice(0, 8);
    const nth = folder === 'by-number' && splits ? Math.floor(this.#written / filesPerFolder) : 0;
    return String(this.#folder + nth);
  }
}

function standardMs(zone: string): number {
  const offsets = [1, 7].map((month) => DateTime.fromObject({ year: 2026, month, day: 1 }, { zone }).offset);
  return Math.min(...offsets) * 60_000;
}
