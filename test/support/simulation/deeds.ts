import { livePeopleChanges } from '#adapters/live-people-changes';
import { PdfPrinter } from '#adapters/pdf/pdf-printer';
import { recordStep } from '#desk/case-course';
import type { DeskDeps } from '#desk/deps';
import { approveDisposal, cancelDisposal, excludeRecording } from '#desk/disposals/decide';
import type { By } from '#desk/disposals/parts';
import { proposeDisposal } from '#desk/disposals/propose';
import { reviewOf } from '#desk/disposals/review';
import { runDisposal } from '#desk/disposals/run';
import { releaseHold, setHold } from '#desk/holds/set-hold';
import { addOfficers } from '#desk/people/officers';
import { addUnit } from '#desk/people/units';
import { addCases } from '#desk/registry';
import { dryRun } from '#desk/retention/dry-run';
import { adoptSchedule, proposeSchedule } from '#desk/retention/versions';
import { orderScrub } from '#desk/scrub/orders';
import { tagRecording } from '#desk/tagging';
import type { Role } from '#domain/access/roles';
import type { CaseStepKind } from '#domain/case-course';
import type { ClockState } from '#domain/clock/clock-state';
import { EMPTY_SCOPE, type HoldScope } from '#domain/hold/hold';
import { dateIn } from '#domain/time/calendar-date';
import { recordingPrefix } from '#domain/vault/vault-key';
import { printCertificate } from '#serve/disposals/certificate';
import { cli } from '#test/support/custody';
import { keepDay } from './daily.ts';
import { type CardFile, STATION, type StationLife, ZONE } from './station-life.ts';

const DAY_MS = 86_400_000;
const LIST_MAX = 50;

/** Everybody of the station, by who may stand for whom: two of the same role are not two for a disposal. */
const ROLES: Readonly<Record<string, readonly Role[]>> = { wang: ['custodian'], zhou: ['custodian'], li: ['reviewer'] };
const ROOT = { actor: cli('root'), user: null };
const by = (name: string): By => ({
  ...{ actor: { kind: 'user', id: `usr-${name}`, via: 'network', session: null }, person: `usr-${name}` },
  roles: ROLES[name] ?? [],
});

const deskOf = ({ ledger, clock }: StationLife) => {
  const suggest = { stationId: STATION, marginMs: 600_000, accept: 'person' as const };
  return {
    ledger,
    clock,
    facts: { stationId: STATION, timezone: ZONE, suggest },
    archive: null,
    people: livePeopleChanges(),
  } as unknown as DeskDeps;
};

/**
 * What people and time do to the simulated station. Everything that goes in and comes out is JSON, so that the station may run in a process of its own, which can
 * be killed.
 */
