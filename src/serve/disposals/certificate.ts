import type { Readable } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import { mustHaveDisposal } from '#desk/disposals/lists';
import { subject } from '#domain/custody/subject';
import type { Tombstone } from '#domain/destruction/disposal';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { type Language, speaker } from '#messages/language';
import { roleNames, scheduleName } from '#messages/retention/disposal-words';
import type { Block } from '#ports/document-printer';
import { Presenter } from '#serve/present';

const PAGE = 200;

type Deps = Pick<DeskDeps, 'ledger' | 'facts' | 'clock' | 'printer'>;

/**
 * The certificate of a disposal: who decided what by which rule, and of each recording that is gone what exactly it was. Throws request.not-found,
 * request.conflict where nothing was destroyed, station.font-missing.
 */
export async function printCertificate(deps: Deps, id: string, language: Language, who: string): Promise<Readable> {
  const { ledger, facts, clock, printer } = deps;
  const disposal = await mustHaveDisposal(ledger, id);
  if ((await ledger.disposals.tombstones(id, { limit: 1 })).length === 0)
    throw new EvidockError('request.conflict', because('disposal-nothing-destroyed', { id }));
  await printer.check();
  const say = speaker(language);
  const times = new Presenter(facts.timezone);
  const utc = new Date(clock.nowMs()).toISOString();
  const named = async (person: string) => (await ledger.people.user(person))?.name ?? person;
  const { proposed, approved } = disposal;
  const rows: (readonly [string, string])[] = [
    [say('certificate.list'), id],
    [say('certificate.rule'), `${scheduleName(say, disposal.rule)} (${disposal.rule})`],
    [say('certificate.digest'), disposal.digest],
    [
      say('certificate.proposed'),
      `${await named(proposed.person)} (${proposed.person}, ${roleNames(say, proposed.roles)}) ${times.time(proposed.atMs)}`,
    ],
    [
      say('certificate.approved'),
      approved
        ? `${await named(approved.person)} (${approved.person}, ${roleNames(say, approved.roles)}) ${times.time(approved.atMs)}`
        : '—',
    ],
    [say('certificate.waited'), times.timeOrNull(disposal.waitsUntilMs) ?? '—'],
    [say('certificate.ended'), times.timeOrNull(disposal.endedAtMs) ?? '—'],
  ];
  async function* blocks(): AsyncGenerator<Block> {
    yield { kind: 'title', text: say('certificate.title', { id }) };
    yield {
      kind: 'note',
      text: say('certificate.made', { at: times.time(clock.nowMs()), utc, who, station: facts.stationId, name: facts.stationName }),
    };
    yield { kind: 'pairs', rows };
    yield { kind: 'note', text: say('certificate.how') };
    let count = 0;
    for await (const stone of stonesOf(deps, id)) {
      count += 1;
      yield { kind: 'heading', text: stone.recordingId };
      yield { kind: 'pairs', rows: await stoneRows(deps, stone, { say, times }) };
    }
    const head = await ledger.custody.head();
    yield { kind: 'note', text: say('certificate.end', { count, seq: head?.seq ?? '—', hash: head?.hash ?? '—' }) };
  }
  const foot = (page: number) => say('certificate.foot', { id, page, station: facts.stationId, utc });
  return printer.print({ title: say('certificate.title', { id }), language, foot }, blocks());
}

async function* stonesOf({ ledger }: Deps, id: string): AsyncGenerator<Tombstone> {
  for (let after: string | undefined; ; ) {
    const page = await ledger.disposals.tombstones(id, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.recordingId;
  }
}

interface Printing {
  readonly say: ReturnType<typeof speaker>;
  readonly times: Presenter;
}

async function stoneRows({ ledger }: Deps, stone: Tombstone, { say, times }: Printing): Promise<(readonly [string, string])[]> {
  const entries = await ledger.custody.of(subject('recording', stone.recordingId));
  const buried = entries.findLast(({ type }) => type === 'recording.disposed');
  const staying = await stillThere(ledger, stone);
  return [
    [say('certificate.tombstone'), stone.id],
    [say('certificate.item-rule'), stone.rule],
    [say('certificate.destroyed'), times.time(stone.atMs)],
    [say('certificate.entry'), buried ? `${buried.seq} ${buried.hash}` : '—'],
    ...stone.originals.map(({ id, bytes, sha256, sm3, manifestSha256, sharedWith }): readonly [string, string] => [
      id,
      [
        `${bytes} B (${bytesText(bytes)})`,
        `SHA-256 ${sha256}`,
        ...(sm3 === null ? [] : [`SM3 ${sm3}`]),
        ...(manifestSha256 === null ? [] : [say('certificate.manifest', { sha256: manifestSha256 })]),
        ...(sharedWith.some((other) => staying.has(other))
          ? [say('certificate.shared', { originals: sharedWith.filter((other) => staying.has(other)).join(', ') })]
          : []),
      ].join('\n'),
    ]),
  ];
}

/** Of the originals that held the same bytes when this went: those that were not disposed of since. */
async function stillThere(ledger: Deps['ledger'], { originals }: Tombstone): Promise<ReadonlySet<string>> {
  const staying = new Set<string>();
  for (const id of originals.flatMap(({ sharedWith }) => sharedWith)) {
    const other = await ledger.originals.get(id);
    if (other && (await ledger.recordings.get(other.recordingId))?.state !== 'disposed') staying.add(id);
  }
  return staying;
}
