/*
 * Makes one photo smaller in a process of its own, so that a malicious photo breaks that process and not the station.
 * Arguments: photo, output, pixels of the long side, pixels allowed, `whole` or `readable`. Exit status 3: the format of the photo is not known here. 4: the
 * format is known, but the photo cannot be read. The reason is on standard error.
 */
import sharp from 'sharp';

const [photo = '', output = '', side = '0', pixelsMax = '0', mode = ''] = process.argv.slice(2);
/** Formats that cameras and phones write. Formats that name other files or are programs, such as SVG and PDF, are not among them. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Heif', 'Nsgif'];

sharp.concurrency(1);
sharp.cache(false);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}`) });
try {
  await sharp(photo, { limitInputPixels: Number(pixelsMax), failOn: mode === 'readable' ? 'none' : 'error', sequentialRead: true })
    .autoOrient()
    .resize(Number(side), Number(side), { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .flatten({ background: 'white' })
    .jpeg({ quality: 80 })
    .toFile(output);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.replaceAll(photo, 'input')}\n`);
  process.exitCode = /unsupported image format|pixel limit|bad seek|compression format|operation is blocked/i.test(message) ? 3 : 4;
}
