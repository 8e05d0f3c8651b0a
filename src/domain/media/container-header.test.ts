import { describe, expect, it } from 'vitest';
import { gpsTimes } from '#domain/start/gps-track';
import { readContainerHeader } from './container-header.ts';

// Goal: what recorders write and ffmpeg does not. Method: headers made byte by byte; those of real files are read in test/journeys/container-header.test.ts.

const AT = Date.UTC(2019, 5, 27, 15, 30, 12);
const SECONDS_TO_1970 = 2_082_844_800;

function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const u32 = (...values: readonly number[]) => Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer).reverse()));

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Version 0: creation, modification, units per second, length. */
const times = (created: number, scale: number, units: number) => Buffer.concat([u32(0, created, created, scale, units), Buffer.alloc(80)]);

function chunk(type: string, body: Buffer, list = ''): Buffer {
  const head = Buffer.alloc(list === '' ? 8 : 12);
  head.write(list === '' ? type : 'LIST', 0, 'latin1');
  head.writeUInt32LE(body.length + (list === '' ? 0 : 4), 4);
  head.write(list, 8, 'latin1');
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function riff(form: string, ...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0'), Buffer.from(form), ...chunks]);
}

const read = (file: Buffer) => readContainerHeader(async (position, length) => file.subarray(position, position + length), file.length);

const FTYP = box('ftyp', Buffer.from('isom'), u32(0));
const AVIH = (perFrame: number, frames: number) => {
  const body = Buffer.alloc(56);
  body.writeUInt32LE(perFrame, 0);
  body.writeUInt32LE(frames, 16);
  return chunk('avih', body);
};

describe('ISO files', () => {
  it.each([
    ['counted from 1904', AT / 1000 + SECONDS_TO_1970],
    ['counted from 1970, as some recorders do', AT / 1000],
  ])('tell their time: %s', async (_what, created) => {
    expect(await read(Buffer.concat([FTYP, box('moov', box('mvhd', times(created, 600, 6000)))]))).toEqual({
      writtenMs: AT,
      durationMs: 10_000,
    });
  });

  it('tell it in 64 bits, behind pictures whose size takes 64 bits', async () => {
    const created = AT / 1000 + SECONDS_TO_1970;
    const mvhd = box('mvhd', Buffer.from([1, 0, 0, 0]), u64(created), u64(created), u32(1000), u64(7500), Buffer.alloc(80));
    const pictures = Buffer.concat([u32(1), Buffer.from('mdat'), u64(16 + 5000), Buffer.alloc(5000)]);
    expect(await read(Buffer.concat([FTYP, pictures, box('moov', mvhd)]))).toEqual({ writtenMs: AT, durationMs: 7500 });
  });

  it('tell it of their tracks where the movie does not', async () => {
    const mdia = box('mdia', box('mdhd', times(AT / 1000 + SECONDS_TO_1970, 90_000, 450_000)));
    const track = box('trak', box('tkhd', u32(7, 0, 0)), mdia);
    expect(await read(Buffer.concat([FTYP, box('moov', box('mvhd', times(0, 600, 0)), track)]))).toEqual({
      writtenMs: AT,
      durationMs: 5000,
    });
  });

  it('tell the length of their fragments', async () => {
    const mvex = box('mvex', box('mehd', u32(0, 1800)));
    expect(await read(Buffer.concat([FTYP, box('moov', box('mvhd', times(0, 600, 0)), mvex)]))).toEqual({
      writtenMs: null,
      durationMs: 3000,
    });
  });
});

describe('RIFF files', () => {
  it.each([
    ['Thu Jun 27 15:30:12 2019\n\0', AT],
    ['2019:06:27 15:30:12', AT],
    ['2019-06-27T15:30:12', AT],
    ['2019/02/31 15:30:12', null],
    ['yesterday', null],
  ])('AVI: time of %j, and length of all its frames', async (text, writtenMs) => {
    const dmlh = Buffer.alloc(248);
    dmlh.writeUInt32LE(900, 0);
    const header = chunk(
      '',
      Buffer.concat([AVIH(33_333, 300), chunk('', chunk('dmlh', dmlh), 'odml'), chunk('IDIT', Buffer.from(text))]),
      'hdrl',
    );
    expect(await read(riff('AVI ', header, chunk('', Buffer.alloc(100), 'movi')))).toEqual({ writtenMs, durationMs: 30_000 });
  });

  it('WAV: time of origination, and length to the end of a file that was cut off', async () => {
    const bext = Buffer.alloc(602);
    bext.write('2019-06-2715:30:12', 320);
    const format = Buffer.alloc(16);
    format.writeUInt32LE(16_000, 8);
    const data = chunk('data', Buffer.alloc(0));
    data.writeUInt32LE(0xffffffff, 4);
    const wave = Buffer.concat([riff('WAVE', chunk('bext', bext), chunk('fmt ', format), data), Buffer.alloc(48_000)]);
    expect(await read(wave)).toEqual({ writtenMs: AT, durationMs: 3000 });
  });
});

describe('satellite tracks', () => {
  const rmc = (time: string, status = 'A', date = '270619') => `$GPRMC,${time},${status},3113.1,N,12128.2,E,0.5,12.0,${date},,,A`;
  const summed = (sentence: string) =>
    `${sentence}*${[...sentence.slice(1)]
      .reduce((sum, c) => sum ^ c.charCodeAt(0), 0)
      .toString(16)
      .padStart(2, '0')}`;
  const point = (time: string) => `<trkpt lat="31.2" lon="121.4"><time>${time}</time></trkpt>`;

  it.each([
    ['NMEA', `${rmc('073012.00')}\n${rmc('073112')}`, '2019-06-27T07:30:12Z', '2019-06-27T07:31:12Z'],
    [
      'NMEA after midnight, with sums and the times of a maker',
      `[1561]${summed(rmc('235959'))}\r\n[1562]${summed(rmc('000059', 'A', '280619'))}`,
      '2019-06-27T23:59:59Z',
      '2019-06-28T00:00:59Z',
    ],
    [
      'NMEA without satellites at first',
      `${rmc('000001', 'V', '060180')}\n${rmc('073012')}`,
      '2019-06-27T07:30:12Z',
      '2019-06-27T07:30:12Z',
    ],
    [
      'GPX, whose own time is another',
      `<gpx><metadata><time>2024-01-01T00:00:00Z</time></metadata>${point('2019-06-27T15:30:12+08:00')}${point('2019-06-27T07:31:12.5Z')}`,
      '2019-06-27T07:30:12Z',
      '2019-06-27T07:31:12.500Z',
    ],
  ])('tell first and last fix: %s', (_what, text, first, last) => {
    expect(gpsTimes(text, text)).toEqual({ firstMs: Date.parse(first), lastMs: Date.parse(last) });
  });

  it.each([
    ['nothing', ''],
    ['no valid fix', rmc('073012', 'V')],
    ['a wrong sum', `${rmc('073012')}*00`],
    ['time that runs backwards', `${rmc('073012')}\n${rmc('063012')}`],
    ['a time, but no point', '<gpx><metadata><time>2024-01-01T00:00:00Z</time></metadata></gpx>'],
  ])('tell nothing of %s', (_what, text) => {
    expect(gpsTimes(text, '')).toBeNull();
  });
});
