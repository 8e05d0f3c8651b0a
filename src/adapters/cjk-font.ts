import { access } from 'node:fs/promises';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

/** Of Debian's fonts-noto-cjk; a collection. Without it Chinese names on papers and in marks over the picture would be boxes. */
export const CJK_FONT_FILE = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';

/** Throws `station.font-missing` where the file cannot be read. */
export async function checkFont(file: string): Promise<void> {
  try {
    await access(file);
  } catch (error) {
    throw new EvidockError('station.font-missing', because('path', { path: file }), error);
  }
}
