import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { because, type Reason } from '#domain/reason';
import type { MediaInput, Transcoder } from '#ports/transcoder';
import { saying } from '#test/support/saying';
import { runProgram, temporaryDirectory } from '../support/evidock.ts';
import { withEdits } from '../support/media/edit-list.ts';

const EDITS = 1_000_000;

/** Which word every transcoder has for what it finds, and what a hostile file may cost. */
export function describeTranscoderWords(name: string, make: () => Transcoder): void {
  describe(`transcoder words: ${name}`, () => {
    const transcoder = make();
    let home: Awaited<ReturnType<typeof temporaryDirectory>>;
    const at = (file: string) => join(home.path, file);
    const input = async (file: string): Promise<MediaInput> => ({ path: at(file), kind: 'video', bytes: (await stat(at(file))).size });
    const render = async (...args: string[]) => {
      const { status, stderr } = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...args]);
      expect(status, stderr).toBe(0);
    };

    beforeAll(async () => {
      home = await temporaryDirectory();
      const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25', '-f', 'lavfi', '-i', 'sine', '-t', '2'];
      const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
      await render(...source, ...coded, at('film.mp4'));
      await render(...source, ...coded, '-movflags', '+faststart', at('first.mp4'));
      const noise = {
        create: { width: 600, height: 400, channels: 3, background: 'gray', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
      } as const;
      await sharp(noise).jpeg().toFile(at('photo.jpg'));
      await sharp(noise).toColourspace('cmyk').jpeg().toFile(at('cmyk.jpg'));
      await sharp(noise).png().toFile(at('photo.png'));
      await sharp(noise).tiff().toFile(at('photo.tiff'));
    });
    afterAll(() => home.remove());

    it('calls an index without media damaged, and a file without bytes', async () => {
      const whole = await readFile(at('first.mp4'));
      await writeFile(at('index-only.mp4'), whole.subarray(0, whole.indexOf('mdat') - 4));
      expect((await transcoder.inspect(at('index-only.mp4'), await transcoder.probe(at('index-only.mp4'))))?.reason).toEqual(
        saying('no media data'),
      );
      await writeFile(at('empty.wav'), '');
      expect((await transcoder.inspect(at('empty.wav'), null))?.reason).toEqual(because('file-empty', {}));
    });

    it.each([
      ['a dictation', 'speech.ds2', Buffer.concat([Buffer.from('\x03ds2'), Buffer.alloc(4000, 7)])],
      [
        'speech of a codec without decoder',
        'speech.qcp',
        Buffer.concat([Buffer.from('RIFF\xf0\x0f\0\0QLCMfmt ', 'latin1'), Buffer.alloc(4000, 7)]),
      ],
      ['something of its own', 'film.xyz', Buffer.from('nobody knows this format '.repeat(200))],
    ])('calls %s unsupported, which is not damaged', async (_, file, bytes) => {
      await writeFile(at(file), bytes);
      await expect(transcoder.probe(at(file))).rejects.toMatchObject({ code: 'transcoder.unsupported' });
      expect(await transcoder.inspect(at(file), null)).toBeNull();
      await expect(transcoder.makePlayable([await input(file)], home.path)).rejects.toMatchObject({ code: 'transcoder.unsupported' });
    });

    it.each(['photo.jpg', 'cmyk.jpg', 'photo.png', 'photo.tiff'])('shows %s, whole', async (file) => {
      const made = await transcoder.makeThumbnail(at(file), home.path);
      expect(made.damage).toBeNull();
      expect(await sharp(made.path).metadata()).toMatchObject({ format: 'jpeg', width: 480, height: 320, space: 'srgb' });
      const shown = await transcoder.makePreview(at(file), home.path);
      expect(shown).toMatchObject({ kind: 'preview', recipe: 'preview/1', damage: null });
      const { width = 0, exif } = await sharp(shown.path).metadata();
      // Never larger than the photo, and without what the camera wrote beside the picture.
      expect([width, exif]).toEqual([(await sharp(at(file)).metadata()).width, undefined]);
    });

    it('shows of a damaged photo what can be read, and says that it is damaged', async () => {
      await writeFile(at('half.jpg'), await readFile(at('photo.jpg')));
      await truncate(at('half.jpg'), Math.floor((await stat(at('photo.jpg'))).size / 2));
      const made = await transcoder.makeThumbnail(at('half.jpg'), home.path);
      expect(made.damage).toEqual(saying('what could be read'));
      const { channels } = await sharp(await sharp(made.path).extract({ left: 0, top: 0, width: 480, height: 100 }).toBuffer()).stats();
      expect(channels[0]?.stdev).toBeGreaterThan(5);
      await writeFile(at('head.jpg'), (await readFile(at('photo.jpg'))).subarray(0, 30));
      await expect(transcoder.makeThumbnail(at('head.jpg'), home.path)).rejects.toMatchObject({ code: 'transcoder.unplayable' });
    });

    it('shows HEIC, and calls it damaged only when bytes are missing', async () => {
      const { status, stderr } = await runProgram('heif-enc', [at('photo.jpg'), '-o', at('photo.heic')]);
      expect(status, stderr).toBe(0);
      expect(await transcoder.makeThumbnail(at('photo.heic'), home.path)).toMatchObject({ damage: null, mediaType: 'image/jpeg' });
      expect(await transcoder.makePreview(at('photo.heic'), home.path)).toMatchObject({ kind: 'preview', recipe: 'preview-heic/1' });
      await writeFile(at('half.heic'), await readFile(at('photo.heic')));
      await truncate(at('half.heic'), Math.floor((await stat(at('photo.heic'))).size / 2));
      await expect(transcoder.makeThumbnail(at('half.heic'), home.path)).rejects.toMatchObject({ code: 'transcoder.unplayable' });
    });

    it('opens no picture that is a program or names other files', async () => {
      await writeFile(
        at('drawing.svg'),
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
      );
      await expect(transcoder.makeThumbnail(at('drawing.svg'), home.path)).rejects.toMatchObject({ code: 'transcoder.unsupported' });
    });

    it('shows each frame once of a film with a million edits, soon and in a small file', async () => {
      await writeFile(at('edits.mp4'), withEdits(await readFile(at('film.mp4')), EDITS));
      const begun = performance.now();
      const { file, durationMs } = await transcoder.makePlayable([await input('edits.mp4')], home.path);
      expect(performance.now() - begun).toBeLessThan(30_000);
      expect(durationMs).toBeLessThan(3000);
      expect((await stat(file.path)).size).toBeLessThan(2 * (await stat(at('film.mp4'))).size);
    });

    it('tells of a picture that could not be made, and makes the others', async () => {
      const told: Reason[] = [];
      const scratch = at('taken');
      await runProgram('mkdir', ['-p', join(scratch, 'poster.jpg')]);
      const made = await transcoder.makePictures(at('film.mp4'), scratch, { onMissing: (what) => void told.push(what) });
      expect(told).toEqual([because('the-poster', {})]);
      expect(made.map(({ kind }) => kind).sort()).toEqual(['contact-sheet', 'thumbnails', 'waveform']);
    });
  });
}
