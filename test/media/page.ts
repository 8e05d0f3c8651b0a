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
The ways are tried in the order that [design.md](design.md), "Everything that decodes plays", tells; the recipe stands in each derivative.

| container | picture | sound | clip | is damaged | playable | recipe | in the browser |
|---|---|---|---|---|---|---|---|
`;

/** docs/media.md. */
export function mediaPage(made: readonly { clip: Clip; outcome: Outcome }[]): string {
  const rows = made.map(({ clip: { container, video, audio, variant }, outcome }) => {
    const { recipe, mediaType, damaged, inBrowser } = outcome;
    const browser = inBrowser.trouble ?? 'plays, seeks';
    return `| ${[container, video, audio, variant, damaged ? 'yes' : 'no', mediaType, recipe, browser].join(' | ')} |`;
  });
  return `${HEAD}${rows.join('\n')}\n\n${made.length} clips.\n`;
}
