import { expect } from 'vitest';
import type { Actor } from '#domain/custody/actor';
import { STATION } from '#domain/custody/actor';
import { AccessRefused, SearchMade } from '#domain/custody/audit-entries';
import { FileRefused } from '#domain/custody/docking-entries';
import type { CustodyDraft } from '#domain/custody/entry';
import { RecordingSeen, ThumbnailsShown } from '#domain/custody/look-entries';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { AuditQuestion } from '#domain/look/question';
import type { Ledger } from '#ports/ledger';
import { START_MS } from '#test/support/builders';
import type { It } from './ledger-support.ts';

interface ALook {
  readonly user?: string;
  readonly recording?: string;
  readonly number?: string | null;
  readonly officer?: string;
  readonly unit?: string;
  readonly byUnit?: string;
  readonly address?: string;
  readonly atMs?: number;
  readonly look?: string;
}

const userActor = (id: string): Actor => ({ kind: 'user', id, via: 'network', session: 'ssn-1' });

export function aLook({
  user = 'usr-1',
  recording = 'rec-1',
  number = 'A-1',
  atMs = START_MS,
  look = 'lok-1',
  ...more
}: ALook = {}): CustodyDraft {
  const { officer = '041234', unit = 'Squad 3', byUnit = 'unt-1', address = '10.0.0.7' } = more;
  return RecordingViewed.make({
    ...{ atMs, actor: userActor(user), subject: subject('recording', recording) },
    data: {
      ...{ what: 'playable', from: 'vault', range: null },
      look: {
        ...{ id: look, item: 'drv-1', sha256: 'ab'.repeat(32), officer, unit, user, roles: ['auditor'], byOfficer: null, byUnit },
        ...{ policy: 3, rule: 'r', case: number, grant: null, reason: null },
      },
    },
    personal: { name: 'Li', address },
  });
}

function whatWasSeen(look: string, bytes: number): CustodyDraft {
  return RecordingSeen.make({
    ...{ atMs: START_MS, actor: userActor('usr-1'), subject: subject('recording', 'rec-1') },
    data: { ...RecordingSeen.example.data, look, user: 'usr-1', bytes },
  });
}

function aRefusal(user: string, recording: string, atMs = START_MS): CustodyDraft {
  return AccessRefused.make({
    ...{ atMs, actor: userActor(user), subject: subject('recording', recording) },
    data: { ...AccessRefused.example.data, user, byUnit: 'unt-2' },
    personal: { address: '10.0.0.8' },
  });
}

const append = (ledger: Ledger, drafts: readonly CustodyDraft[]) =>
  ledger.transaction(async (writer) => {
    for (const draft of drafts) await writer.custody.append(draft);
  });

/** Numbers of all entries that answer, page by page. */
async function answered(ledger: Ledger, question: AuditQuestion, order: 'newest' | 'oldest' = 'newest', limit = 3): Promise<number[]> {
  const found: number[] = [];
  for (let after: number | undefined; ; ) {
    const page = await ledger.looks.answer(question, { limit, order, ...(after === undefined ? {} : { after }) });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    found.push(...page.entries.map(({ seq }) => seq));
    if (page.next === null) return found;
    after = page.next;
  }
}

