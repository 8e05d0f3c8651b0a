import type { PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
import type { RecorderDriver } from '#ports/recorder-driver';

const FOLDER = 'DCIM/[0-9]{3}GOPRO';
// Where the recorder leaves its number.
const STATUS_FILE = 'MISC/version.txt';

const PATTERNS: readonly PathPattern[] = [
  // The preview of GX010123.MP4 is GL010123.LRV: clip, preview and thumbnail share only what follows the two letters, so that is their stem.
  {
    name: 'preview or thumbnail',
    regex: `^${FOLDER}/G[HXL](?<stem>[0-9A-Z]{2}[0-9]{4})\\.(?:lrv|thm)$`,
    sidecar: true,
    example: 'DCIM/100GOPRO/GL010123.LRV',
  },
  // The letter (H AVC, X HEVC) is given as a lens, because one take has one coding: GH010123 and GX020123 are two takes with one number.
  {
    name: 'chapter',
    regex: `^${FOLDER}/G(?<lens>[HX])(?<stem>(?<part>[0-9]{2})(?<capture>[0-9]{4}))\\.mp4$`,
    kind: 'video',
    example: 'DCIM/100GOPRO/GH020123.MP4',
  },
  {
    name: 'loop',
    regex: `^${FOLDER}/G(?<lens>[HX])(?<stem>[A-Z]{2}(?<sequence>[0-9]{4}))\\.mp4$`,
    kind: 'video',
    example: 'DCIM/100GOPRO/GHAA0001.MP4',
  },
  // Older models give the first chapter no number, and the second the number 01.
  {
    name: 'first chapter, older models',
    regex: `^${FOLDER}/GOPR(?<capture>[0-9]{4})\\.mp4$`,
    kind: 'video',
    part: 0,
    firstPart: 0,
    example: 'DCIM/100GOPRO/GOPR0123.MP4',
  },
  {
    name: 'next chapter, older models',
    regex: `^${FOLDER}/GP(?<part>[0-9]{2})(?<capture>[0-9]{4})\\.mp4$`,
    kind: 'video',
    firstPart: 0,
    example: 'DCIM/100GOPRO/GP010123.MP4',
  },
  { name: 'photo', regex: `^${FOLDER}/G(?:OPR|[0-9]{3})[0-9]{4}\\.jpe?g$`, kind: 'photo', example: 'DCIM/100GOPRO/G0010125.JPG' },
];

/** GoPro cameras: `DCIM/100GOPRO/GH010123.MP4`, older ones `GOPR0123.MP4` and `GP010123.MP4`. */
export const gopro: RecorderDriver = {
  id: 'gopro',
  title: 'GoPro cameras',
  patterns: PATTERNS,
  // Names hold no times. Chapters are joined by the times of containers and files, which are whole seconds.
  contiguousMs: 2000,
  madeSince: 2009,
  containerTime: 'local-start',

  match(sample) {
    const media = sample.filter((entry) => /\.(?:mp4|360|jpe?g|gpr|mov|avi|wav)$/i.test(entry.path));
    const inTree = media.filter((entry) => /^DCIM\/[0-9]{3}GOPRO\//i.test(entry.path));
    if (inTree.length === 0) return { score: 0, why: [] };
    const named = inTree.filter((entry) => /\/G(?:[HX][0-9A-Z]{2}|OPR|P[0-9]{2}|[0-9]{3})[0-9]{4}\.[^/]+$/i.test(entry.path));
    const why = [
      because('lie-in-gopro', { found: inTree.length, count: media.length }),
      because('named-like-gopro', { found: named.length }),
    ];
    // A card that other cameras have used too is left to dcim, which has these patterns as well: if both scored alike, neither would get
    // it.
    if (inTree.length < media.length) return { score: 30, why: [...why, because('other-cameras', {})] };
    return { score: Math.round(60 + 35 * (named.length / media.length)), why };
  },

  // The file is almost JSON: a comma before the closing brace has been seen. So only the one line is looked for.
  async identify(volume) {
    const text = await volume.readText(STATUS_FILE);
    const serial = /"camera serial number"\s*:\s*"([A-Za-z0-9]{6,32})"/.exec(text ?? '')?.[1]?.toUpperCase();
    return serial && !/^0+$/.test(serial) ? serial : null;
  },
};
