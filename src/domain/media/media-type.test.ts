/* What the station says of an original's form: the words archives and players are given, and never one that a browser would run. */
import { expect, it } from 'vitest';
import { mediaTypeOf } from './media-type.ts';

it.each([
  ['rec/1/original.mp4', 'video/mp4'],
  ['rec/1/original.m4v', 'video/mp4'],
  ['rec/1/original.mov', 'video/quicktime'],
  ['rec/1/original.avi', 'video/x-msvideo'],
  ['rec/1/original.ts', 'video/mp2t'],
  ['rec/1/original.wmv', 'video/x-ms-wmv'],
  ['rec/1/original.mkv', 'video/x-matroska'],
  ['rec/1/original.webm', 'video/webm'],
  ['rec/1/original.3gp', 'video/3gpp'],
  ['rec/1/original.m4a', 'audio/mp4'],
  ['rec/1/original.mp3', 'audio/mpeg'],
  ['rec/1/original.wav', 'audio/wav'],
  ['rec/1/original.aac', 'audio/aac'],
  ['rec/1/original.amr', 'audio/amr'],
  ['rec/1/original.jpg', 'image/jpeg'],
  ['rec/1/original.JPEG', 'image/jpeg'],
  ['rec/1/original.png', 'image/png'],
  ['rec/1/original.heic', 'image/heic'],
  ['rec/1/manifest.json', 'application/json'],
])('%s is %s', (key, type) => expect(mediaTypeOf(key)).toBe(type));

it.each(['html', 'htm', 'xhtml', 'svg', 'svgz', 'js', 'mjs', 'xml', 'pdf', 'txt', 'log', 'css', 'wasm', 'bin', 'dav', 'constructor', ''])(
  'a file .%s of a recorder is bytes, whatever a browser could do with it',
  (extension) => expect(mediaTypeOf(`rec/1/original.${extension}`)).toBe('application/octet-stream'),
);

it('a key without an extension is bytes', () => {
  expect(mediaTypeOf('rec.mp4/original')).toBe('application/octet-stream');
});
