import { createHash } from 'node:crypto';
import { livePeopleChanges } from '#adapters/live-people-changes';
import { ArchiveRecords } from '#archive/archive-records';
import { DeriveRecords } from '#derive/derive-records';
import { recordStep } from '#desk/case-course';
import type { DeskDeps } from '#desk/deps';
import { giveBack, takeOut } from '#desk/holdings';
import { addOfficers } from '#desk/people/officers';
import { protectCase, protectRecording } from '#desk/protection';
import { addCases, addRecorder, changeRecorder } from '#desk/registry';
import { assignSlot } from '#desk/slots';
import { decideSuggestion, tagRecording } from '#desk/tagging';
import { inviteWorker, revokeWorker } from '#desk/worker-keys';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { DRIVERS } from '#drivers';
import type { Volume, VolumeEntry, VolumeFile, VolumeRefusal } from '#ports/recorder-driver';
import { withdrawCopies } from '#steps/withdraw-copies';
import { MemoryVolume } from '#test/support/card/memory-volume';
import { cli } from '#test/support/custody';
import { claimed } from '#test/support/ledger/claims';
import { type PeopleDeed, peopleDeeds } from '#test/support/people/living-people';
import { workId } from '../../../src/domain/work.ts';
import { intakeStation } from './intake-station.ts';

interface CardFile {
  readonly name: string;
  readonly bytes: number;
  readonly content: number;
  readonly minute: number;
  readonly read: 'whole' | 'never' | 'gap';
}

/** One event at a station. `which`: chooses one of the recordings (or suggestions) that there are at that time. */
export type Deed =
  | PeopleDeed
  | {
      readonly do: 'dock';
      readonly serial: string;
      readonly slot: number;
      readonly files: readonly CardFile[];
      readonly refused: readonly string[];
      readonly pull: boolean;
    }
  | { readonly do: 'officer'; readonly id: string; readonly name: string; readonly unit: string | null }
  | { readonly do: 'recorder'; readonly serial: string; readonly model: string | null; readonly officer: string | null }
  | { readonly do: 'assign'; readonly serial: string; readonly officer: string | null }
  | {
      readonly do: 'case';
      readonly number: string;
      readonly title: string;
      readonly stage: 'filing' | 'evidence' | 'decision';
      readonly category: 'penalty' | 'permit' | null;
      readonly officers: readonly string[];
      readonly events: readonly { readonly hour: number; readonly hours: number; readonly place: string | null }[];
    }
  | {
      readonly do: 'tag';
      readonly which: number;
      readonly cases: readonly string[];
      readonly remove: boolean;
      readonly officer: string | null | undefined;
      readonly category: 'penalty' | null | undefined;
      readonly important: boolean | undefined;
    }
  | { readonly do: 'decide'; readonly which: number; readonly accept: boolean }
  | { readonly do: 'slot'; readonly port: string; readonly slot: number }
  | { readonly do: 'worker'; readonly name: string; readonly revoke: boolean }
  | {
      readonly do: 'derive';
      readonly which: number;
      readonly kinds: readonly ('playable' | 'poster' | 'waveform')[];
      readonly durationMs: number | null;
      readonly damage: string | null;
      readonly why: string | null;
      readonly startMs: string | null;
      readonly kind: 'same' | 'audio';
    }
  | { readonly do: 'give-up'; readonly which: number; readonly code: 'transcoder.unplayable' | 'transcoder.unsupported' | 'vault.missing' }
  | { readonly do: 'archive'; readonly which: number; readonly facts: boolean }
  | { readonly do: 'withdraw'; readonly which: number }
  | { readonly do: 'take-out'; readonly serial: string; readonly officer: string; readonly hour: number; readonly back: boolean }
  | { readonly do: 'return'; readonly serial: string }
  | { readonly do: 'step'; readonly number: string; readonly step: 'decided' | 'closed' | 'reopened'; readonly day: string }
  | {
      readonly do: 'protect';
      readonly which: number;
      /** Number of a case; null: the deed is about a recording. */
      readonly number: string | null;
      readonly level: 'internal' | 'secret' | null;
      readonly privacy: 'minor' | 'trade-secret';
      readonly add: boolean;
    }
  | { readonly do: 'restart' };
type DeedOf<D extends Deed['do']> = Extract<Deed, { readonly do: D }>;

const NOON_MS = Date.UTC(2026, 5, 20, 4);
const ACTOR = cli('root');
const BY = { actor: ACTOR, within: null };
const NOTHING = { reached: () => undefined };

