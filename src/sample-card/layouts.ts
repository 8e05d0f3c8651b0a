import type { Recipe } from './media.ts';

/** One file of a sample card. Times are the recorder's wall clock, without zone. */
export interface CardFile {
  readonly path: string;
  /** Rendered media, text, or a satellite track that begins at `track`. */
  readonly content:
    | { readonly recipe: Recipe; readonly variant: number }
    | { readonly text: string }
    | { readonly track: string; readonly seconds: number };
  /** End of recording, which recorders leave as the file's time. */
  readonly endedAt: string;
}

export const LAYOUTS = ['gat947', 'dated-folders', 'dcim', 'novatek', 'gopro', 'generic', 'hostile', 'tiny'] as const;
export type Layout = (typeof LAYOUTS)[number];

const media = (recipe: Recipe, variant: number) => ({ recipe, variant });

/** `2026-06-20T15:30:12` plus seconds, as wall clock. */
function plus(time: string, seconds: number): string {
  return new Date(Date.parse(`${time}Z`) + seconds * 1000).toISOString().slice(0, 19);
}

const digits = (time: string) => time.replace(/\D/g, '');

/** Where the samples are made; degrees north and east. */
const HOME = { latitude: 34.62, longitude: 112.4567 };
const METRES_OF_DEGREE = 111_195;
const RIDE_MS = 4.2;
const KNOTS = 8.2;
/** The first street is ridden along for so many seconds, and each one after a turn for two more. */
const STREET_S = 5;

/** `3437.2000` for 34.62: degrees and minutes as NMEA 0183 writes them. */
function angle(degrees: number, digitsOfDegrees: number): string {
  const whole = Math.floor(degrees);
  return `${String(whole).padStart(digitsOfDegrees, '0')}${((degrees - whole) * 60).toFixed(4).padStart(7, '0')}`;
}

