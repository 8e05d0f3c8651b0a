import type { Slot } from './station.ts';
import { Store } from './store.ts';

const KEPT = 'evidock-kiosk-muted';

/** Whether this screen is to be quiet. */
export const muted = new Store(localStorage.getItem(KEPT) === 'yes');

export function setMuted(next: boolean): void {
  localStorage.setItem(KEPT, next ? 'yes' : 'no');
  muted.set(next);
}

/** Frequencies in Hz, one after the other. Done rises; a problem falls, and is told three times. */
const SOUNDS = {
  done: [523.25, 659.25, 783.99],
  problem: [440, 330, 440, 330, 440, 330],
} as const;
export type SoundName = keyof typeof SOUNDS;
const TONE_S = 0.18;
const LOUD = 0.25;

let context: AudioContext | null = null;

/** Plays a sound, made here: no file. A browser that nobody has touched yet may refuse, and the tile says the same. */
export async function play(name: SoundName): Promise<void> {
  if (muted.value) return;
  context ??= new AudioContext();
  try {
    await context.resume();
  } catch {
    return;
  }
  const gain = context.createGain();
  gain.connect(context.destination);
  const start = context.currentTime + 0.02;
  SOUNDS[name].forEach((frequency, place) => {
    const tone = context?.createOscillator();
    if (!tone) return;
    const at = start + place * TONE_S;
    tone.type = 'triangle';
    tone.frequency.value = frequency;
    tone.connect(gain);
    // A soft beginning and end, so that the loudspeaker does not click.
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUD, at + 0.02);
    gain.gain.linearRampToValueAtTime(0, at + TONE_S - 0.01);
    tone.start(at);
    tone.stop(at + TONE_S);
  });
  setTimeout(
    () => {
      gain.disconnect();
      // A context that runs keeps a thread awake.
      void context?.suspend();
    },
    (SOUNDS[name].length * TONE_S + 0.3) * 1000,
  );
}

/** The sound for a change of slots; null: none. A problem is more urgent than what is done. */
export function soundOf(before: readonly Slot[], after: readonly Slot[]): SoundName | null {
  const was = new Map(before.map((slot) => [slot.slot, slot]));
  let done = false;
  for (const slot of after) {
    const old = was.get(slot.slot);
    if (old && isBad(slot) && !isBad(old)) return 'problem';
    done ||= slot.phase === 'safe' && old !== undefined && old.phase !== 'safe';
  }
  return done ? 'done' : null;
}

const isBad = ({ phase, problem }: Slot) => phase === 'problem' || phase === 'unknown' || (phase === 'removed' && problem !== null);
