import { RecordingViewed } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Ledger } from '#ports/ledger';

interface Told {
  readonly recording: string;
  /** Id of the look. */
  readonly look: string;
  readonly user: string;
  readonly atMs: number;
  readonly role?: string;
  readonly case?: string | null;
  readonly reason?: string | null;
  readonly unit?: string | null;
  readonly name?: string;
}

/** Puts looks on record past the server, in one transaction. */
export async function tellLooks(ledger: Ledger, looks: readonly Told[]): Promise<void> {
  const { data } = RecordingViewed.example;
  await ledger.transaction(async (writer) => {
    for (const { recording, look, user, atMs, role = 'auditor', name = user, unit = 'unt-a', reason = 'complaint', ...more } of looks) {
      const told = { ...data.look, id: look, user, roles: [role], byUnit: unit, reason, case: more.case ?? null };
      const actor = { kind: 'user', id: user, via: 'network', session: 'ssn-1' } as const;
      const entry = { atMs, actor, subject: subject('recording', recording), data: { ...data, look: told }, personal: { name } };
      await writer.custody.append(RecordingViewed.make(entry as never));
    }
  });
}
