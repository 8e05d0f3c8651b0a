import { because, type Reason } from '#domain/reason';

/** Length and SHA-256 of bytes: as they were sealed, or as a reading gave them. */
export interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

/** null: what was read is what was sealed. The sealed digest alone judges: what several copies have in common proves nothing. */
export function judge(read: Content, sealed: Content): Reason | null {
  if (read.bytes !== sealed.bytes) return because('bytes-sealed', { found: read.bytes, bytes: sealed.bytes });
  if (read.sha256 === sealed.sha256) return null;
  return because('digest-sealed', { found: read.sha256, sha256: sealed.sha256 });
}