function volumeOf({ files, refused }: DeedOf<'dock'>): Volume {
  const memory = new MemoryVolume(
    files.map(({ name, bytes, content, minute }) => ({
      path: name,
      mtimeMs: NOON_MS + minute * 60_000,
      content: Buffer.alloc(bytes, content),
    })),
  );
  const of = (path: string) => files.find(({ name }) => name === path)?.read;
  return {
    label: 'memory',
    readText: (path) => memory.readText(path),
    close: () => memory.close(),
    async *list(): AsyncIterable<VolumeEntry | VolumeRefusal> {
      yield* memory.list();
      for (const path of refused) yield { path, code: 'recorder.not-regular', reason: because('words', { text: 'a symbolic link' }) };
    },
    open: async (path): Promise<VolumeFile> => {
      if (of(path) === 'never') throw new EvidockError('recorder.read-failed', because('words', { text: path }));
      const opened = await memory.open(path);
      if (of(path) !== 'gap') return opened;
      return {
        ...opened,
        read: async (target, position, signal) => {
          // Fails in the first block of a file that has more than one.
          if (position < 4096 && position + target.length > 2048)
            throw new EvidockError('recorder.read-failed', because('words', { text: path }));
          return opened.read(target, position, signal);
        },
      };
    },
  } as Volume;
}

