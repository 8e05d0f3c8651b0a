import type { CustodyType } from '#domain/custody/catalogue';
import type { CustodyEntry } from '#domain/custody/entry';
import { type Subject, subjectText } from '#domain/custody/subject';
import type { LedgerReader } from '#ports/ledger';
import { pageGoingOn, wrongCursor } from './pages.ts';
import { Presenter } from './present.ts';
import type { Principal } from './principal.ts';
import type { Serving } from './route.ts';

/**
 * What people did with footage, and who asked for it. Auditors ask the audit for that, and the officer whom a recording shows has a list of the looks at it: with
 * neither address nor words. Whoever may see a recording is told how it fared, and not who is interested in it.
 */
const OF_THE_AUDIT: readonly CustodyType[] = [
  ...([
    'recording.viewed',
    'recording.seen',
    'thumbnails.shown',
    'thumbnails.seen',
    'access.refused',
    'search.made',
    'list.exported',
  ] as const),
  ...(['report.issued', 'audit.read', 'sample.drawn', 'sample.reviewed', 'socket.used'] as const),
  ...(['request.asked', 'request.decided', 'request.withdrawn', 'request.confirmed', 'request.ended'] as const),
  ...(['grant.begun', 'grant.ended'] as const),
  // They name other recordings, which not everybody may see who sees this one.
  ...(['hold.set', 'hold.reached', 'hold.widened', 'hold.released', 'hold.mirrored', 'hold.checked'] as const),
];

/** What an entry about a docking tells of the stay alone, and of no file of the card. */
const OF_THE_STAY = ['slot', 'port', 'recorder', 'driver', 'safe', 'unclean', 'clockOffsetMs', 'clockOff'];

type Shown = ReturnType<Presenter['custody']> & { readonly leftOut: boolean };

/** One page of the history of a subject, oldest first. It may be short although more follows. */
export async function custodyPage(
  { deps: { ledger, facts } }: Serving,
  { about, query, principal: { kind, tasks } }: { about: Subject; query: Readonly<Record<string, unknown>>; principal: Principal },
) {
  const presenter = new Presenter(facts.timezone);
  const isWhole = kind === 'cli' || tasks.has('read-audit') || about.kind === 'request';
  const shared = new Set(about.kind === 'recording' ? await ledger.custody.sharedDockings(about.id) : []);
  return pageGoingOn({
    list: `custody of ${subjectText(about)}`,
    query,
    read: async ({ limit, after }) => {
      const seq = Number(after);
      if (after !== undefined && !Number.isSafeInteger(seq)) throw wrongCursor();
      const found = await ledger.custody.of(about, { limit, ...(after === undefined ? {} : { after: seq }) });
      const course = isWhole ? found : found.filter(({ type }) => !(OF_THE_AUDIT as readonly string[]).includes(type));
      const told = about.kind === 'case' ? await ofSeenRecordings(ledger, course) : course;
      const last = found.at(-1);
      const items: Shown[] = [];
      for (const entry of told) {
        const shown = { ...presenter.custody(entry), leftOut: false };
        items.push((await isOfOthers(ledger, entry, { about, shared })) ? cut(shown) : shown);
      }
      return { items, next: last === undefined || found.length < limit ? null : String(last.seq) };
    },
  });
}

interface History {
  readonly about: Subject;
  /** Dockings with footage that whoever asks does not see. */
  readonly shared: ReadonlySet<string>;
}

/** Whether an entry in the history of a recording is about more than whoever asks may see: a card that others filmed on too, or a recording of others. */
async function isOfOthers(ledger: LedgerReader, { subject: { kind, id } }: CustodyEntry, { about, shared }: History): Promise<boolean> {
  if (about.kind !== 'recording' || (kind === 'recording' && id === about.id)) return false;
  if (kind === 'docking') return shared.has(id);
  return kind === 'recording' && (await ledger.recordings.get(id)) === null;
}

/** What is left of such an entry: that it is there, and what it tells of the stay alone. Its exact bytes would tell the rest. */
function cut({ data, ...entry }: Shown): Shown {
  const stay = Object.fromEntries(Object.entries(data).filter(([name]) => OF_THE_STAY.includes(name)));
  const isStay = entry.subject.startsWith('docking:');
  return {
    ...entry,
    ...{ data: isStay ? stay : {}, subject: isStay ? entry.subject : '', related: [], lists: {}, personal: {}, salts: {}, erased: [] },
    ...{ canonical: '', leftOut: true },
  };
}

/** Somebody may see a case, and not each recording of it: an entry about a recording stands in the history of its case too. */
async function ofSeenRecordings(ledger: LedgerReader, entries: readonly CustodyEntry[]): Promise<readonly CustodyEntry[]> {
  const told: CustodyEntry[] = [];
  for (const entry of entries) {
    const { kind, id } = entry.subject;
    if (kind !== 'recording' || (await ledger.recordings.get(id)) !== null) told.push(entry);
  }
  return told;
}
