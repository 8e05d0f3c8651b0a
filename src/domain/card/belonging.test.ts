import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedKind, kindOfContent } from '#domain/media/media-kind';
import { withoutMinority } from '#domain/recorder/recognise';
import { otherViews, type View } from '#domain/take/scenes';
import { DRIVERS } from '#drivers';
import { formerPath } from './bin-record.ts';
import { groupCaptures } from './captures.ts';
import { type CardFacts, compilePatterns } from './facts.ts';
import { compileLeftovers } from './leftovers.ts';
import type { ListedFile } from './listed-file.ts';
import { unmarkedName } from './marks.ts';
import { ownersOn, readName } from './names.ts';
import { printableName, rawName, shownPath } from './path.ts';
import { assignSidecars } from './sidecars.ts';

/*
 * Goal: what belongs to a recorder, and what to a file, is told right whatever else lies on the card.
 * Method: random cards with what was sprinkled on them; generators know only names, and what they made is what is compared.
 */

const gat947 = DRIVERS.find(({ id }) => id === 'gat947') ?? expect.fail('no gat947');
const others = compilePatterns(DRIVERS.flatMap(({ patterns }) => patterns));
const rules = { patterns: compilePatterns(gat947.patterns), others, leftovers: compileLeftovers() };
const listed = (path: string, mtimeMs = 0, more: Partial<CardFacts> = {}): ListedFile => ({
  path,
  bytes: 1,
  mtimeMs,
  facts: { ...readName(path, rules), ...more },
});
const pad = (number: number, digits: number) => String(number).padStart(digits, '0');

describe('leftovers', () => {
  const { placeOf } = compileLeftovers(['KeepOut/', '*.bak']);

  it.each([
    ['._a.MP4', 'leftover'],
    ['DCIM/.ds_store', 'leftover'],
    ['.Spotlight-V100/a/b', 'leftover'],
    ['System Volume Information/x', 'leftover'],
    ['a/Thumbs.db', 'leftover'],
    ['KeepOut/x/y.mp4', 'leftover'],
    ['a/b.BAK', 'leftover'],
    ['.Trashes/501/._a.mp4', 'leftover'],
    ['$RECYCLE.BIN/S-1/$IAB12CD.mp4', 'leftover'],
    ['$RECYCLE.BIN/S-1/$RAB12CD.mp4', 'bin'],
    ['.Trash-1000/files/a.mp4', 'bin'],
    ['FOUND.001/FILE0000.CHK', 'repair'],
    ['LOST.DIR/123', 'repair'],
    ['lost+found/#12', 'repair'],
    ['a._b.mp4', null],
    ['DS_Store', null],
    ['Thumbs.db.mp4', null],
    ['KeepOut', null],
    ['XKeepOut/a', null],
    ['DCIM/FOUND/a.mp4', null],
    ['DCIM/trashes/a.mp4', null],
  ])('%s: %s', (path, place) => expect(placeOf(path)).toBe(place));

  it.each(['*', '', '/', '.*', 'a/b', '***/'])('of a site cannot be %j', (entry) => {
    expect(() => compileLeftovers([entry])).toThrow(/intake\.leftovers/);
  });
});

/** A card of one recorder with what a person, a computer and another camera left on it; every name differs from the others. */
const sprinkledCard = fc
  .record({
    device: fc.integer({ min: 1, max: 9_999_999 }).map((number) => `DSJ${pad(number, 7)}`),
    sequences: fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { minLength: 1, maxLength: 30 }),
    forks: fc.array(fc.constantFrom('.DS_Store', '.fseventsd/0001', '.Spotlight-V100/Store/0', 'System Volume Information/tracking.log'), {
      maxLength: 8,
    }),
    binned: fc.array(fc.constantFrom('.Trashes/501/', '$RECYCLE.BIN/S-1-5-21/', '.Trash-1000/files/'), { maxLength: 40 }),
    foreign: fc.array(fc.constantFrom('DCIM/100MEDIA/DJI_', 'PRIVATE/CLIP', 'MP_ROOT/M4V'), { maxLength: 29 }),
    other: fc.integer({ min: 1, max: 9_999_999 }).map((number) => `CAM${pad(number, 7)}`),
    otherFiles: fc.nat({ max: 29 }),
  })
  .map(({ device, sequences, forks, binned, foreign, other, otherFiles }) => {
    const name = (number: string, sequence: number) => `${number}_041234_20260620101500_${pad(sequence, 4)}.MP4`;
    const own = sequences.map((sequence) => `DCIM/20260620/${name(device, sequence)}`);
    // A minority: all that is no footage of this recorder together is less than its own.
    const strangers = [
      ...foreign.map((stem, place) => `${stem}${pad(place, 4)}.MP4`),
      ...Array.from({ length: otherFiles }, (_, place) => `DCIM/20260620/${name(other, place + 1)}`),
    ].slice(0, Math.max(0, own.length - 1));
    return {
      device,
      own,
      strangers,
      leftovers: [...new Set([...forks, ...own.map((path) => path.replace('DSJ', '._DSJ'))])],
      binned: binned.map((bin, place) => `${bin}${place}/${name(other, place + 1)}`),
      otherNumber: other,
    };
  });