/** Position sentences (NMEA 0183) of somebody who rides round the houses on a bicycle, one a second; `begin` in UTC, as they are. */
export function trackText(begin: string, seconds: number): string {
  const lines: string[] = [];
  let { latitude, longitude } = HOME;
  let course = 20;
  let streetEnds = STREET_S;
  for (let second = 0, streets = 0; second <= seconds; second += 1) {
    const now = digits(plus(begin, second));
    const [date, clock] = [now.slice(0, 8), now.slice(8)];
    const place = `${angle(latitude, 2)},N,${angle(longitude, 3)},E`;
    const body = `GPRMC,${clock}.00,A,${place},${KNOTS},${course.toFixed(1)},${date.slice(6, 8)}${date.slice(4, 6)}${date.slice(2, 4)},,,A`;
    const sum = [...body].reduce((check, letter) => check ^ letter.charCodeAt(0), 0);
    lines.push(`$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`);
    if (second === streetEnds) {
      streets += 1;
      streetEnds += STREET_S + 2 * streets;
      course = (course + 85) % 360;
    }
    const turn = (course * Math.PI) / 180;
    latitude += (RIDE_MS * Math.cos(turn)) / METRES_OF_DEGREE;
    longitude += (RIDE_MS * Math.sin(turn)) / (METRES_OF_DEGREE * Math.cos((latitude * Math.PI) / 180));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** What real cards hold as well: a take whose middle part is gone, a clip that somebody deleted, what a computer left behind, another recorder's clip. */
function oddities(day: string, seconds: number): readonly CardFile[] {
  const clip = (folder: string, stem: string, started: string, variant: number): CardFile => ({
    path: `${folder}/${stem}.MP4`,
    content: media('h264', variant),
    endedAt: plus(started, seconds),
  });
  const folder = 'DCIM/20260620';
  const [first, third] = [`${day}T17:10:00`, plus(`${day}T17:10:00`, 2 * seconds)];
  const deleted = `${day}T17:20:00`;
  const foreign = `${day}T17:30:00`;
  return [
    clip(folder, `DSJ0012345_041234_${digits(first)}_0016A`, first, 6),
    clip(folder, `DSJ0012345_041234_${digits(third)}_0016C`, third, 7),
    clip('.Trashes/501', `DSJ0012345_041234_${digits(deleted)}_0017`, deleted, 8),
    clip(folder, `DSJ0099999_041777_${digits(foreign)}_0003`, foreign, 9),
    { path: `${folder}/._DSJ0012345_041234_${digits(first)}_0016A.MP4`, content: { text: 'left by a computer\n' }, endedAt: first },
  ];
}

function gat947(seconds: number): readonly CardFile[] {
  const day = '2026-06-20';
  const folder = 'DCIM/20260620';
  const name = (time: string, sequence: number, mark = '') =>
    `${folder}/DSJ0012345_041234_${digits(time)}_${String(sequence).padStart(4, '0')}${mark}`;
  const begin = `${day}T15:30:12`;
  const segments = [0, 1, 2].map((place): CardFile => {
    const started = plus(begin, place * seconds);
    return { path: `${name(started, 7 + place)}.MP4`, content: media('h264', place), endedAt: plus(started, seconds) };
  });
  const important = `${day}T16:05:00`;
  return [
    ...segments,
    // One track for the whole take, closed when the recorder was stopped.
    { path: `${name(begin, 7)}.NMEA`, content: { track: begin, seconds: 3 * seconds }, endedAt: plus(begin, 3 * seconds) },
    { path: `${name(important, 11, '_IMP')}.MP4`, content: media('h264', 3), endedAt: plus(important, seconds) },
    {
      path: `${name(important, 11, '_IMP')}.srt`,
      content: { text: `1\r\n00:00:00,000 --> 00:00:02,000\r\n${day} 16:05:00\r\n` },
      endedAt: plus(important, seconds),
    },
    { path: `${name(`${day}T16:20:00`, 12)}.MP4`, content: media('hevc', 1), endedAt: plus(`${day}T16:20:00`, seconds) },
    { path: `${name(`${day}T16:30:00`, 13)}.jpg`, content: media('photo', 0), endedAt: `${day}T16:30:00` },
    { path: `${name(`${day}T16:40:00`, 14)}.wav`, content: media('wav', 2), endedAt: plus(`${day}T16:40:00`, seconds) },
    { path: `${name(`${day}T16:58:00`, 15)}.MP4`, content: media('truncated', 5), endedAt: plus(`${day}T16:58:00`, seconds) },
    ...oddities(day, seconds),
    {
      path: 'LOG/20260620.log',
      content: { text: `${day} 15:30:12 power on\r\n${day} 16:58:03 battery empty\r\n` },
      endedAt: `${day}T16:58:03`,
    },
  ];
}

function datedFolders(seconds: number): readonly CardFile[] {
  const day = '2026-06-20';
  const at = (clock: string) => plus(`${day}T${clock}`, seconds);
  return [
    { path: '20260620/视频/091500.mp4', content: media('h264', 1), endedAt: at('09:15:00') },
    { path: '20260620/视频/091500.gps', content: { track: `${day}T09:15:00`, seconds }, endedAt: at('09:15:00') },
    { path: '20260620/视频/101000.mov', content: media('mov-pcm', 6), endedAt: at('10:10:00') },
    { path: '20260620/视频/113000.avi', content: media('mjpeg-avi', 2), endedAt: at('11:30:00') },
    { path: '20260620/录音/120000.wav', content: media('wav', 7), endedAt: at('12:00:00') },
    { path: '20260620/照片/121500.jpg', content: media('photo', 1), endedAt: `${day}T12:15:00` },
    { path: '20260620/日志/device.log', content: { text: `${day} 09:15:00 REC\r\n` }, endedAt: `${day}T12:15:00` },
  ];
}

function dcim(seconds: number): readonly CardFile[] {
  return [
    { path: 'DCIM/100GOPRO/GH010123.MP4', content: media('h264', 0), endedAt: '2026-06-20T10:00:00' },
    { path: 'DCIM/100GOPRO/GH010123.THM', content: media('thumbnail', 0), endedAt: '2026-06-20T10:00:00' },
    { path: 'DCIM/100GOPRO/GH020123.MP4', content: media('h264', 8), endedAt: plus('2026-06-20T10:00:00', seconds) },
    { path: 'DCIM/101MEDIA/AMBA0001.MP4', content: media('h264', 9), endedAt: '2026-06-20T11:00:00' },
    { path: 'DCIM/101MEDIA/AMBA0001_thm.MP4', content: media('h264', 4), endedAt: '2026-06-20T11:00:00' },
    { path: 'DCIM/101MEDIA/IMG_20260620_110500.jpg', content: media('photo', 2), endedAt: '2026-06-20T11:05:00' },
  ];
}

function novatek(seconds: number): readonly CardFile[] {
  const begin = '2026-06-20T13:00:00';
  const clip = (folder: string, started: string, sequence: number, variant: number): CardFile => ({
    path: `CARDV/${folder}/${started.slice(0, 4)}_${digits(started).slice(4, 8)}_${digits(started).slice(8)}_${String(sequence).padStart(3, '0')}.MOV`,
    content: media('h264', variant),
    endedAt: plus(started, seconds),
  });
  return [
    clip('MOVIE', begin, 21, 1),
    clip('MOVIE', plus(begin, seconds), 22, 2),
    clip('EMR', '2026-06-20T13:20:00', 23, 3),
    { path: 'CARDV/PHOTO/2026_0620_133000_024.JPG', content: media('photo', 3), endedAt: '2026-06-20T13:30:00' },
  ];
}

function gopro(seconds: number): readonly CardFile[] {
  const begin = '2026-06-20T14:00:00';
  // Newer models: the preview is named GL, the thumbnail like the clip. Older ones: one name, and the first chapter has no number.
  const newer = (letter: 'H' | 'X', number: string, started: string, variant: number): CardFile[] => [
    {
      path: `DCIM/100GOPRO/G${letter}${number}.MP4`,
      content: media(letter === 'H' ? 'h264' : 'hevc', variant),
      endedAt: plus(started, seconds),
    },
    { path: `DCIM/100GOPRO/G${letter}${number}.THM`, content: media('thumbnail', variant), endedAt: plus(started, seconds) },
    { path: `DCIM/100GOPRO/GL${number}.LRV`, content: media('h264', variant), endedAt: plus(started, seconds) },
  ];
  const older = (name: string, started: string, variant: number): CardFile[] => [
    { path: `DCIM/101GOPRO/${name}.MP4`, content: media('h264', variant), endedAt: plus(started, seconds) },
    { path: `DCIM/101GOPRO/${name}.LRV`, content: media('h264', variant), endedAt: plus(started, seconds) },
  ];
  return [
    ...newer('H', '010123', begin, 0),
    ...newer('H', '020123', plus(begin, seconds), 1),
    ...newer('X', '010124', '2026-06-20T14:20:00', 1),
    { path: 'DCIM/100GOPRO/GOPR0125.JPG', content: media('photo', 1), endedAt: '2026-06-20T14:30:00' },
    ...older('GOPR0201', '2026-06-20T15:00:00', 2),
    ...older('GP010201', plus('2026-06-20T15:00:00', seconds), 3),
    {
      path: 'MISC/version.txt',
      content: { text: '{\n"info version":"2.0",\n"camera type":"HERO8 Black",\n"camera serial number":"C3331350000042",\n}\n' },
      endedAt: begin,
    },
  ];
}

function generic(): readonly CardFile[] {
  return [
    { path: '会议记录.ts', content: media('ts', 3), endedAt: '2026-06-20T10:00:00' },
    { path: 'notes.txt', content: { text: 'no recorder wrote this\n' }, endedAt: '2026-06-20T10:00:00' },
    { path: 'data.xyz', content: { text: 'of a kind that nobody knows\n' }, endedAt: '2026-06-20T10:00:00' },
    { path: 'says-it-is.mp4', content: { text: 'a text whose extension lies\n' }, endedAt: '2026-06-20T10:00:00' },
  ];
}

/** The files of a layout; `seconds` is the length of each clip. The layouts `hostile` and `tiny` add what no table can hold. */
export function filesOf(layout: Layout, seconds: number): readonly CardFile[] {
  if (layout === 'gat947') return gat947(seconds);
  if (layout === 'dated-folders') return datedFolders(seconds);
  if (layout === 'dcim') return dcim(seconds);
  if (layout === 'novatek') return novatek(seconds);
  if (layout === 'gopro') return gopro(seconds);
  return layout === 'generic' || layout === 'hostile' ? generic() : [];
}
