import type { Actor } from '#domain/custody/actor';
import type { LedgerReader } from '#ports/ledger';

/** What people call an account: its name; null where it is none, as of whoever acts at the machine itself. */
export async function personName({ people }: Pick<LedgerReader, 'people'>, id: string | null): Promise<string | null> {
  return id === null ? null : ((await people.user(id))?.name ?? null);
}

/** The same of whoever did something: a token is its owner. */
export async function actorName(reader: Pick<LedgerReader, 'people'>, actor: Actor | null): Promise<string | null> {
  if (actor === null) return null;
  return personName(reader, actor.kind === 'user' ? actor.id : (actor.user ?? null));
}