it('a recorder scores and is numbered as without what was sprinkled on its card', () => {
  fc.assert(
    fc.property(sprinkledCard, ({ device, own, strangers, leftovers, binned, otherNumber }) => {
      const all = [...leftovers, ...binned, ...strangers, ...own].map((path) => listed(path));
      const sample = all.filter(({ path }) => rules.leftovers.placeOf(path) === null);
      const hints = { vendorId: null, productId: null, serial: null, label: null, manufacturer: null, product: null };
      const seen = withoutMinority(sample, rules.patterns);
      expect(gat947.match(seen, hints).score).toBe(
        gat947.match(
          own.map((path) => listed(path)),
          hints,
        ).score,
      );
      const ownerOf = ownersOn(all, device);
      for (const { path, facts } of all) {
        const tells = path.includes(otherNumber) && facts.kind !== 'leftover';
        expect(ownerOf(facts), path).toBe(tells ? otherNumber : device);
        if (leftovers.includes(path)) expect(facts.kind).toBe('leftover');
        if (binned.includes(path)) expect(facts).toMatchObject({ kind: 'video', foundIn: 'bin' });
      }
      // By whatever name it is docked, most names are its own.
      expect(ownersOn(all, 'a name that a person gave')(listed(own[0] ?? '').facts)).toBe('a name that a person gave');
    }),
    { numRuns: 200 },
  );
});

describe('whose a file is', () => {
  const files = (...numbers: string[]) => numbers.map((deviceNumber) => ({ facts: { kind: 'video' as const, stem: '', deviceNumber } }));
  it.each([
    ['R1', ['A1111', 'A1111', 'B2222'], 'B2222', 'B2222'],
    ['R1', ['A1111', 'A1111', 'B2222'], 'A1111', 'R1'],
    ['R1', ['A1111', 'B2222'], 'A1111', 'A1111'],
    ['A1111', ['A1111', 'B2222', 'B2222', 'B2222'], 'B2222', 'B2222'],
    ['A1111', ['A1111', 'B2222', 'B2222', 'B2222'], 'A1111', 'A1111'],
    ['0012345', ['DSJ0012345', 'DSJ0099999', 'DSJ0099999'], 'DSJ0012345', '0012345'],
    ['12345', ['DSJ0012345', 'B2222', 'B2222'], 'DSJ0012345', 'DSJ0012345'],
  ])('docked as %s with %j: %s is of %s', (docked, numbers, number, owner) => {
    expect(ownersOn(files(...numbers), docked)({ deviceNumber: number })).toBe(owner);
  });
});

it('names in GBK are shown as they were written, stay the bytes that they are, and are matched', () => {
  const gbk: Readonly<Record<string, string>> = { 视频: 'CAD3C6B5', 录像: 'C2BCCFF1', 照片: 'D5D5C6AC', 执法: 'D6B4B7A8' };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Object.keys(gbk)), { minLength: 1, maxLength: 6 }),
      fc.stringMatching(/^[A-Za-z0-9_.]{0,8}$/),
      (words, tail) => {
        const raw = Buffer.concat([...words.map((word) => Buffer.from(gbk[word] ?? '', 'hex')), Buffer.from(tail)]);
        const printable = printableName(raw);
        expect(shownPath(`a/${printable}/b.mp4`)).toBe(`a/${words.join('')}${tail}/b.mp4`);
        expect(Buffer.from(rawName(printable))).toEqual(raw);
      },
    ),
  );
  const dated = compilePatterns(DRIVERS.find(({ id }) => id === 'dated-folders')?.patterns ?? []);
  const folder = printableName(Buffer.from('CAD3C6B5', 'hex'));
  expect(readName(`20190627/${folder}/153012.mp4`, { ...rules, patterns: dated })).toMatchObject({ claimedStart: '2019-06-27T15:30:12' });
});

