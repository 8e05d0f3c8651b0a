import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { WRITES } from '#ports/fact-writes';
import type { LedgerWriter } from '#ports/ledger';
import type { SqlWriter } from './writer.ts';

export interface BoundWriter {
  readonly writer: LedgerWriter;
  /** Throws station.internal if something was changed that no custody entry tells of. */
  mustHaveTold(): void;
  /** The writer writes no more: one that outlives its transaction would write into somebody else's. */
  revoke(): void;
}

/** The writer of one transaction, which notes what it is used for. */
export function boundWriter(target: SqlWriter): BoundWriter {
  let changed: PropertyKey | null = null;
  let told = false;
  const { proxy, revoke } = Proxy.revocable(target, {
    get: (writer, property) => {
      if (isFact(property)) changed ??= property;
      if (property === 'appendCustody') told = true;
      const value: unknown = Reflect.get(writer, property, writer);
      return typeof value === 'function' ? value.bind(writer) : value;
    },
  });
  return {
    writer: proxy,
    mustHaveTold: () => {
      if (changed === null || told) return;
      throw new EvidockError('station.internal', because('no-entry', { write: String(changed) }));
    },
    revoke,
  };
}

function isFact(property: PropertyKey): boolean {
  return Object.hasOwn(WRITES, property) && WRITES[property as keyof typeof WRITES] === 'fact';
}