/** A station with its real stages, ledger, vault and use-cases, on which a test carries out deeds one after the other. */
export async function livingStation(state: string) {
  let nowMs = NOON_MS + 86_400_000;
  let station = await open();

  function open() {
    return intakeStation(state, undefined, { sm3: false, gapBytesMax: 1024 * 1024, retryMs: 20, nowMs: () => ++nowMs });
  }

  const deps = () => {
    const { ledger, parts, board } = station;
    const suggest = { stationId: 'test1', marginMs: 600_000, accept: 'sole' as const };
    const facts = { stationId: 'test1', timezone: 'Asia/Shanghai', suggest };
    const workerDoor = async () => ({ address: '10.0.0.1:8471', certificateSha256: 'ab'.repeat(32) });
    return {
      ledger,
      board,
      clock: parts.clock,
      facts,
      workerDoor,
      archive: { name: 's3' },
      pokeWork: () => undefined,
      people: livePeopleChanges(),
    } as unknown as DeskDeps;
  };

  const oneOf = async (which: number) => {
    const all = await station.ledger.recordings.list({ limit: 50 });
    return all[which % Math.max(1, all.length)];
  };

  const claimOf = async (stage: 'derive' | 'archive', recordingId: string) =>
    station.ledger.transaction(async (writer) => {
      const id = workId(stage, recordingId);
      const at = station.parts.clock.nowMs();
      await writer.work.reopen({ id, stage, recordingId, priority: 5, dueAtMs: at, nowMs: at });
      return claimed(writer, id);
    });

  const records = () => {
    const { ledger, parts } = station;
    const settings = { stationId: 'test1', timezone: 'Asia/Shanghai', drivers: DRIVERS, archiveDerivatives: true };
    const common = { ledger, clock: parts.clock, log: parts.log, faults: NOTHING };
    return {
      derive: new DeriveRecords({ ...common, vault: station.disk, settings, onDerived: () => undefined }),
      archive: new ArchiveRecords({
        ...common,
        settings: { stationId: 'test1', timezone: 'Asia/Shanghai', derivatives: true } as ConstructorParameters<
          typeof ArchiveRecords
        >[0]['settings'],
        ...{ onArchived: () => undefined, onHealed: () => undefined, lockWish: async () => null },
      }),
    };
  };

  const taken = async (which: number) => {
    const detail = await oneOf(which);
    return detail && !['copying', 'replaced'].includes(detail.recording.state) ? detail : null;
  };

  const deeds: { readonly [D in Deed['do']]: (deed: DeedOf<D>) => Promise<unknown> } = {
    dock: async (deed) => {
      const stay = await station.dock(volumeOf(deed), deed.serial, deed.slot);
      await stay.done;
      const pathsToSeal = deed.files.every(({ read }) => read !== 'never') && !deed.pull;
      if (pathsToSeal) await stay.safe(10).catch(() => undefined);
      await stay.pull();
      await station.incomplete.settled();
    },
    ...peopleDeeds(deps),
    officer: ({ id, name, unit }) => addOfficers(deps(), [{ id, name, unit }], BY),
    recorder: ({ serial, model, officer }) => addRecorder(deps(), { serial, model, officer }, BY),
    assign: ({ serial, officer }) => changeRecorder(deps(), serial, { officer: officer }, BY),
    case: ({ events, ...draft }) =>
      addCases(
        deps(),
        [
          {
            ...draft,
            events: events.map(({ hour, hours, place }) => ({
              start: new Date(NOON_MS + hour * 3_600_000).toISOString(),
              end: new Date(NOON_MS + (hour + hours) * 3_600_000).toISOString(),
              place,
            })),
          },
        ],
        { update: true, actor: ACTOR, seen: deps().ledger },
      ),
    tag: async ({ which, cases, remove, officer, category, important }) => {
      const detail = await oneOf(which);
      if (!detail) return;
      const request = {
        ...(remove ? { removeCases: detail.caseNumbers } : { cases }),
        ...(officer === undefined ? {} : { officer }),
        ...(category === undefined ? {} : { category }),
        ...(important === undefined ? {} : { important }),
      };
      await tagRecording(deps(), detail.recording.id, request, ACTOR);
    },
    decide: async ({ which, accept }) => {
      const all = await station.ledger.cases.suggestions({ limit: 50 });
      const one = all[which % Math.max(1, all.length)];
      if (one) await decideSuggestion(deps(), one.id, accept ? 'accepted' : 'declined', ACTOR);
    },
    slot: ({ port, slot }) => assignSlot(deps(), { port: port.startsWith('p') ? `/${port}` : port, slot, actor: ACTOR }),
    worker: ({ name, revoke }) => (revoke ? revokeWorker(deps(), { name, actor: ACTOR }) : inviteWorker(deps(), { name, actor: ACTOR })),
    derive: async ({ which, kinds, durationMs, damage, why, startMs, kind }) => {
      const detail = await taken(which);
      if (!detail) return;
      const claim = await claimOf('derive', detail.recording.id);
      await records().derive.record(claim, {
        kind: kind === 'same' ? detail.recording.kind : kind,
        derivatives: kinds.map((each) => ({
          ...{
            kind: each,
            recipe: 'remux/1',
            vaultKey: `x/${detail.recording.id}/${claim.token}/${each}`,
            mediaType: 'video/mp4',
            bytes: 7,
          },
          sha256: createHash('sha256').update(`${each}${claim.token}`).digest('hex'),
        })),
        durationMs: durationMs === null ? null : Math.round(durationMs),
        damage: damage === null ? null : because('words', { text: damage }),
        notes: why === null ? [] : [{ code: 'not-made', parameters: { what: 'audio', why: because('words', { text: why }) } }],
        inside: { creationTime: startMs, durationMs: durationMs === null ? null : Math.round(durationMs) },
        segmentsMs: detail.originals.map(() => durationMs),
      });
    },
    'give-up': async ({ which, code }) => {
      const detail = await taken(which);
      if (!detail) return;
      const claim = await claimOf('derive', detail.recording.id);
      await records().derive.giveUp(claim, { code, reason: because('words', { text: 'moov atom not found' }), retryInMs: null });
    },
    archive: async ({ which, facts }) => {
      const detail = await taken(which);
      if (!detail) return;
      const { id } = detail.recording;
      const claim = await claimOf('archive', id);
      const gate = records().archive;
      const told = (await gate.item(claim, 's3')).facts;
      const unlocked = { versionId: null, lock: null };
      const files = facts ? [] : [...detail.originals, ...detail.derivatives];
      const items = files.map(({ id: itemId, vaultKey: key, bytes }) => ({
        itemId,
        key,
        bytes,
        sha256: 'ab'.repeat(32),
        counts: true,
        ...unlocked,
      }));
      const manifests = items.slice(0, 1).map((item) => ({ ...item, key: `${item.key}.json`, counts: false }));
      const fact = told
        ? [{ itemId: 'facts', key: told.key, bytes: told.text.length, sha256: told.sha256, counts: true, ...unlocked }]
        : [];
      await gate.record(claim, { archive: 's3', verifiedBy: 'readback', items: [...items, ...manifests, ...fact] });
    },
    withdraw: async ({ which }) => {
      const all = await station.ledger.recordings.list({ limit: 50 });
      const inArchive = all.filter(({ copies }) => copies.some(({ where }) => where === 's3'));
      const detail = inArchive[which % Math.max(1, inArchive.length)];
      const [copy] = (detail?.copies ?? []).filter(({ where }) => where === 's3');
      if (!detail || !copy) return;
      await withdrawCopies(deps(), detail.recording.id, [{ itemId: copy.itemId, key: copy.key, what: because('no-copy', {}) }], ACTOR);
    },
    'take-out': ({ serial, officer, hour, back }) => {
      const at = (more: number) => new Date(NOON_MS + (hour - 8 + more) * 3_600_000).toISOString();
      return takeOut(deps(), serial, { officer, from: at(0), ...(back ? { until: at(2) } : {}), handOver: true }, BY);
    },
    return: ({ serial }) => giveBack(deps(), serial, undefined, BY),
    step: ({ number, step, day }) => recordStep(deps(), number, { step, on: day, reason: 'a reason' }, ACTOR),
    protect: async ({ which, number, level, privacy, add }) => {
      const request = { confidentiality: level, [add ? 'addPrivacy' : 'removePrivacy']: [privacy], reason: 'a reason' };
      if (number !== null) return protectCase(deps(), number, request, ACTOR);
      const detail = await oneOf(which);
      return detail && protectRecording(deps(), detail.recording.id, request, ACTOR);
    },
    restart: async () => {
      await station.close();
      station = await open();
    },
  };

  return {
    /** Carries out a deed. A deed that the rules of the station refuse leaves nothing. */
    live: async (deed: Deed): Promise<void> => {
      try {
        await (deeds[deed.do] as (deed: Deed) => Promise<unknown>)(deed);
      } catch (error) {
        if (
          !(error instanceof EvidockError) ||
          !['request.conflict', 'request.not-found', 'request.invalid', 'recorder.unknown'].includes(error.code)
        )
          throw error;
      }
    },
    close: () => station.close(),
  };
}