it.each([
  ['Latin-1', Buffer.from('vélo.mp4', 'latin1')],
  ['Latin-1, two in a row', Buffer.from('naïvété.mp4', 'latin1')],
  ['Shift JIS', Buffer.from('83658358836700', 'hex').subarray(0, 6)],
  ['cut in two', Buffer.from('CAD3C6', 'hex')],
  ['a control character', Buffer.from('CAD301', 'hex')],
  ['UTF-8 with something to escape', Buffer.from('视%频')],
])('a name that is no GBK is shown as before: %s', (_what, raw) => expect(shownPath(printableName(raw))).toBe(printableName(raw)));

describe('sidecars', () => {
  const withHosts = (paths: readonly (string | [string, Partial<CardFacts>, number?])[]) => {
    const files = paths.map((each) => (typeof each === 'string' ? listed(each) : listed(each[0], each[2] ?? 0, each[1])));
    const { others: own, take } = assignSidecars(files);
    return Object.fromEntries(own.map((file) => [file.path, take([file]).map(({ path }) => path)]));
  };

  it('of a clip and a photo of one stem travel with the clip, whatever comes first', () => {
    const host = { 'a/1.JPG': [], 'a/1.MP4': ['a/1.gpx', 'a/1.srt', 'a/1.log', 'a/1.xmp'] };
    expect(withHosts(['a/1.JPG', 'a/1.MP4', 'a/1.gpx', 'a/1.srt', 'a/1.log', 'a/1.xmp'])).toEqual(host);
    expect(withHosts(['a/1.gpx', 'a/1.srt', 'a/1.log', 'a/1.xmp', 'a/1.MP4', 'a/1.JPG'])).toEqual(host);
  });

  it('that repeat a whole name travel with that file', () => {
    expect(withHosts(['a/1.JPG', 'a/1.MP4', 'a/1.JPG.xmp', 'a/1.MP4.json', 'a/1.mp4.gpx'])).toEqual({
      'a/1.JPG': ['a/1.JPG.xmp'],
      'a/1.MP4': ['a/1.MP4.json', 'a/1.mp4.gpx'],
    });
  });

  it('in another folder travel with the one file that can be meant', () => {
    const name = 'DSJ0012345_041234_20260620101500_0007';
    expect(withHosts([`IMP/${name}.MP4`, `DCIM/20260620/${name}.gps`])).toEqual({ [`IMP/${name}.MP4`]: [`DCIM/20260620/${name}.gps`] });
    expect(withHosts([`IMP/${name}_IMP.MP4`, `GPS/${name}.gps`])).toEqual({ [`IMP/${name}_IMP.MP4`]: [`GPS/${name}.gps`] });
    // Two folders with the name, another day, too far apart: nobody can tell.
    expect(withHosts(['a/1.MP4', 'b/1.MP4', 'c/1.gps'])).toMatchObject({ 'c/1.gps': [] });
    expect(
      withHosts([
        ['a/1.MP4', { claimedStart: '2026-06-20T10:00:00' }],
        ['c/1.gps', { claimedStart: '2026-06-21T10:00:00' }],
      ]),
    ).toMatchObject({ 'c/1.gps': [] });
    expect(withHosts(['a/1.MP4', ['c/1.gps', {}, 13 * 3600_000]])).toMatchObject({ 'c/1.gps': [] });
  });

  it('of several lenses travel with the front one; those of a lens with it', () => {
    const stem = 'BlackVue/Record/20190627_153012_N';
    expect(withHosts([[`${stem}F.mp4`, { lens: 'F' }], [`${stem}R.mp4`, { lens: 'R' }], `${stem}.gps`, `${stem}R.thm`])).toEqual({
      [`${stem}F.mp4`]: [`${stem}.gps`],
      [`${stem}R.mp4`]: [`${stem}R.thm`],
    });
  });

  it('whose file is not there stand for themselves; nothing is lost or doubled, whatever the names', async () => {
    const path = fc.tuple(
      fc.constantFrom('a/', 'b/', 'IMP/', ''),
      fc.constantFrom('1', '2', 'x'),
      fc.constantFrom('.MP4', '.JPG', '.wav', '', '.MP4.gpx'),
      fc.constantFrom('', '.gps', '.srt', '.LRF'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          path.map((parts) => parts.join('')),
          { maxLength: 25 },
        ),
        async (paths) => {
          const captures = await Array.fromAsync(
            groupCaptures(
              paths.map((each) => listed(each)),
              { contiguousMs: 0, timezone: 'Asia/Shanghai', durationMs: async () => null },
            ),
          );
          expect(captures.flatMap(({ segments, sidecars }) => [...segments, ...sidecars].map((file) => file.path)).sort()).toEqual(
            [...paths].sort(),
          );
        },
      ),
    );
  });

  it('leftovers stand together, at most a hundred in one', () => {
    const paths = Array.from({ length: 150 }, (_, place) => `.fseventsd/${place}`);
    expect(Object.values(withHosts([...paths, 'a.mp4'])).map(({ length }) => length)).toEqual([99, 49, 0]);
  });
});

