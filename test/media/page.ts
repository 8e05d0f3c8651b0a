import type { Clip } from './clips.ts';

/** What was made of a clip, as far as the page tells it. */
export interface Outcome {
  readonly recipe: string;
  readonly mediaType: string;
  readonly damaged: boolean;
  readonly inBrowser: { readonly trouble: string | null };
}

const HEAD = `# What plays, and what is made of it

Written by \`test/media/matrix.test.ts\`, which renders every clip, has the station's transcoder make a playable of it, reads the number that is burned
into each picture, and plays and seeks the result in headless Chromium. Do not edit: \`EVIDOCK_WRITE_DOCS=1 npx vitest run test/media\` writes it anew.
\`scripts/media-matrix\` is the long form: every container, picture, sound and defect that can be, instead of pairs of them ([reliability.md](reliability.md) has its figures).
The ways are tried in the order that [design.md](design.md), "Everything that decodes plays", tells; the recipe stands in each derivative.

| container | picture | sound | clip | is damaged | playable | recipe | in the browser |
|---|---|---|---|---|---|---|---|
`;

const TAIL = `## What nothing here plays

None of these is called damaged: the recording has the note \`unsupported\`, with the demuxer's words, and the original is kept. Tried with ffmpeg 5.1 of Debian 12.

| file | why |
|---|---|
| DS2 (\`\\x03ds2\`), and DSS with codec 6 (QP) | no free decoder is known of; DS2 may also be encrypted |
| QCP with SMV or 4GV | ffmpeg knows the codec's name and has no decoder |
| raw G.711, raw G.726 (\`.g711\`, \`.g726\`) | no header: nothing in the file tells codec and rate. In WAV, AU and AVI they play |

Of a dictation in DSS SP that fills its last block up, ffmpeg decodes the fill too: up to 0.3 s of noise at the end of the playable.
The samples of QCP, DSS and AMR are put together by \`test/media/speech-files.ts\`, because no program here writes them.
`;

/** docs/media.md. */
export function mediaPage(made: readonly { clip: Clip; outcome: Outcome }[]): string {
  const rows = made.map(({ clip: { container, video, audio, variant }, outcome }) => {
    const { recipe, mediaType, damaged, inBrowser } = outcome;
    const browser = inBrowser.trouble ?? 'plays, seeks';
    return `| ${[container, video, audio, variant, damaged ? 'yes' : 'no', mediaType, recipe, browser].join(' | ')} |`;
  });
  return `${HEAD}${rows.join('\n')}\n\n${made.length} clips.\n\n${TAIL}`;
}
