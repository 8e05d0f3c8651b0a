import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { WRITES } from '#ports/fact-writes';
import type { LedgerReader, LedgerWriter, LedgerWrites } from '#ports/ledger';

export interface BoundWriter {
  readonly writer: LedgerWriter;
  /** Throws station.internal if a change was made that needs a custody entry, and none was appended. */
  mustHaveTold(): void;
  /** The groups that were written. */
  readonly written: ReadonlySet<keyof LedgerReader>;
  /** Makes the writer unusable. A writer that outlives its transaction would write into another one. */
  revoke(): void;
}

/** Makes the writer of one transaction: for each group, reads and writes in one object. It notes which writes are made. */
export function boundWriter(reads: LedgerReader, writes: LedgerWrites): BoundWriter {
  let changed: string | null = null;
  let told = false;
  const written = new Set<keyof LedgerReader>();
  const note = (group: keyof LedgerReader, method: string) => {
    const name = `${group}.${method}`;
    if (isFact(name)) changed ??= name;
    if (name === 'custody.append') told = true;
    if (Object.hasOwn(WRITES, name)) written.add(group);
  };
  const ends: (() => void)[] = [];
  const group = <G extends keyof LedgerReader>(name: G): LedgerWriter[G] => {
    const { proxy, revoke } = Proxy.revocable({} as LedgerWriter[G], {
      get: (_, method) => {
        note(name, String(method));
        // Readers and writers have private fields, so a method must run on its own object and not on the proxy.
        const owner = method in writes[name] ? writes[name] : reads[name];
        const value: unknown = Reflect.get(owner, method, owner);
        return typeof value === 'function' ? value.bind(owner) : value;
      },
    });
    ends.push(revoke);
    return proxy;
  };
  return {
    written,
    writer: {
      recordings: group('recordings'),
      originals: group('originals'),
      dockings: group('dockings'),
      work: group('work'),
      custody: group('custody'),
      registry: group('registry'),
      cases: group('cases'),
      answers: group('answers'),
      looks: group('looks'),
      policies: group('policies'),
      people: group('people'),
      signIn: group('signIn'),
      doors: group('doors'),
      callUps: group('callUps'),
      archive: group('archive'),
      holds: group('holds'),
      eviction: group('eviction'),
      disposals: group('disposals'),
      retention: group('retention'),
      scrubs: group('scrubs'),
      duties: group('duties'),
      shifts: group('shifts'),
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
