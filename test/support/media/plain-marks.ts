import { PassThrough, pipeline } from 'node:stream';
import type { MarkedParts } from '#desk/marked/parts';
import { MarkPlaces } from '#desk/marked/places';

/** For tests that care who is let download, and not for pictures: what goes out is the plain copy behind the words of its mark, and no ffmpeg runs. */
export function plainMarks(): MarkedParts {
  const copies = {
    recipe: 'test/1',
    check: async () => undefined,
    make: async ({ content }: Parameters<MarkedParts['copies']['make']>[0], mark: string) => {
      const out = new PassThrough();
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      out.write(`[${mark}]`);
      pipeline(content, out, () => resolve());
      return { content: out, ended };
    },
  };
  return { copies, places: new MarkPlaces() };
}
