import type { PathPattern } from '#domain/card-facts';
import type { RecorderDriver } from '#ports/recorder-driver';
import { gopro } from '../gopro/driver.ts';

const PATTERNS: readonly PathPattern[] = [
  {
    name: 'Ambarella preview',
    regex: '(?<stem>.*/AMBA[0-9]{4})_thm\\.mp4$',
    kind: 'video',
    sidecar: true,
    example: 'DCIM/100MEDIA/AMBA0001_thm.MP4',
  },
  {
    name: 'Ambarella clip',
    regex: '(?<stem>.*/AMBA(?<sequence>[0-9]{4}))\\.(?:mp4|mov)$',
    kind: 'video',
    example: 'DCIM/100MEDIA/AMBA0001.MP4',
  },
  // What is known of that family is written down once; here it serves cards that other cameras have used as well.
  ...gopro.patterns,
  {
    name: 'Insta360',
    regex: '.*/VID_(?<date>[0-9]{8})_(?<time>[0-9]{6})_[0-9]{2}_(?<sequence>[0-9]{3})\\.mp4$',
    kind: 'video',
    example: 'DCIM/Camera01/VID_20240115_143025_00_001.mp4',
  },
  {
    name: 'dated name',
    regex: '.*/(?:VID|IMG|MOV)_?(?<date>[0-9]{8})_(?<time>[0-9]{6})[^/]*$',
    example: 'DCIM/100MEDIA/IMG_20240115_143025.jpg',
  },
];

/** Cameras that keep a DCIM tree (DCF, JEITA CP-3461) whose names carry no clock: Ambarella, GoPro and their like. */
export const dcim: RecorderDriver = {
  id: 'dcim',
  title: 'DCIM cameras (Ambarella, GoPro, …)',
  patterns: PATTERNS,
  contiguousMs: 2000,

  match(sample) {
    const media = sample.filter((entry) => /\.(mp4|mov|jpe?g|lrv|thm|wav)$/i.test(entry.path));
    const inTree = media.filter((entry) => /^DCIM\/[^/]+\/[^/]+$/i.test(entry.path));
    if (inTree.length === 0) return { score: 0, why: [] };
    const known = inTree.filter((entry) => /\/(AMBA\d{4}|G[LHX]\d{6}|GOPR\d{4}|GP\d{6}|VID_\d{8}|IMG_\d{8})/i.test(entry.path));
    const score = Math.round(45 * (inTree.length / media.length) + 35 * (known.length / inTree.length));
    return {
      score,
      why: [`${inTree.length} of ${media.length} media files lie in a DCIM tree`, `${known.length} of them have names of a known camera`],
    };
  },
};
