import type { DeskDeps } from '#desk/deps';
import { changeOrTry } from '#desk/dry-run';
import type { Actor } from '#domain/custody/actor';
import type { LedgerWriter } from '#ports/ledger';
import type { PeopleChange } from '#ports/people-changes';

export type PeopleDeps = Pick<DeskDeps, 'ledger' | 'clock' | 'people' | 'facts'>;

/** Who makes a change of people. */
export interface By {
  readonly actor: Actor;
  /** Id of the user behind the session or the token; null: nobody with an account, as over the control socket. */
  readonly user: string | null;
}

/** One transaction that changes people. */
export interface PeopleWork {
  readonly writer: LedgerWriter;
  readonly by: By;
  readonly atMs: number;
  readonly stationId: string;
  /** Told to the listeners once the transaction is committed. */
  readonly tell: (change: PeopleChange) => void;
}

/** Runs `body` in one transaction. A dry run is rolled back, and nobody hears of it. */
export async function changePeople<T>(
  deps: PeopleDeps,
  { by, dryRun = false }: { readonly by: By; readonly dryRun?: boolean | undefined },
  body: (work: PeopleWork) => Promise<T>,
): Promise<T> {
  const { stationId } = deps.facts;
  const changes: PeopleChange[] = [];
  const atMs = deps.clock.nowMs();
  const outcome = await changeOrTry(deps.ledger, dryRun, (writer) =>
    body({ writer, by, atMs, stationId, tell: (change) => changes.push(change) }),
  );
  if (!dryRun) for (const change of changes) deps.people.tell(change);
  return outcome;
}