export const DEEDS = {
  dock: (life: StationLife, { serial, files }: { serial: string; files: readonly CardFile[] }) => life.dock(serial, files),

  keep: (life: StationLife, { passedMs }: { passedMs: number }) => keepDay(life, passedMs),

  clock: async ({ clockWatch }: StationLife): Promise<ClockState> => {
    const state = clockWatch.state();
    await clockWatch.record();
    return state;
  },

  confirmClock: async ({ clockWatch, ledger }: StationLife): Promise<boolean> => {
    const state = clockWatch.state();
    if (state.kind === 'steady') return false;
    const after: (() => void)[] = [];
    const { seenAtMs } = state;
    const done = await clockWatch.confirm(ledger, { actor: cli('root'), words: 'it was set', seenAtMs }, (task) => after.push(task));
    for (const task of after) task();
    return done;
  },

  unit: async (life: StationLife, { name }: { name: string }) => (await addUnit(deskOf(life), { name, parent: null }, ROOT)).id,

  officer: async (life: StationLife, { id, unit }: { id: string; unit: string | null }) => {
    await addOfficers(deskOf(life), [{ id, name: `Officer ${id}`, unit }], { actor: cli('wang'), within: null });
  },

  case: async (life: StationLife, { number }: { number: string }) => {
    const draft = { number, title: 'a case', stage: 'filing' as const, category: null, officers: [], events: [] };
    await addCases(deskOf(life), [draft], { update: false, actor: cli('wang'), seen: life.ledger });
  },

  step: async (life: StationLife, { number, step }: { number: string; step: CaseStepKind }) => {
    const on = dateIn(life.clock.nowMs(), ZONE);
    await recordStep(deskOf(life), number, { step, on, reason: 'new evidence' }, cli('wang'));
    return on;
  },

  tag: (life: StationLife, { id, cases, removeCases }: { id: string; cases: readonly string[]; removeCases: readonly string[] }) =>
    tagRecording(deskOf(life), id, { cases, removeCases }, cli('wang')),

  hold: async (life: StationLife, { scope }: { scope: Partial<HoldScope> }) => {
    const request = { scope: { ...EMPTY_SCOPE, ...scope }, reason: 'order', reviewAtMs: life.clock.nowMs() + 90 * DAY_MS };
    return (await setHold(life.holdDeps, request, by('wang'))).id;
  },

  release: async (life: StationLife, { id, who }: { id: string; who: string }) => {
    await releaseHold(life.holdDeps, id, 'judged', by(who));
  },

  /** A schedule is proposed, run dry and adopted; it counts after its waiting period. */
  adopt: async ({ ledger, clock, retention }: StationLife, { text, who }: { text: string; who: string }) => {
    const { read, shelf, tally, waitingDays } = retention;
    const { version } = await proposeSchedule({ ledger, clock, read }, { text, by: by('wang') });
    let digest = '';
    const given = { version, actor: by('wang').actor, signal: new AbortController().signal };
    for await (const line of dryRun({ ledger, clock, shelf, tally, waitingDays }, given)) if (line.type === 'result') ({ digest } = line);
    await adoptSchedule({ ledger, clock, waitingDays }, { version, digest, by: by(who) });
    return version;
  },

  evict: ({ evictor }: StationLife, { bytes }: { bytes: number }) => evictor.makeRoom(bytes),

  fetch: ({ fetchBack }: StationLife, { original }: { original: string }) => fetchBack.fetch(original, { actor: cli('wang') }),

  scrub: async (life: StationLife, { place, order }: { place: string; order: 'run' | 'confirm' }) => {
    const { ledger, clock, storage } = life;
    const scrub = { on: true, limits: life.scrubDeps.limits, wake: () => undefined };
    await orderScrub(
      { ledger, clock, archive: storage.archive, scrub, facts: { stationId: STATION } },
      { place, order, actor: cli('root') },
    );
  },

  propose: async (life: StationLife, { limit }: { limit: number }) => {
    const dueBeforeMs = life.clock.nowMs() - 1000;
    const { id, digest } = await proposeDisposal(life.disposalDeps, { dueBeforeMs, limit, reviewers: async () => ['usr-li'] }, by('wang'));
    const items = await life.ledger.disposals.items(id, { limit: LIST_MAX });
    // Whoever decides sees each of them.
    for (const item of items) if ((await reviewOf(life.ledger, item)) === null) throw new Error(`${item.recordingId} cannot be shown`);
    return { id, digest, recordings: items.map(({ recordingId }) => recordingId) };
  },

  approve: async (life: StationLife, { id, digest, who }: { id: string; digest: string; who: string }) =>
    (await approveDisposal(life.disposalDeps, { id, digest }, by(who))).digest,

  exclude: async (life: StationLife, { id, recording }: { id: string; recording: string }) =>
    (await excludeRecording(life.disposalDeps, { id, recording, words: 'an appeal' }, by('li'))).digest,

  cancel: async (life: StationLife, { id }: { id: string }) => {
    await cancelDisposal(life.disposalDeps, { id, words: 'another week' }, by('wang'));
  },

  /** `holdOn`: somebody holds this recording in the midst of the run, just before its turn. Returns the id of that hold, and how the list ended. */
  run: async (life: StationLife, { id, holdOn }: { id: string; holdOn: string | null }) => {
    let hold: string | null = null;
    life.beforeDisposalOf = async (prefix) => {
      if (holdOn === null || hold !== null || prefix !== recordingPrefix(holdOn)) return;
      const scope = { ...EMPTY_SCOPE, recordings: [holdOn] };
      hold = (await setHold(life.holdDeps, { scope, reason: 'in time', reviewAtMs: life.clock.nowMs() + 90 * DAY_MS }, by('zhou'))).id;
    };
    try {
      let state = '';
      let why: string | null = null;
      for await (const line of runDisposal(life.disposalDeps, {
        id,
        key: null,
        actor: by('wang').actor,
        signal: new AbortController().signal,
      })) {
        if (line.type === 'summary') ({ state } = line);
        if (line.type === 'halted') why = line.reason.code;
      }
      return { state, hold, why };
    } finally {
      life.beforeDisposalOf = async () => undefined;
    }
  },

  /** The certificate in Chinese: how many bytes of PDF it is. */
  certificate: async ({ ledger, clock }: StationLife, { id }: { id: string }) => {
    const deps = { ledger, clock, facts: { stationId: STATION, stationName: 'Test', timezone: ZONE }, printer: new PdfPrinter() };
    const paper = await printCertificate(deps as unknown as Parameters<typeof printCertificate>[0], id, 'zh-CN', 'usr-wang');
    const chunks: Buffer[] = [];
    for await (const chunk of paper) chunks.push(Buffer.from(chunk as Buffer));
    const bytes = Buffer.concat(chunks);
    return { bytes: bytes.length, head: bytes.subarray(0, 5).toString('latin1') };
  },

  /** How the station answers about these recordings. */
  standing: async ({ ledger }: StationLife, { ids }: { ids: readonly string[] }) =>
    Promise.all(
      ids.map(async (id) => {
        const floor = (await ledger.retention.termOf(id))?.floor ?? null;
        const floorMs = floor === null ? 0 : floor.kind === 'permanent' ? Number.MAX_SAFE_INTEGER : floor.ms;
        return { id, held: await ledger.holds.isHeld(id), unmirrored: await ledger.holds.unmirrored(id), floorMs };
      }),
    ),

  /** Ids of what the station would offer for disposal now, holds aside, and the version of the schedule that counts. */
  due: async ({ ledger, clock }: StationLife) => {
    const found = await ledger.retention.due(clock.nowMs(), { limit: 1000 });
    return { ids: found.map(({ recordingId }) => recordingId), version: (await ledger.retention.inForce())?.version ?? null };
  },

  /** A transaction is cut in its midst, as by a kill. */
  cut: async ({ ledger }: StationLife, { id }: { id: string }) => {
    const cut = new Error('cut');
    await ledger
      .transaction(async (writer) => {
        await writer.recordings.update(id, { officerId: 'nobody' });
        throw cut;
      })
      .catch((error: unknown) => {
        if (error !== cut) throw error;
      });
  },
} as const;

export type DeedName = keyof typeof DEEDS;
export type DeedGiven<N extends DeedName> = Parameters<(typeof DEEDS)[N]> extends [unknown, infer G] ? G : Record<never, never>;
export type DeedTold<N extends DeedName> = Awaited<ReturnType<(typeof DEEDS)[N]>>;
