import { compilePatterns, type PathPattern } from '#domain/card/facts';
import { because } from '#domain/reason';
import type { RecorderDriver, Volume, VolumeEntry } from '#ports/recorder-driver';
import { COMMON_INTERFACE } from './usb.ts';

const VIDEO = 'mp4|mov|avi|ts|mkv|3gp';
const AUDIO = 'wav|amr|aac|mp3|m4a';
const NUMBERED = '(?<device>[A-Z]{0,3}[0-9]{4,12})_(?<officer>[0-9]{4,12})_(?<date>[0-9]{8})_?(?<time>[0-9]{6})_(?<sequence>[0-9]{3,6})';
const MARK = '(?<mark>_IMP|_I|@)?';
const LETTER = '(?<part>[A-Z])';

/** Patterns for a kind of file, in the folder for important files or anywhere else, by number alone or by number and letter. */
function pattern(kind: 'video' | 'audio' | 'photo', extensions: string, example: string): readonly PathPattern[] {
  return ['', LETTER].flatMap((part): PathPattern[] => {
    const regex = `${NUMBERED}${part}${MARK}\\.(?:${extensions})$`;
    const name = part === '' ? kind : `lettered ${kind}`;
    const path = part === '' ? example : example.replace('.', 'A.');
    // In names with letters some of these recorders write when the segment began, others when the take did.
    const common = part === '' ? { kind } : { kind, partTime: 'either' as const };
    return [
      { name: `${name} in IMP`, regex: `(?:^|/)IMP/(?:.*/)?${regex}`, important: true, example: `IMP/${path}`, ...common },
      { name, regex: `(?:^|/)${regex}`, example: `DCIM/20190627/${path}`, ...common },
    ];
  });
}

const PATTERNS: readonly PathPattern[] = [
  ...pattern('video', VIDEO, 'DSJ0012345_041234_20190627153012_0007.MP4'),
  ...pattern('audio', AUDIO, 'DSJ0012345_041234_20190627154500_0010.wav'),
  ...pattern('photo', 'jpg|jpeg|png', 'DSJ0012345_041234_20190627160000_0009.jpg'),
  { name: 'daily log', regex: '(?:^|/)LOG/(?<date>[0-9]{8})\\.(?:log|txt)$', kind: 'log', sidecar: false, example: 'LOG/20190627.log' },
  { name: 'status file', regex: '(?:^|/)STATUS\\.TXT$', kind: 'log', sidecar: false, example: 'STATUS.TXT' },
];
const COMPILED = compilePatterns(PATTERNS);

/** Device numbers in the names, most frequent first. */
function devicesIn(sample: readonly VolumeEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const entry of sample) {
    for (const { matcher } of COMPILED) {
      const device = matcher.exec(entry.path)?.groups?.['device']?.toUpperCase();
      if (device === undefined) continue;
      counts.set(device, (counts.get(device) ?? 0) + 1);
      break;
    }
  }
  return [...counts.entries()].sort((a, b) => b[1] - a[1]).map(([device]) => device);
}

/** Recorders that name files as GA/T 947 platforms expect: device, officer, date and time, sequence, important mark. */
export const gat947: RecorderDriver = {
  id: 'gat947',
  title: 'GA/T 947 style recorders',
  patterns: PATTERNS,
  usb: COMMON_INTERFACE,
  contiguousMs: 3000,

  match(sample) {
    const footage = sample.filter((entry) => /\.(mp4|mov|avi|ts|mkv|3gp|wav|amr|aac|mp3|m4a|jpe?g|png)$/i.test(entry.path));
    const mine = footage.filter((entry) => COMPILED.some(({ matcher }) => matcher.test(entry.path)));
    if (mine.length === 0) return { score: 0, why: [] };
    const share = mine.length / footage.length;
    return {
      score: Math.round(40 + 60 * share),
      why: [because('names-carry', { found: mine.length, count: footage.length })],
    };
  },

  async identify(_volume, sample) {
    return devicesIn(sample)[0] ?? null;
  },

  async readClock(volume: Volume) {
    const text = await volume.readText('STATUS.TXT');
    const found = /^TIME=(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\s*$/m.exec(text ?? '');
    return found ? `${found[1]}T${found[2]}` : null;
  },
};
