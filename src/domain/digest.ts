/** SHA-256 and, where the station's policy asks for it, SM3 (GB/T 32905) of the same bytes; lower-case hexadecimal. */
export interface Digests {
  readonly sha256: string;
  readonly sm3: string | null;
}

export type DigestAlgorithm = 'sha256' | 'sm3';

const HEX_256 = /^[0-9a-f]{64}$/;

/** True for 64 lower-case hexadecimal digits, the printed form of both SHA-256 and SM3. */
export function isHexDigest(text: string): boolean {
  return HEX_256.test(text);
}
