import type { PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
import type { RecorderDriver } from '#ports/recorder-driver';

const NAME = '(?<date>[0-9]{4}_[0-9]{4})_(?<time>[0-9]{6})_(?<sequence>[0-9]{3,4})(?<lens>[A-D])';
const MINE = new RegExp(`^(?:VIDEO|PHOTO)/(?:[^/]+/)?${NAME}\\.(?:mov|mp4|jpe?g)$`, 'i');

// Pictures that are taken while it records stand beside the clips. A folder of the model's name may lie between.
const PATTERNS: readonly PathPattern[] = [
  { name: 'clip', regex: `^VIDEO/(?:[^/]+/)?${NAME}\\.(?:mov|mp4)$`, kind: 'video', example: 'VIDEO/2016_0101_120000_001A.MOV' },
  { name: 'snapshot', regex: `^(?:VIDEO|PHOTO)/(?:[^/]+/)?${NAME}\\.jpe?g$`, kind: 'photo', example: 'VIDEO/2016_0101_120130_002A.JPG' },
];

/** Transcend's DrivePro Body cameras: `VIDEO/2016_0101_120000_001A.MOV`. */
export const transcend: RecorderDriver = {
  id: 'transcend',
  title: 'Transcend DrivePro Body',
  patterns: PATTERNS,
  contiguousMs: 2000,

  match(sample) {
    const media = sample.filter((entry) => /\.(?:mov|mp4|avi|jpe?g|wav)$/i.test(entry.path));
    const mine = media.filter((entry) => MINE.test(entry.path));
    if (mine.length === 0) return { score: 0, why: [] };
    return {
      score: Math.round(85 * (mine.length / media.length)),
      why: [because('lie-in-video-photo', { found: mine.length, count: media.length })],
    };
  },
};
