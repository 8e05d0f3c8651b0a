/*
 * The long form of the media matrix (docs/media.md): every combination of container, picture, sound and defect that can be, and every special clip. Each is rendered, made
 * playable as deriving does it, and played and sought in headless Chromium.
 *
 *   scripts/media-matrix [--list] [PATTERN]      clips whose names match the regular expression; all of them without one
 *
 * Prints one line for each clip that fails, with what is wrong, where it stands after every twenty-five, and `N passed, N failed` at the end. Ends with 1 if one failed.
 */
import { everyCombination } from '#test/media/clips';
import { specialClips } from '#test/media/special-clips';
import { speechClips } from '#test/media/speech-clips';
import { faultsOf, tryClips } from '#test/media/try-clip';

const TELL_EVERY = 25;

const words = process.argv.slice(2).filter((word) => word !== '--list');
const only = new RegExp(words[0] ?? '');
const clips = [...everyCombination(), ...specialClips(), ...speechClips()].filter(({ name }) => only.test(name));

if (process.argv.includes('--list')) for (const { name } of clips) console.log(name);
else if (clips.length === 0) {
  console.error(`no clip is called so: ${words[0]}`);
  process.exitCode = 2;
} else {
  const begun = performance.now();
  let done = 0;
  let failed = 0;
  await tryClips(clips, (clip, outcome) => {
    const faults = faultsOf(clip, outcome);
    done += 1;
    if (faults.length > 0) {
      failed += 1;
      console.log(`failed: ${clip.name}: ${faults.join('; ')}`);
    }
    if (done % TELL_EVERY === 0) console.log(`${done} of ${clips.length}, ${Math.round((performance.now() - begun) / 1000)} s`);
  });
  console.log(`${done - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
