/** SHA-256 and, where the station's policy asks for it, SM3 (GB/T 32905) of the same bytes; lower-case hexadecimal. */
export interface Digests {
  readonly sha256: string;
  readonly sm3: string | null;
}
