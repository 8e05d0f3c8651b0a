import { ArchiveJson, CompareBody, CompareLineJson, FindingJson, FindingsQuery } from '#api/archive';
import { pageOf } from '#api/common';
import { Comparison } from '#desk/archive-comparison/compare';
import type { DeskDeps } from '#desk/deps';
import { evictionStanding } from '#desk/eviction-standing';
import { EvidockError } from '#domain/errors';
import type { ArchiveFinding, FindingKind } from '#domain/lock/finding';
import { because } from '#domain/reason';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { command, LinesAnswer, query, type Route } from '#serve/route';

const NO_LOCKS = { originals: 0, unlocked: 0, firstEnd: null };

export const archiveRoutes: readonly Route[] = [
  query({
    url: '/api/v1/archive',
    needs: 'see-health',
    reads: 'station',
    summary:
      'What the storage of the archive promises, how originals are locked there, what it alone holds, and what the last comparison came to',
    schema: { response: ArchiveJson },
    handle: async ({ deps }) => {
      const { ledger, archive, bucket, clock } = deps;
      const standing = await evictionStanding(deps);
      const eviction = { ...standing, stays: { ...standing.stays } };
      if (!archive || !bucket) return { archive: null, bucket: null, locks: NO_LOCKS, comparison: null, open: {}, eviction };
      const presenter = new Presenter(deps.facts.timezone);
      const found = bucket.locks.capabilities() ?? (await ledger.archive.capabilities(archive.name));
      const { firstEndMs, ...counted } = await ledger.archive.lockCounts(archive.name, clock.nowMs());
      const run = await ledger.archive.comparison(archive.name);
      return {
        archive: archive.name,
        bucket: found ? { ...found, probedAt: presenter.time(found.probedAtMs) } : null,
        locks: { ...counted, firstEnd: firstEndMs === null ? null : presenter.time(firstEndMs) },
        comparison: run && {
          startedAt: presenter.time(run.startedAtMs),
          endedAt: run.endedAtMs === null ? null : presenter.time(run.endedAtMs),
          counts: run.counts,
        },
        open: { ...(await ledger.archive.openFindings(archive.name)) },
        eviction,
      };
    },
  }),
  query({
    url: '/api/v1/archive/findings',
    needs: 'see-health',
    reads: 'station',
    summary: 'What is wrong in the archive, by kind and key',
    schema: { querystring: FindingsQuery, response: pageOf(FindingJson) },
    handle: async ({ deps: { ledger, archive, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const { kind, all } = query;
      const read = ({ after, limit }: { after?: string; limit: number }) =>
        archive
          ? ledger.archive.findings(archive.name, {
              ...{ open: !all, limit },
              ...(kind === undefined ? {} : { kind }),
              ...(after === undefined ? {} : { after: nameOf(after) }),
            })
          : Promise.resolve([]);
      return page({
        ...{ list: 'archive findings', query, read, keyOf: (each: ArchiveFinding) => [each.kind, each.key, each.versionId].join(' ') },
        show: ({ kind: found, key, versionId, recordingId, what, foundAtMs, settledAtMs }: ArchiveFinding) => ({
          ...{ kind: found, key, versionId, recordingId, what, foundAt: presenter.time(foundAtMs) },
          settledAt: settledAtMs === null ? null : presenter.time(settledAtMs),
        }),
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/archive/comparison',
    needs: 'verify',
    reads: 'station',
    summary: 'Compares the archive with the ledger, both ways; answers in lines of JSON, the last is the summary',
    transactions: 'several',
    custody: ['archive.probed', 'archive.found', 'archive.settled', 'archive.compared', 'copy.withdrawn'],
    produces: 'application/x-ndjson',
    schema: { body: CompareBody, line: CompareLineJson },
    handle: async ({ deps }, { body, actor, signal }) => {
      const comparison = new Comparison({ ...partsOf(deps), actor, signal, acceptBucket: body.acceptBucket ?? false });
      return new LinesAnswer(comparison.run(), () => comparison.progress());
    },
  }),
];

function partsOf({ ledger, archive, bucket, clock, pokeWork, facts }: DeskDeps) {
  if (!archive || !bucket) throw new EvidockError('request.invalid', because('no-archive', { field: 'archive' }));
  return { ledger, archive, ...bucket, clock, pokeWork, stationId: facts.stationId };
}

/** Keys of findings have no space in them, because no key of the vault has; those of strangers may, and versions may not. */
function nameOf(after: string): Pick<ArchiveFinding, 'kind' | 'key' | 'versionId'> {
  const first = after.indexOf(' ');
  const last = after.lastIndexOf(' ');
  if (first < 0 || last <= first) throw wrongCursor();
  return { kind: after.slice(0, first) as FindingKind, key: after.slice(first + 1, last), versionId: after.slice(last + 1) };
}
