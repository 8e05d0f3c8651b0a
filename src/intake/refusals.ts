import { STATION } from '#domain/custody/actor';
import { FileRefused } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import type { Refusal } from '#domain/docking';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';

type Refused = Pick<Refusal, 'code' | 'reason'> & { readonly path: string };

/** Records an entry of the card that is not taken, with its reason; part of `w02-files-listed`. */
export async function refuse(writer: LedgerWriter, dockingId: string, refusal: Refused, atMs: number): Promise<void> {
  const { code, reason, path } = refusal;
  await writer.dockings.insertRefusal({ dockingId, atMs, cardPath: path, code, reason });
  const about = { atMs, actor: STATION, subject: subject('docking', dockingId) };
  await writer.custody.append(FileRefused.make({ ...about, data: { code }, personal: { cardPath: path, detail: reason } }));
}

/** The paths that are on record as refused, so that a second listing does not record them twice. */
export async function refusedSoFar(ledger: LedgerReader, dockingId: string): Promise<Set<string>> {
  return new Set((await ledger.dockings.refusals(dockingId)).map((refusal) => refusalKey({ ...refusal, path: refusal.cardPath })));
}

export function refusalKey({ path, code }: Pick<Refused, 'path' | 'code'>): string {
  return `${code} ${path}`;
}
