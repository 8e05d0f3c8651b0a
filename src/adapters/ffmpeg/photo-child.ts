/*
 * Makes one thumbnail in a process of its own, so that a photo made to burst costs that process and not the station.
 * Arguments: photo, output, pixels of the long side, pixels allowed, `whole` or `readable`. Exit 3: the photo's format is not known here; 4: it is,
 * and the photo cannot be read; the reason on standard error.
 */
import sharp from 'sharp';

const [photo = '', output = '', side = '0', pixelsMax = '0', mode = ''] = process.argv.slice(2);
/** What cameras and phones write. Nothing that names other files or is a program of its own, as SVG and PDF. */
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
