/*
 * One clock for several films. Films drift by themselves: each decoder has its own. A loop looks at each film ten times a second and changes its rate: by at most a tenth while it is near,
 * which nobody hears, by up to a half where an eye would see that it is off, and it jumps where it is far off. Films that are told to play begin one after the other, up to some tenths of a
 * second apart: the clock waits until all of them move, and begins in their middle, so that none has far to go. While a film that should play has nothing to show, the clock waits for it
 * too, so that no camera runs away from the others. Where no film is, and one comes later, the clock goes there at once: nobody watches nothing for hours.
 */

/** A film on the common line. */
export interface Track {
  readonly id: string;
  /** Where its beginning lies on the line, ms. */
  readonly fromMs: number;
  readonly lengthMs: number;
}

interface Film {
  readonly track: Track;
  readonly video: HTMLVideoElement;
}

/** Where the films stood last, s, and when that was. */
interface Standing {
  readonly lastMs: number;
  readonly atS: ReadonlyMap<string, number>;
}

const TURN_MS = 100;
const JUMP_S = 0.5;
/** Beyond it a film catches up, or lets the others; s. A picture stands for 40 ms, so one that is nearer looks as if it were in step. */
const NEAR_S = 0.05;
/** By so much of the difference the rate is changed, and by how much at most. */
const NUDGE = { gain: 0.6, most: 0.1 };
const CATCH_UP = { gain: 2, most: 0.5 };
/** So long a film that was told to play is waited for: one that the browser refuses to play never moves. */
const BEGIN_MS_MAX = 1500;
/** A time without film that is shorter is played as it was. */
const GAP_MS = 2000;
/** So long it is said that a gap was left out. */
const SKIP_SAID_MS = 5000;
/** `HTMLMediaElement.HAVE_FUTURE_DATA`. */
const READY = 3;
const RATE_MAX = 16;
const RATE_MIN = 0.0625;

export interface Turn {
  readonly atMs: number;
  readonly playing: boolean;
  /** A film that should play has nothing to show yet. */
  readonly waiting: boolean;
  /** How far apart the films are, ms. */
  readonly spreadMs: number;
  /** How long the time without film was that has just been left out; 0: none has. */
  readonly skippedMs: number;
}

export class MasterClock {
  readonly #films = new Map<string, Film>();
  /** Films whose pictures along the film are shown in their place. */
  readonly #stills = new Set<string>();
  readonly #told: (turn: Turn) => void;
  #endMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #atMs: number;
  #sinceMs = performance.now();
  #rate = 1;
  #playing = false;
  /** While films stand, and until all that were told to play move. */
  #standing: Standing | undefined;
  #skipped = { ms: 0, saidUntilMs: 0 };

  /** `endMs`: where the line ends. `told` is called ten times a second. */
  constructor(atMs: number, endMs: number, told: (turn: Turn) => void) {
    this.#atMs = atMs;
    this.#endMs = endMs;
    this.#told = told;
  }

