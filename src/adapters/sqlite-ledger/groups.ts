import type { Scope } from '#domain/scope';
import type { LedgerReader, LedgerWrites } from '#ports/ledger';
import { SqlAnswersReader } from './answers/reader.ts';
import { SqlAnswersWriter } from './answers/writer.ts';
import { SqlArchiveReader } from './archive/reader.ts';
import { SqlArchiveWriter } from './archive/writer.ts';
import { SqlCallUpsReader } from './call-ups/reader.ts';
import { SqlCallUpsWriter } from './call-ups/writer.ts';
import { SqlCasesReader } from './cases/reader.ts';
import { SqlCasesWriter } from './cases/writer.ts';
import type { Rows } from './connection.ts';
import { CustodyAppender } from './custody/log.ts';
import { SqlCustodyReader } from './custody/reader.ts';
import { SqlDisposalsReader } from './disposals/reader.ts';
import { SqlDisposalsWriter } from './disposals/writer.ts';
import { SqlDockingsReader } from './dockings/reader.ts';
import { SqlDockingsWriter } from './dockings/writer.ts';
import { SqlDoorsReader } from './doors/reader.ts';
import { SqlDoorsWriter } from './doors/writer.ts';
import { SqlDutiesReader } from './duties/reader.ts';
import { SqlDutiesWriter } from './duties/writer.ts';
import { SqlEvictionReader } from './eviction/reader.ts';
import { SqlEvictionWriter } from './eviction/writer.ts';
import { HoldReach } from './holds/reach.ts';
import { SqlHoldsReader } from './holds/reader.ts';
import { SqlHoldsWriter } from './holds/writer.ts';
import { SqlLooksReader } from './looks/reader.ts';
import { SqlOriginalsReader } from './originals/reader.ts';
import { SqlOriginalsWriter } from './originals/writer.ts';
import { SqlPeopleReader } from './people/reader.ts';
import { SqlPeopleWriter } from './people/writer.ts';
import { SqlPoliciesReader } from './policies/reader.ts';
import { SqlPoliciesWriter } from './policies/writer.ts';
import { SqlRecordingsReader } from './recordings/reader.ts';
import { SqlRecordingsWriter } from './recordings/writer.ts';
import { SqlRegistryReader } from './registry/reader.ts';
import { SqlRegistryWriter } from './registry/writer.ts';
import { SqlRetentionReader } from './retention/reader.ts';
import { SqlRetentionWriter } from './retention/writer.ts';
import { SqlScrubsReader } from './scrubs/reader.ts';
import { SqlScrubsWriter } from './scrubs/writer.ts';
import { SqlShiftsReader } from './shifts/reader.ts';
import { SqlShiftsWriter } from './shifts/writer.ts';
import { SqlSignInReader } from './sign-in/reader.ts';
import { SqlSignInWriter } from './sign-in/writer.ts';
import { SqlWorkReader } from './work/reader.ts';
import { SqlWorkWriter, type WorkTimes } from './work/writer.ts';

/** All readers over one connection, within a scope. People, recorders, kept answers and the audit are not limited by the scope, because they are no footage. */
export function readersOf(rows: Rows, scope: Scope = 'all'): LedgerReader {
  return {
    recordings: new SqlRecordingsReader(rows, scope),
    originals: new SqlOriginalsReader(rows, scope),
    dockings: new SqlDockingsReader(rows, scope),
    work: new SqlWorkReader(rows, scope),
    custody: new SqlCustodyReader(rows, scope),
    registry: new SqlRegistryReader(rows),
    cases: new SqlCasesReader(rows, scope),
    answers: new SqlAnswersReader(rows),
    looks: new SqlLooksReader(rows),
    policies: new SqlPoliciesReader(rows),
    people: new SqlPeopleReader(rows),
    signIn: new SqlSignInReader(rows),
    doors: new SqlDoorsReader(rows),
    callUps: new SqlCallUpsReader(rows),
    archive: new SqlArchiveReader(rows),
    holds: new SqlHoldsReader(rows, scope),
    eviction: new SqlEvictionReader(rows, scope),
    disposals: new SqlDisposalsReader(rows),
    retention: new SqlRetentionReader(rows),
    scrubs: new SqlScrubsReader(rows),
    duties: new SqlDutiesReader(rows, scope),
    shifts: new SqlShiftsReader(rows),
  };
}

/** All writers of one transaction. */
export function writersOf(rows: Rows, stationId: string, times: WorkTimes): LedgerWrites & { readonly holds: SqlHoldsWriter } {
  const custody = new CustodyAppender(rows, stationId);
  const people = new SqlPeopleReader(rows);
  const reach = new HoldReach(rows, { clock: times.clock, custody, people });
  return {
    recordings: new SqlRecordingsWriter(rows, reach),
    originals: new SqlOriginalsWriter(rows, reach),
    dockings: new SqlDockingsWriter(rows),
    work: new SqlWorkWriter(rows, times),
    custody,
    registry: new SqlRegistryWriter(rows, reach),
    cases: new SqlCasesWriter(rows),
    answers: new SqlAnswersWriter(rows),
    looks: {},
    policies: new SqlPoliciesWriter(rows),
    people: new SqlPeopleWriter(rows, reach),
    signIn: new SqlSignInWriter(rows),
    doors: new SqlDoorsWriter(rows),
    callUps: new SqlCallUpsWriter(rows),
    archive: new SqlArchiveWriter(rows),
    holds: new SqlHoldsWriter(rows, { reach, people }),
    eviction: new SqlEvictionWriter(rows),
    disposals: new SqlDisposalsWriter(rows),
    retention: new SqlRetentionWriter(rows),
    scrubs: new SqlScrubsWriter(rows),
    duties: new SqlDutiesWriter(rows),
    shifts: new SqlShiftsWriter(rows),
  };
}
