import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MarkedParts } from '#desk/marked/parts';
import { MarkPlaces } from '#desk/marked/places';

/** For tests that care who is let download, and not for pictures: what goes out is the plain copy behind the words of its mark, and no ffmpeg runs. */
export function plainMarks(): MarkedParts {
  const copies = {
    recipe: 'test/1',
    check: async () => undefined,
    make: async ({ content }: Parameters<MarkedParts['copies']['make']>[0], mark: string) => {
      const out = new PassThrough();
      out.write(`[${mark}]`);
      const ended = pipeline(content, out, { end: false }).then(
        () => void out.end(),
        (error: Error) => void out.destroy(error),
      );
      return { content: out, ended };
    },
  };
  return { copies, places: new MarkPlaces() };
}
