import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/*
 * Makes the pictures of the READMEs of those that the tests of the pages have left in test/console/shots.
 * usage: npx vitest run --project console && node scripts/pictures.ts
 */

const root = join(import.meta.dirname, '..');
/** By the name of the picture in docs/pictures: the name of the shot. */
const PICTURES: Readonly<Record<string, string>> = {
  kiosk: 'kiosk-8-zh-CN',
  overview: 'intake-overview-zh-CN',
  day: 'footage-mine-chosen-zh-CN',
  case: 'cases-case-zh-CN',
  request: 'supervision-thread-zh-CN',
  disposal: 'retention-disposal-zh-CN',
};
const WIDTH = 1280;
const QUALITY = 72;

mkdirSync(join(root, 'docs/pictures'), { recursive: true });
for (const [name, shot] of Object.entries(PICTURES)) {
  const from = join(root, 'test/console/shots', `${shot}.png`);
  if (!existsSync(from)) throw new Error(`${from} is missing: run the tests of the pages first`);
  await sharp(from)
    .resize({ width: WIDTH, withoutEnlargement: true })
    .webp({ quality: QUALITY })
    .toFile(join(root, 'docs/pictures', `${name}.webp`));
}
