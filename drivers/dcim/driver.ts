import type { PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
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
  // GoPro's patterns are written down once, in its own driver. Here they serve cards that other cameras have used as well.
  ...gopro.patterns,
  // Two lenses in two files: 00 front, 10 rear. The preview of both is LRV_…_11_….
  {
    name: 'Insta360',
    regex: '.*/VID_(?<stem>(?<date>[0-9]{8})_(?<time>[0-9]{6}))_(?<lens>[0-9]{2})_(?<sequence>[0-9]{3})\\.(?:mp4|insv)$',
    kind: 'video',
    example: 'DCIM/Camera01/VID_20240115_143025_00_001.insv',
  },
  {
    name: 'Insta360 preview',
    regex: '.*/LRV_(?<stem>[0-9]{8}_[0-9]{6})_[0-9]{2}_[0-9]{3}\\.(?:lrv|mp4|insv)$',
    kind: 'video',
    sidecar: true,
    example: 'DCIM/Camera01/LRV_20240115_143025_11_001.lrv',
  },
  // The letter is the camera: D the only one, W wide, T thermal, Z zoom.
  {
    name: 'DJI',
    regex: '.*/DJI_(?<date>[0-9]{8})(?<time>[0-9]{6})_(?<sequence>[0-9]{4})_(?<lens>[A-Z])\\.(?:mp4|mov|jpe?g|dng)$',
    example: 'DCIM/DJI_001/DJI_20240115143025_0001_D.MP4',
  },
  { name: 'DJI, older models', regex: '.*/DJI_(?<sequence>[0-9]{4})\\.(?:mp4|mov)$', kind: 'video', example: 'DCIM/100MEDIA/DJI_0001.MP4' },
  {
    name: 'dated name',
    regex: '.*/(?:VID|IMG|MOV)_?(?<date>[0-9]{8})_(?<time>[0-9]{6})[^/]*$',
    example: 'DCIM/100MEDIA/IMG_20240115_143025.jpg',
  },
];

/** Cameras that keep a DCIM tree (DCF, JEITA CP-3461) whose names carry no device: Ambarella, GoPro, Insta360, DJI and their like. */
export const dcim: RecorderDriver = {
  id: 'dcim',
  title: 'DCIM cameras (Ambarella, GoPro, …)',
  patterns: PATTERNS,
  contiguousMs: 2000,

  match(sample) {
    const media = sample.filter((entry) => /\.(mp4|mov|insv|jpe?g|dng|lrv|lrf|thm|wav)$/i.test(entry.path));
    const inTree = media.filter((entry) => /^DCIM\/[^/]+\/[^/]+$/i.test(entry.path));
    if (inTree.length === 0) return { score: 0, why: [] };
    const known = inTree.filter((entry) => /\/(AMBA\d{4}|DJI_\d{4}|G[LHX]\d{6}|GOPR\d{4}|GP\d{6}|VID_\d{8}|IMG_\d{8})/i.test(entry.path));
    const score = Math.round(45 * (inTree.length / media.length) + 35 * (known.length / inTree.length));
    return {
      score,
      why: [
        because('lie-in-dcim', { found: inTree.length, count: media.length }),
        because('named-by-known-camera', { found: known.length }),
      ],
    };
  },
};