describe('the record of a bin', () => {
  const record = (version: bigint, path: string, characters = path.length + 1) => {
    const head = Buffer.alloc(version === 2n ? 28 : 24);
    head.writeBigUInt64LE(version, 0);
    if (version === 2n) head.writeUInt32LE(characters, 24);
    const text = Buffer.from(`${path}\0`, 'utf16le');
    return Buffer.concat([head, text, Buffer.alloc(version === 1n ? Math.max(0, 520 - text.length) : 0)]);
  };
  it.each([
    [record(1n, 'E:\\DCIM\\a.MP4'), 'DCIM/a.MP4'],
    [record(2n, 'D:\\视频\\1.mp4'), '视频/1.mp4'],
    [record(2n, 'D:\\a\u202e4pm.exe'), 'a%E2%80%AE4pm.exe'],
    [record(3n, 'D:\\a'), null],
    [record(2n, '\\\\server\\a'), null],
    [record(2n, 'D:\\a', 0), null],
    [record(2n, 'D:\\abcdef', 0xffffffff), 'abcdef'],
    [Buffer.from('record'), null],
  ])('%#', (bytes, path) => expect(formerPath(bytes)).toBe(path));
  it('never fails over what it is given', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => void formerPath(bytes)));
  });
});

describe('a mark', () => {
  it.each([
    ['DCIM/a_0007.MP4', 'IMP/a_0007.MP4'],
    ['DCIM/a_0007.MP4', 'DCIM/a_0007_IMP.MP4'],
    ['DCIM/a_0007.MP4', 'DCIM/A_0007_I.mp4'],
    ['a_0007.NMEA', 'x/a_0007@.NMEA'],
  ])('leaves the name: %s, %s', (one, other) => expect(unmarkedName(one)).toBe(unmarkedName(other)));
  it.each([
    ['a_0007.MP4', 'a_0008.MP4'],
    ['a_0007.MP4', 'a_0007.MOV'],
    ['a_IMP0007.MP4', 'a_0007.MP4'],
  ])('does not make one of two: %s, %s', (one, other) => expect(unmarkedName(one)).not.toBe(unmarkedName(other)));
});

describe('other views', () => {
  const view = (recordingId: string, lens: string, startsMs: number[], recorder = 'R'): View => ({ recordingId, lens, startsMs, recorder });
  const pairs = (...views: View[]) =>
    otherViews(views)
      .map((pair) => pair.map(({ recordingId }) => recordingId).join('-'))
      .sort();
  it('are what several lenses of one recorder saw at one moment', () => {
    expect(pairs(view('a', 'F', [0]), view('b', 'R', [1500]), view('c', 'I', [0]))).toEqual(['a-b', 'a-c', 'b-c']);
    expect(pairs(view('a', 'F', [0, 60_000, 120_000]), view('b', 'R', [0]), view('c', 'R', [120_000]))).toEqual(['a-b', 'a-c']);
  });
  it('are not what one lens saw, nor another recorder, nor later', () => {
    expect(pairs(view('a', 'F', [0]), view('b', 'F', [0]), view('c', 'R', [2001]), view('d', 'R', [0], 'S'))).toEqual([]);
  });
});

