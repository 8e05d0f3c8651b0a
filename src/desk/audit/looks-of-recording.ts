import { type AuditLine, auditLine } from '#domain/look/audit-line';
import type { LedgerReader } from '#ports/ledger';

/** A look as the person who is shown may see it: who and why, but not from which address, and not the words to the reason. */
export interface ShownLook {
  readonly line: AuditLine;
  /** `vault`, or the archive's name. */
  readonly from: string | null;
  /** What it has shown so far; null: nothing is on record yet. */
  readonly seen: AuditLine | null;
}

/** Looks at a recording, newest first, and what was seen in each; `next`: behind which entry the list goes on. */
export async function looksOfRecording(
  { looks }: Pick<LedgerReader, 'looks'>,
  recording: string,
  page: { readonly limit: number; readonly after?: number },
): Promise<{ readonly looks: readonly ShownLook[]; readonly next: number | null }> {
  const { entries, next } = await looks.answer({ recording, type: 'recording.viewed' }, { ...page, order: 'newest' });
  const lines = entries.map((entry) => ({ line: auditLine(entry), from: entry.data['from'] }));
  const seen = await looks.seenOf(lines.flatMap(({ line }) => line.much.look ?? []));
  return {
    looks: lines.map(({ line, from }) => {
      const last = seen.get(line.much.look ?? '');
      return { line, from: typeof from === 'string' ? from : null, seen: last ? auditLine(last) : null };
    }),
    next,
  };
}
