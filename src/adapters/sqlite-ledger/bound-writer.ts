import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { WRITES } from '#ports/fact-writes';
import type { LedgerReader, LedgerWriter, LedgerWrites } from '#ports/ledger';

export interface BoundWriter {
  readonly writer: LedgerWriter;
  /** Throws station.internal if something was changed that no custody entry tells of. */
  mustHaveTold(): void;
  /** The writer writes no more: one that outlives its transaction would write into somebody else's. */
  revoke(): void;
}

/** The writer of one transaction: what reads and what writes as one, for each group. It notes what it is used for. */
export function boundWriter(reads: LedgerReader, writes: LedgerWrites): BoundWriter {
  let changed: string | null = null;
  let told = false;
  const note = (name: string) => {
    if (isFact(name)) changed ??= name;
    if (name === 'custody.append') told = true;
  };
  const ends: (() => void)[] = [];
  const group = <G extends keyof LedgerReader>(name: G): LedgerWriter[G] => {
    const { proxy, revoke } = Proxy.revocable({} as LedgerWriter[G], {
      get: (_, method) => {
        note(`${name}.${String(method)}`);
        // Both have private fields: their methods must run on themselves, not on the proxy.
        const owner = method in writes[name] ? writes[name] : reads[name];
        const value: unknown = Reflect.get(owner, method, owner);
        return typeof value === 'function' ? value.bind(owner) : value;
      },
    });
    ends.push(revoke);
    return proxy;
  };
  return {
    writer: {
      recordings: group('recordings'),
      originals: group('originals'),
      dockings: group('dockings'),
      work: group('work'),
      custody: group('custody'),
      registry: group('registry'),
      cases: group('cases'),
      answers: group('answers'),
    },
    mustHaveTold: () => {
      if (changed === null || told) return;
      throw new EvidockError('station.internal', because('no-entry', { write: String(changed) }));
    },
    revoke: () => {
      for (const end of ends) end();
    },
  };
}

function isFact(name: string): boolean {
  return Object.hasOwn(WRITES, name) && WRITES[name as keyof typeof WRITES] === 'fact';
}