describe('what a file is, its content says', () => {
  const bytes = (hex: string, length = 64) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(length)]);
  const text = (content: string) => Buffer.from(`${content}${'\0'.repeat(32)}`, 'latin1');
  const packets = (step: number, first: number) => Buffer.alloc(1200).map((_, at) => ((at - first) % step === 0 ? 0x47 : 1));
  it.each([
    ['MP4', text('\0\0\0\x18ftypmp42'), 'video'],
    ['3GPP2', text('\0\0\0\x18ftyp3g2a'), 'video'],
    ['QuickTime without a brand', text('\0\0\0\x08moov'), 'video'],
    ['HEIC', text('\0\0\0\x18ftypheic'), 'photo'],
    ['M4A', text('\0\0\0\x18ftypM4A '), 'audio'],
    ['AVI', text('RIFF\0\0\0\0AVI LIST'), 'video'],
    ['WAVE', text('RIFF\0\0\0\0WAVEfmt '), 'audio'],
    ['QCP', text('RIFF\0\0\0\0QLCMfmt '), 'audio'],
    ['DSS', text('\x02dss\x01\0'), 'audio'],
    ['DSS of version 3', text('\x03dss\x01\0'), 'audio'],
    ['DS2', text('\x03ds2\x01\0'), 'audio'],
    ['VOC', text('Creative Voice File\x1a\x1a\0'), 'audio'],
    ['WebM', bytes('1a45dfa39f4286'), 'video'],
    ['MXF', bytes('060e2b34020501010d0102010102'), 'video'],
    ['DAV', text('DHAV\xfd'), 'video'],
    ['H.264 with a long start code', bytes('0000000167640028'), 'video'],
    ['H.264 with a short one', bytes('00000127640028'), 'video'],
    ['H.265', bytes('0000000140010c01'), 'video'],
    ['H.265 that begins with its SPS', bytes('0000000142010101'), 'video'],
    ['transport stream', packets(188, 0), 'video'],
    ['transport stream with time codes', packets(192, 4), 'video'],
    ['program stream', bytes('000001ba44000400'), 'video'],
    ['AMR', text('#!AMR\n'), 'audio'],
    ['AAC', Buffer.concat([Buffer.from('fff15080017ffc0000', 'hex'), Buffer.alloc(2), Buffer.from('fff15080', 'hex')]), 'audio'],
    ['JPEG', bytes('ffd8ffe1'), 'photo'],
    ['DNG', bytes('49492a0008000000'), 'photo'],
    ['GPX', text('<?xml version="1.0"?>\n<gpx version="1.1">'), 'track'],
    ['NMEA', text('$GPRMC,101500.00,A,3437.1,N,11227.3,E,1.2,45.0,200626,,,A*5C\r\n'), 'track'],
    ['nothing', Buffer.alloc(0), null],
    ['zeros', Buffer.alloc(4096), null],
    ['one sync byte', bytes('47'), null],
    ['slices of no stream', bytes('0000000100'), null],
    ['prose', text('The officer went home.'), null],
  ] as const)('%s', (_what, head, kind) => expect(kindOfContent(head)).toBe(kind));

  it.each([
    ['video', 'ffd8ffe1', 'photo'],
    ['photo', '00000018667479706d703432', 'video'],
    ['video', '524946460000000057415645', 'audio'],
    ['audio', '524946460000000041564920', 'video'],
    ['audio', '00000018667479706d703432', 'audio'],
    ['audio', '1a45dfa39f428601', 'audio'],
    ['video', '00000018667479706d703432', 'video'],
    ['video', 'deadbeefdeadbeef', 'video'],
    ['log', 'ffd8ffe1', 'log'],
    ['video', '255044462d312e37', 'video'],
  ] as const)('named %s, it begins with %s: it is %s', (named, hex, kind) => expect(correctedKind(named, bytes(hex))).toBe(kind));

  it('and never fails over what it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (head) => kindOfContent(head) === null || typeof kindOfContent(head) === 'string'),
    );
  });
});
