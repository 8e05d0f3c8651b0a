import type { PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
import type { RecorderDriver } from '#ports/recorder-driver';

// `2019_0627_153012_007` or `20190627153012_000007`, then the lens: A front, B rear, or F front, R rear, I inside, T tele.
const NAME = '(?<date>[0-9]{4}_?[0-9]{4})_?(?<time>[0-9]{6})_(?<sequence>[0-9]{3,6})(?<lens>[A-IRT])?';
// What the driver of the car (or a shock) has locked against overwriting is moved there.
const LOCKED = '(?:EMR|EVENT|RO)(?:_[A-Z])?';
// The tree has a top folder of its own, or lies in DCIM, where other cameras have other folders.
const TREE = '(?:CARDV|DCIM(?=/(?:MOVIE|PHOTO|EMR|EVENT|RO)(?:_[A-Z])?/))';

const PATTERNS: readonly PathPattern[] = [
  {
    name: 'locked clip',
    regex: `^${TREE}/(?:MOVIE(?:_[A-Z])?/)?${LOCKED}/${NAME}\\.(?:mov|mp4|ts|avi)$`,
    kind: 'video',
    important: true,
    example: 'CARDV/EMR/2019_0627_153612_009.MOV',
  },
  {
    name: 'locked photo',
    regex: `^${TREE}/(?:PHOTO(?:_[A-Z])?/)?${LOCKED}/${NAME}\\.jpe?g$`,
    kind: 'photo',
    important: true,
    example: 'CARDV/PHOTO/RO/2019_0627_171000_012.JPG',
  },
  {
    name: 'clip',
    regex: `^${TREE}/(?:[^/]+/)*${NAME}\\.(?:mov|mp4|ts|avi)$`,
    kind: 'video',
    example: 'CARDV/MOVIE/2019_0627_153012_007.MOV',
  },
  { name: 'photo', regex: `^${TREE}/(?:[^/]+/)*${NAME}\\.jpe?g$`, kind: 'photo', example: 'CARDV/PHOTO/2019_0627_171000_012.JPG' },
];

/** Cameras on Novatek chips, among them many cheap body cameras: `CARDV/MOVIE/2019_0627_153012_007.MOV`. */
export const novatek: RecorderDriver = {
  id: 'novatek',
  title: 'Novatek cameras (CARDV, DCIM/Movie)',
  patterns: PATTERNS,
  contiguousMs: 2000,

  match(sample) {
    const media = sample.filter((entry) => /\.(?:mov|mp4|ts|avi|jpe?g|wav)$/i.test(entry.path));
    const inTree = media.filter((entry) => new RegExp(`^${TREE}/`, 'i').test(entry.path));
    if (inTree.length === 0) return { score: 0, why: [] };
    const named = inTree.filter((entry) => /\/[0-9]{4}_?[0-9]{4}_?[0-9]{6}_[0-9]{3,6}[A-IRT]?\.[^/]+$/i.test(entry.path));
    return {
      score: Math.round(50 * (inTree.length / media.length) + 40 * (named.length / media.length)),
      why: [because('lie-in-cardv', { found: inTree.length, count: media.length }), because('named-by-time', { found: named.length })],
    };
  },
};
