import Type from 'typebox';
import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { bytes, closed, code, count, sha256, why, words } from './fields.ts';
import { subject } from './subject.ts';

const HERE = subject('station', 'hz01');

export const StationStarted = defineEntry({
  type: 'station.started',
  about: ['station'],
  tells: 'The daemon started, and found its ledger to be the one that it wrote last.',
  data: { version: code() },
  example: { subject: HERE, data: { version: '1.0.0' } },
});

export const StationStopped = defineEntry({
  type: 'station.stopped',
  about: ['station'],
  tells: 'The daemon was told to stop. Where this is missing before a start, it was killed or lost its power.',
  example: { subject: HERE },
});

export const LogContinued = defineEntry({
  type: 'log.continued',
  about: ['station'],
  tells:
    'The log goes on in another byte form. What was written before stands beside it; number and hash of its last entry are those before this one.',
  data: { version: Type.Integer({ description: 'Byte form of the entries before.' }), seq: count(), hash: sha256() },
  example: { subject: HERE, data: { version: 1, seq: 1233, hash: 'ab'.repeat(32) } },
});

export const LedgerAccepted = defineEntry({
  type: 'ledger.accepted',
  about: ['station'],
  tells: 'A person accepted the ledger as it was found, for example after a backup was put in its place.',
  personal: { why: why('What was wrong with it.') },
  example: { subject: HERE, personal: { why: because('head-missing', { place: 'vault', seq: 41, last: 40 }) } },
});

export const LedgerBackedUp = defineEntry({
  type: 'ledger.backed-up',
  about: ['station'],
  tells: 'The ledger, with everything personal in it, was copied to a file.',
  data: { bytes: bytes() },
  personal: { file: words() },
  example: { subject: HERE, data: { bytes: 4096 }, personal: { file: '/backup/ledger.sqlite' } },
});

export const LogReplayed = defineEntry({
  type: 'log.replayed',
  about: ['station'],
  tells:
    'The log was replayed, and what it makes was compared with the rows of the ledger: at most 1,000 of those that contradict it an entry.',
  data: { entries: count('Entries that were replayed.'), contradictions: count('Of those that this entry names.') },
  lists: { rows: closed({ table: code(), row: words(), column: nullable(code()), entry: nullable(count()) }) },
  example: {
    subject: HERE,
    data: { entries: 8123, contradictions: 1 },
    lists: { rows: [{ table: 'recordings', row: 'rec-01k0d5w7q3-hz01-2222222222', column: 'officer_id', entry: 815 }] },
  },
});

export const STATION_ENTRIES = [LogReplayed, StationStarted, StationStopped, LogContinued, LedgerAccepted, LedgerBackedUp] as const;
