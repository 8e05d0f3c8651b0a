/*
 * Files of dictation machines and telephones that no program here can write: their frames are put together from the formats' own descriptions, so that
 * they are whole, and hold something that can be heard.
 */

/** Bytes of one frame, as it is stored. */
type Frame = readonly number[];

const hex = (digits: string): Frame => [...Buffer.from(digits, 'hex')];
const u16 = (value: number): Frame => [value & 0xff, value >> 8];
const u32 = (value: number): Frame => [...u16(value & 0xffff), ...u16(value >>> 16)];
const word = (text: string, length: number = text.length): Frame => [...Buffer.alloc(length).fill(text, 0, text.length, 'latin1')];

/** The same each time, and without a pattern. */
function noise(length: number, seed: number): Frame {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state >> 16) & 0xff;
  });
}

/** Frames of QCELP 13K (TIA IS-733) that pass the checks of a decoder; a rate of 1/8, and none for a blank. */
const QCELP: Readonly<Record<number, readonly Frame[]>> = {
  4: [
    hex('a54dca182530bb1d6d132cded6237b2ed91e3f721fcb1971174494d6493c9d5c3460'),
    hex('8f29b3d73f6ac2b69edd2c19f264bee462a5baf20fd27ecf14c011ed201f836320ac'),
  ],
  3: [hex('3a2913e7c360df7619c16ce0ef0f8a6d'), hex('3287280cf36478bcc1c1d9f242affe4b')],
  2: [hex('284225bca45428'), hex('baed0a2b658d24')],
  1: [hex('a52500'), hex('5a1230')],
  0: [[]],
};
/** Of EVRC (TIA IS-127), whole, 1/2 and 1/8. */
const EVRC: Readonly<Record<number, readonly Frame[]>> = {
  4: [hex('0a6b5fc933154a6de28404a897c525262e6a7c07bcbe'), hex('f1125b738bb151c9722cd2c642e6e86403c0afeda768')],
  1: [hex('5525')],
};
const QCP_CODECS = {
  qcelp: { guid: '416d7f5e15b1d011ba9100805fb4b97e', name: 'Qcelp 13K', bits: 13_300, frames: QCELP, sizes: [0, 3, 7, 16, 34] },
  evrc: { guid: '8dd489e67690b54691ef736a5100ceb4', name: 'EVRC', bits: 8550, frames: EVRC, sizes: [0, 2, 5, 10, 22] },
} as const;

/** A QCP file (RFC 3625 §2): frames of 20 ms, each behind a byte that tells its rate. `rates` come again and again. */
export function qcpFile(codec: keyof typeof QCP_CODECS, rates: readonly number[], count: number): Buffer {
  const { guid, name, bits, frames, sizes } = QCP_CODECS[codec];
  const largest = Math.max(...rates.map((rate) => sizes[rate] ?? 0)) + 1;
  const data = Array.from({ length: count }, (_, place) => {
    const rate = rates[place % rates.length] ?? 0;
    const known = frames[rate] ?? [];
    return [rate, ...(known[place % Math.max(1, known.length)] ?? [])];
  }).flat();
  const table = sizes.flatMap((size, rate) => [size, rate]).reverse();
  const map = Array.from({ length: 5 }, (_, place) => [table[2 * place + 1] ?? 0, table[2 * place] ?? 0]).flat();
  const format = [
    ...[1, 0, ...hex(guid), ...u16(2), ...word(name, 80), ...u16(bits), ...u16(largest), ...u16(160), ...u16(8000), ...u16(16)],
    ...[...u32(5), ...map, ...Array.from({ length: 6 + 20 }, () => 0)],
  ];
  const variable = new Set(rates).size > 1 ? 1 : 0;
  const chunks = [
    ...[...word('fmt '), ...u32(format.length), ...format],
    ...[...word('vrat'), ...u32(8), ...u32(variable), ...u32(count)],
    ...[...word('data'), ...u32(data.length), ...data, ...(data.length % 2 === 0 ? [] : [0])],
  ];
  return Buffer.from([...word('RIFF'), ...u32(4 + chunks.length), ...word('QLCM'), ...chunks]);
}

const DSS_BLOCK = 512;
const DSS_BLOCK_HEAD = 6;
/** What stands behind the last frame, up to the end of its block. */
const DSS_FILL = 0xff;

/** A DSS file: two blocks of header, then blocks with frames one after the other across them. `codec`: 0 is SP, 2 is LP (G.723.1). */
export function dssFile(codec: 0 | 2, stream: Uint8Array): Buffer {
  const header = Buffer.alloc(2 * DSS_BLOCK);
  header.write('\x02dss', 0, 'latin1');
  header.write('RECORDER', 0x0c, 'latin1');
  header.write('260501101500260501101503000003', 0x26, 'latin1');
  header[0x2a4] = codec;
  const blocks: Buffer[] = [header];
  for (let at = 0; at < stream.length; at += DSS_BLOCK - DSS_BLOCK_HEAD) {
    const block = Buffer.alloc(DSS_BLOCK, DSS_FILL);
    block.set([0, DSS_BLOCK_HEAD / 2, 12, 0xff, 0xff, 0xff]);
    block.set(stream.subarray(at, at + DSS_BLOCK - DSS_BLOCK_HEAD), DSS_BLOCK_HEAD);
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

/** Frames of DSS SP, two in 82 bytes: 14 coefficients of a filter, then four times pulses and their gain. */
export function dssSpeech(pairs: number): Uint8Array {
  const stored = Array.from({ length: pairs }, (_, pair) => {
    const [one = [], other = []] = [spFrame(20 + (pair % 25)), spFrame(45 - (pair % 25))];
    const first = one.map((byte, at) => (at === 40 ? (other[1] ?? 0) : byte));
    return [...first, ...Array.from({ length: 20 }, (__, at) => [other[2 * at + 3] ?? 0, other[2 * at] ?? 0]).flat()];
  });
  return Uint8Array.from(stored.flat());
}

function spFrame(gain: number): number[] {
  const middle = (width: number) => [width, 1 << (width - 1)] as const;
  const fields = [
    ...Array.from({ length: 14 }, (_, place) => middle(place < 2 ? 5 : place < 8 ? 4 : 3)),
    ...Array.from(
      { length: 4 },
      () => [[5, 8], [31, 0], [6, gain], [3, 7], ...Array.from({ length: 6 }, () => [3, 3] as const)] as const,
    ).flat(),
    [24, 40] as const,
  ];
  const bits = fields.map(([width = 0, value = 0]) => value.toString(2).padStart(width, '0')).join('');
  const bytes = Array.from({ length: 42 }, (_, at) => Number.parseInt(bits.slice(8 * at, 8 * at + 8).padEnd(8, '0'), 2));
  // Words are stored with their lower byte first.
  return bytes.map((_, at) => bytes[at ^ 1] ?? 0);
}

/** An AMR file (RFC 4867 §5): frames of 20 ms behind a byte with their mode. Narrow band 12.2 kbit/s, wide band 23.85; some frames hold no speech. */
export function amrFile(band: 'narrow' | 'wide', count: number): Buffer {
  const [speech, rest] = band === 'narrow' ? [[0x3c, 31] as const, 0x7c] : [[0x44, 60] as const, 0x7c];
  const frames = Array.from({ length: count }, (_, place) => (place % 20 < 15 ? [speech[0], ...noise(speech[1], place % 5)] : [rest]));
  return Buffer.from([...word(band === 'narrow' ? '#!AMR\n' : '#!AMR-WB\n'), ...frames.flat()]);
}
