/*
 * One picture on or back. How long a picture stands is not on record, and recorders write all kinds of rates, some of them changing: so the step asks the browser which picture it shows.
 * Back is the moment just before the picture that stands. On is a search in small steps from it until another picture comes; once a length is known it takes one.
 */

/** Shorter than the picture of any recorder (125 a second). */
const LEAST_MS = 8;
/** Longer than most: slower films are searched to here. */
const MOST_MS = 700;
const SHOWN_MS = 400;
const JUST_BEFORE_MS = 3;

/** Media time of the picture that stands after a seek, ms. */
async function shownAt(video: HTMLVideoElement, toMs: number): Promise<number> {
  const picture = new Promise<number>((resolve) => {
    const timer = setTimeout(() => resolve(video.currentTime * 1000), SHOWN_MS);
    video.requestVideoFrameCallback((_, { mediaTime }) => {
      clearTimeout(timer);
      resolve(mediaTime * 1000);
    });
  });
  video.currentTime = Math.max(0, toMs / 1000);
  return picture;
}

export class FrameStepper {
  /** The shortest picture that was seen, by film; ms. */
  readonly #lengths = new WeakMap<HTMLVideoElement, number>();
  #busy: Promise<unknown> = Promise.resolve();

  /** What comes after a step waits for it: else the step would have the last word. */
  after(deed: () => void): void {
    void this.#busy.then(deed);
  }

  /** Steps, and tells the media time at which the film stands then, ms. One step after the other. */
  step(video: HTMLVideoElement, by: 1 | -1, told: (atMs: number) => void): void {
    this.#busy = this.#busy.then(() => this.#step(video, by)).then(told, () => undefined);
  }

  async #step(video: HTMLVideoElement, by: 1 | -1): Promise<number> {
    video.pause();
    // A seek shows the picture that stands, and so tells its time.
    const standing = await shownAt(video, video.currentTime * 1000 + 0.01);
    if (by === -1) return this.#found(video, await shownAt(video, standing - JUST_BEFORE_MS), standing);
    const known = this.#lengths.get(video);
    const endMs = video.duration * 1000;
    for (let ahead = known === undefined ? LEAST_MS : known * 1.5; ahead < MOST_MS && standing + ahead < endMs; ahead += LEAST_MS) {
      const next = await shownAt(video, standing + ahead);
      if (next > standing + 1) return this.#found(video, standing, next);
    }
    return standing;
  }

  /** Two neighbours: the length of the first is learned. */
  #found(video: HTMLVideoElement, firstMs: number, secondMs: number): number {
    const length = secondMs - firstMs;
    if (length >= 1 && length < (this.#lengths.get(video) ?? MOST_MS)) this.#lengths.set(video, length);
    return video.currentTime * 1000;
  }
}
