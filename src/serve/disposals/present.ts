import type { DisposalAnswer, DisposalItemAnswer } from '#api/retention/disposals';
import { allItems } from '#desk/disposals/lists';
import type { Reviewed } from '#desk/disposals/review';
import type { Decider, Disposal, DisposalItem } from '#domain/destruction/disposal';
import type { LedgerReader } from '#ports/ledger';
import { Presenter } from '#serve/present';

const HOUR_MS = 3_600_000;

/** Shows lists for disposal in the form of the API: counts, hours and names, not a number alone. */
export class DisposalPresenter {
  readonly #times: Presenter;
  readonly #ledger: LedgerReader;

  constructor(zone: string, ledger: LedgerReader) {
    this.#times = new Presenter(zone);
    this.#ledger = ledger;
  }

  async disposal({ proposed, approved, dueBeforeMs, waitsUntilMs, beganAtMs, endedAtMs, why, ...rest }: Disposal): Promise<DisposalAnswer> {
    const items = await allItems(this.#ledger, rest.id);
    const on = items.filter(({ state }) => state !== 'excluded');
    const of = (state: DisposalItem['state']) => items.filter((item) => item.state === state).length;
    const sum = (value: (item: DisposalItem) => number) => on.reduce((total, item) => total + value(item), 0);
    return {
      ...rest,
      dueBefore: this.#times.time(dueBeforeMs),
      proposed: await this.#person(proposed),
      approved: approved && { ...(await this.#person(approved)), digest: approved.digest },
      waitsUntil: this.#times.timeOrNull(waitsUntilMs),
      beganAt: this.#times.timeOrNull(beganAtMs),
      endedAt: this.#times.timeOrNull(endedAtMs),
      reason: why,
      counts: {
        ...{ recordings: on.length, listed: of('listed'), excluded: of('excluded'), kept: of('kept'), destroyed: of('destroyed') },
        ...{ files: sum(({ files }) => files), bytes: sum(({ bytes }) => bytes) },
        hours: Math.round((sum(({ durationMs }) => durationMs) / HOUR_MS) * 100) / 100,
      },
      officers: await this.#officers(on),
    };
  }

  item({ item, recording, ...review }: Reviewed): DisposalItemAnswer {
    const { recordingId, disposalId: _, contents: __, dueMs, why, ...rest } = item;
    const { startMs, kind, category, important, officerId } = recording;
    return {
      ...rest,
      recording: recordingId,
      due: this.#times.time(dueMs),
      reason: why,
      start: this.#times.timeOrNull(startMs),
      ...{ kind, category, important, officer: officerId, officerName: review.officerName },
      cases: [...review.cases],
      suggested: [...review.suggested],
      pictures: [...review.pictures],
      overlaps: review.overlaps.map((overlap) => ({ ...overlap, cases: [...overlap.cases] })),
      ...{ overlapCount: review.overlapCount, casesBeside: review.casesBeside },
    };
  }

  async #person({ person, roles, atMs }: Decider) {
    const name = (await this.#ledger.people.user(person))?.name ?? person;
    return { person, name, roles: [...roles], at: this.#times.time(atMs) };
  }

  async #officers(items: readonly DisposalItem[]): Promise<DisposalAnswer['officers']> {
    const counts = new Map<string | null, number>();
    for (const { recordingId } of items) {
      const id = (await this.#ledger.recordings.get(recordingId))?.officerId ?? null;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const named = [...counts].map(async ([id, recordings]) => ({
      id,
      name: id === null ? null : ((await this.#ledger.registry.officer(id))?.name ?? null),
      recordings,
    }));
    return (await Promise.all(named)).toSorted((a, b) => b.recordings - a.recordings);
  }
}
