import type { PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
import type { RecorderDriver } from '#ports/recorder-driver';

const FOLDER = '^BlackVue/Record';
const TIME = '(?<date>[0-9]{8})_(?<time>[0-9]{6})';
// F front, R rear, I inside, O optional; a small copy for the telephone has one more letter.
const LENS = '(?<lens>[FRIO])';

const PATTERNS: readonly PathPattern[] = [
  {
    name: 'event or manual clip',
    regex: `${FOLDER}/${TIME}_(?<mark>[EIM])${LENS}\\.mp4$`,
    kind: 'video',
    example: 'BlackVue/Record/20190627_153312_EF.mp4',
  },
  { name: 'clip', regex: `${FOLDER}/${TIME}_[A-Z]${LENS}\\.mp4$`, kind: 'video', example: 'BlackVue/Record/20190627_153012_NF.mp4' },
  {
    name: 'small copy',
    regex: `${FOLDER}/(?<stem>${TIME}_[A-Z]${LENS})S\\.mp4$`,
    kind: 'video',
    sidecar: true,
    example: 'BlackVue/Record/20190627_153012_NFS.mp4',
  },
];

/** BlackVue car cameras: `BlackVue/Record/20190627_153012_NF.mp4`, one file a lens, one track for all of them. */
export const blackvue: RecorderDriver = {
  id: 'blackvue',
  title: 'BlackVue car cameras',
  patterns: PATTERNS,
  contiguousMs: 0,
  neverJoins: 'its names carry neither numbers nor chapters',

  match(sample) {
    const media = sample.filter((entry) => /\.(?:mp4|mov|avi|jpe?g|wav)$/i.test(entry.path));
    const mine = media.filter((entry) => /^BlackVue\/Record\/[0-9]{8}_[0-9]{6}_[A-Z]{2}S?\.mp4$/i.test(entry.path));
    if (mine.length === 0) return { score: 0, why: [] };
    return {
      score: Math.round(95 * (mine.length / media.length)),
      why: [because('lie-in-blackvue', { found: mine.length, count: media.length })],
    };
  },
};
