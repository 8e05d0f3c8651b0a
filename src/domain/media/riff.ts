import { because, type Reason } from '#domain/reason';
import type { ReadAt } from './iso-bmff.ts';

/** Sizes that a program writes before it knows how much will come: an unfinished header says nothing of missing bytes. */
const UNKNOWN_SIZES = [0, 0xffffffff];
/** QLCM: QCP (RFC 3625). */
const FORMS = ['AVI ', 'WAVE', 'QLCM'];
const CHUNKS_MAX = 64;

/**
 * What a RIFF file (AVI, WAV, QCP; Microsoft "Multimedia Programming Interface", 1991, §2) lacks of what it says; null if it is whole, is no RIFF file
 * or does not say.
 */
export async function missingOfRiff(readAt: ReadAt, bytes: number): Promise<Reason | null> {
  const head = await readAt(0, 12);
  if (head.length < 12 || text(head, 0) !== 'RIFF') return null;
  const form = text(head, 8);
  if (!FORMS.includes(form)) return null;
  for (let position = 12, chunk = 0; position + 8 <= bytes && chunk < CHUNKS_MAX; chunk += 1) {
    const header = await readAt(position, 12);
    if (header.length < 8) return null;
    const size = number(header, 4);
    const name = text(header, 0) === 'LIST' ? text(header, 8) : text(header, 0);
    // Only where the pictures or the sound lie: other chunks are often written carelessly.
    if (name === 'movi' || name === 'data') {
      const end = position + 8 + size;
      return end > bytes && !UNKNOWN_SIZES.includes(size) ? because('chunk-truncated', { name, end, bytes }) : null;
    }
    position += 8 + size + (size % 2);
  }
  return null;
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function number(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}