  /** Begins to look at the films; the function that it returns ends that. */
  start(): () => void {
    this.#sinceMs = performance.now();
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
    return () => {
      clearInterval(this.#timer);
      for (const { video } of this.#films.values()) video.pause();
    };
  }

  /** The line has become longer or shorter. */
  set endMs(endMs: number) {
    this.#endMs = endMs;
  }

  /** Whether pictures along the film stand in the place of the moving one: then nobody waits for it. */
  showStills(id: string, shown: boolean): void {
    if (shown) this.#stills.add(id);
    else if (this.#stills.delete(id)) {
      const film = this.#films.get(id);
      if (film) this.#place(film.track, film.video);
    }
  }

  /** Puts a film on the line; the function that it returns takes it away. */
  add(track: Track, video: HTMLVideoElement): () => void {
    this.#films.set(track.id, { track, video });
    this.#place(track, video);
    return () => this.#films.delete(track.id);
  }

  get atMs(): number {
    return this.#atMs;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Called inside a click: browsers let films begin there. */
  play(): void {
    this.#playing = true;
    this.#sinceMs = performance.now();
    this.#turn();
  }

  pause(): void {
    this.#playing = false;
    for (const { video } of this.#films.values()) video.pause();
    this.#turn();
  }

  seek(atMs: number): void {
    this.#atMs = Math.max(0, Math.min(this.#endMs, atMs));
    this.#sinceMs = performance.now();
    for (const { track, video } of this.#films.values()) this.#place(track, video);
    this.#stand();
    this.#turn();
  }

  setRate(rate: number): void {
    this.#rate = Math.max(RATE_MIN, Math.min(RATE_MAX, rate));
  }

  #place({ fromMs, lengthMs }: Track, video: HTMLVideoElement): void {
    const seconds = Math.max(0, Math.min(lengthMs, this.#atMs - fromMs)) / 1000;
    if (Math.abs(video.currentTime - seconds) > 0.001) video.currentTime = seconds;
  }

  #turn(): void {
    const nowMs = performance.now();
    const films = [...this.#films.values()];
    if (this.#playing) this.#skipGap(films, nowMs);
    const covered = films.filter(({ track }) => this.#covers(track));
    const on = covered.filter(({ track }) => !this.#stills.has(track.id));
    const waiting = this.#playing && on.some(({ video }) => video.readyState < READY && !video.ended && video.error === null);
    if (!this.#playing || waiting) this.#stand();
    else if (this.#standing) this.#begin(this.#standing, on);
    else this.#atMs += (nowMs - this.#sinceMs) * this.#rate;
    this.#atMs = Math.min(this.#endMs, this.#atMs);
    this.#sinceMs = nowMs;
    if (this.#playing && this.#atMs >= this.#endMs) this.#playing = false;
    const offs = on.map(({ track, video }) => this.#steer(track, video, waiting));
    for (const film of films) {
      const plays = on.includes(film);
      if (!plays && !film.video.paused) film.video.pause();
      // Browsers open six connections to one station: what does not play takes none to fill its buffer.
      const preload = plays && this.#playing ? 'auto' : 'metadata';
      if (film.video.preload !== preload) film.video.preload = preload;
    }
    const spreadMs = offs.length < 2 ? 0 : Math.max(...offs) - Math.min(...offs);
    const skippedMs = nowMs < this.#skipped.saidUntilMs ? this.#skipped.ms : 0;
    this.#told({ atMs: this.#atMs, playing: this.#playing, waiting, spreadMs, skippedMs });
  }

  #skipGap(films: readonly Film[], nowMs: number): void {
    if (films.some(({ track }) => this.#covers(track))) return;
    const nextMs = Math.min(...films.map(({ track }) => track.fromMs).filter((fromMs) => fromMs > this.#atMs));
    if (nextMs === Number.POSITIVE_INFINITY || nextMs - this.#atMs < GAP_MS) return;
    this.#skipped = { ms: nextMs - this.#atMs, saidUntilMs: nowMs + SKIP_SAID_MS };
    this.#atMs = nextMs;
    this.#stand();
  }

  #stand(): void {
    const atS = new Map([...this.#films.values()].map(({ track, video }) => [track.id, video.currentTime]));
    this.#standing = { lastMs: performance.now(), atS };
  }

  /** The clock goes on as soon as all films move, from the middle of them. */
  #begin({ lastMs, atS }: Standing, on: readonly Film[]): void {
    const able = on.filter(({ video }) => !video.ended && video.error === null);
    const moves = ({ track, video }: Film) => Math.abs(video.currentTime - (atS.get(track.id) ?? 0)) > 0.001;
    if (!able.every(moves) && performance.now() < lastMs + BEGIN_MS_MAX) return;
    this.#standing = undefined;
    const aheadMs = able.map(({ track, video }) => track.fromMs + video.currentTime * 1000 - this.#atMs);
    const near = aheadMs.filter((ms) => Math.abs(ms) <= JUMP_S * 1000 * Math.max(1, this.#rate));
    if (near.length > 0) this.#atMs += (Math.min(...near) + Math.max(...near)) / 2;
  }

  #covers({ fromMs, lengthMs }: Track): boolean {
    return this.#atMs >= fromMs && this.#atMs < fromMs + lengthMs;
  }

  /** Returns how far the film is ahead of the clock, ms. */
  #steer({ fromMs }: Track, video: HTMLVideoElement, waiting: boolean): number {
    const off = video.currentTime - (this.#atMs - fromMs) / 1000;
    if (!this.#playing || waiting) {
      if (!video.paused && (!this.#playing || video.readyState >= READY)) video.pause();
      return off * 1000;
    }
    // As the viewer has it: at four times the speed a difference is over in a quarter of the time.
    const seen = off / Math.max(1, this.#rate);
    if (Math.abs(seen) > JUMP_S) video.currentTime -= off;
    const { gain, most } = Math.abs(seen) > NEAR_S ? CATCH_UP : NUDGE;
    const nudge = Math.max(-most, Math.min(most, -seen * gain));
    video.playbackRate = Math.max(RATE_MIN, Math.min(RATE_MAX, this.#rate * (1 + nudge)));
    // Refused where nobody has clicked yet; the next turn tries again.
    if (video.paused && !video.ended) void video.play().catch(() => undefined);
    return off * 1000;
  }
}