export function looksOfLedger(it: It): void {
  it('are found by every facet, alone and together, by time, newest or oldest first', async (ledger) => {
    const search = SearchMade.make({
      ...{ atMs: START_MS + 3_600_000, actor: { kind: 'cli', id: 'root', via: 'socket', session: null }, subject: subject('station', 'x') },
      data: { list: 'recordings', by: ['officer'], user: null, roles: [], byOfficer: null, byUnit: null },
      personal: { asked: 'officer=1' },
    });
    const byStation = FileRefused.make({
      ...{ atMs: START_MS, actor: STATION, subject: subject('docking', 'dck-1') },
      data: { code: 'recorder.not-regular' },
      personal: { cardPath: 'x', detail: 'y' },
    });
    await append(ledger, [
      aLook(),
      byStation,
      aLook({ user: 'usr-2', number: 'A-2', address: '10.0.0.9' }),
      aRefusal('usr-2', 'rec-1'),
      search,
      aLook({
        recording: 'rec-2',
        officer: '2',
        unit: 'Squad 4',
        byUnit: 'unt-2',
        number: null,
        atMs: START_MS + 7_200_000,
        look: 'lok-2',
      }),
      whatWasSeen('lok-1', 10),
    ]);
    const questions: readonly (readonly [AuditQuestion, readonly number[]])[] = [
      [{}, [6, 5, 4, 3, 2, 0]],
      [{ person: 'usr-1' }, [6, 5, 0]],
      [{ person: 'cli:root' }, [4]],
      [{ case: 'A-1' }, [0]],
      [{ recording: 'rec-1' }, [6, 3, 2, 0]],
      [{ officer: '2' }, [5]],
      [{ unit: 'unt-2' }, [5, 3]],
      [{ unit: 'Squad 3' }, [6, 2, 0]],
      [{ address: '10.0.0.7' }, [5, 0]],
      [{ look: 'lok-1' }, [6, 2, 0]],
      [{ type: 'recording.viewed' }, [5, 2, 0]],
      [{ outcome: 'refused' }, [3]],
      [{ recording: 'rec-1', person: 'usr-2' }, [3, 2]],
      [{ recording: 'rec-1', person: 'usr-2', type: 'recording.viewed' }, [2]],
      [{ person: 'usr-2', outcome: 'done' }, [2]],
      [{ fromMs: START_MS + 1 }, [5, 4]],
      [{ untilMs: START_MS + 3_600_000 }, [6, 3, 2, 0]],
      [{ fromMs: START_MS + 3_600_000, untilMs: START_MS + 3_600_001 }, [4]],
      [{ person: 'usr-1', fromMs: START_MS + 1 }, [5]],
      [{ person: 'nobody' }, []],
      [{ recording: 'rec-2', case: 'A-1' }, []],
    ];
    for (const [question, expected] of questions) {
      expect(await answered(ledger, question), JSON.stringify(question)).toEqual(expected);
      expect(await answered(ledger, question, 'oldest', 2), JSON.stringify(question)).toEqual(expected.toReversed());
    }
  });

  it('are found by their time also where the clock was set back', async (ledger) => {
    const day = 86_400_000;
    await append(ledger, [
      aLook({ atMs: START_MS }),
      aLook({ atMs: START_MS - 3 * day }),
      aLook({ atMs: START_MS + day }),
      aLook({ atMs: START_MS }),
    ]);
    expect(await answered(ledger, { fromMs: START_MS, untilMs: START_MS + 1 })).toEqual([3, 0]);
    expect(await answered(ledger, { untilMs: START_MS - day })).toEqual([1]);
    expect(await answered(ledger, { person: 'usr-1', fromMs: START_MS + 1 })).toEqual([2]);
  });

  it('go on behind any entry, and follow the log', async (ledger) => {
    await append(ledger, [aLook(), aLook(), aLook()]);
    const first = await ledger.looks.answer({ person: 'usr-1' }, { limit: 10, order: 'oldest' });
    expect(first.next).toBeNull();
    const last = first.entries.at(-1)?.seq ?? -1;
    expect((await ledger.looks.answer({ person: 'usr-1' }, { limit: 10, order: 'oldest', after: last })).entries).toEqual([]);
    await append(ledger, [aLook({ user: 'usr-2' }), aLook()]);
    const more = await ledger.looks.answer({ person: 'usr-1' }, { limit: 10, order: 'oldest', after: last });
    expect(more.entries.map(({ seq, personal }) => [seq, personal['name']])).toEqual([[4, 'Li']]);
  });

  it('tell what was seen of a look by its last entry', async (ledger) => {
    await append(ledger, [aLook(), whatWasSeen('lok-1', 10), whatWasSeen('lok-2', 7), whatWasSeen('lok-1', 25)]);
    const seen = await ledger.looks.seenOf(['lok-1', 'lok-2', 'lok-3']);
    expect([...seen].map(([look, { data }]) => [look, data['bytes']]).sort()).toEqual([
      ['lok-1', 25],
      ['lok-2', 7],
    ]);
  });

  it('of many recordings at once are found by each', async (ledger) => {
    const recordings = Array.from({ length: 200 }, (_, n) => `rec-${n}`);
    await append(ledger, [
      ThumbnailsShown.make({
        ...{ atMs: START_MS, actor: userActor('usr-1'), subject: subject('case', 'A-1') },
        data: { ...ThumbnailsShown.example.data, user: 'usr-1', whole: true },
        lists: { recordings },
        personal: {},
      }),
    ]);
    for (const recording of ['rec-0', 'rec-199']) expect(await answered(ledger, { recording })).toEqual([0]);
    expect(await answered(ledger, { recording: 'rec-200' })).toEqual([]);
    expect(await answered(ledger, { case: 'A-1' })).toEqual([0]);
  });

  it('are not left behind by a transaction that is rolled back', async (ledger) => {
    const own = new Error('no');
    const run = ledger.transaction(async (writer) => {
      await writer.custody.append(aLook());
      throw own;
    });
    await expect(run).rejects.toBe(own);
    expect(await answered(ledger, {})).toEqual([]);
  });
}
