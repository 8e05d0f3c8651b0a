import type { Standing } from '#desk/standing';
import { shownPath } from '#domain/card/path';
import { caseStateOf, datesOf } from '#domain/case-course';
import type { CustodyEntry } from '#domain/custody/entry';
import { subjectText } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import { effectiveProtection } from '#domain/protection';
import type { Copy, Derivative, Original } from '#domain/recording';
import type { Case, CaseEvent, Holding, Recorder, Suggestion } from '#domain/registry';
import { msToZoned } from '#domain/time/station-time';
import { isoOrNull } from '#domain/vault/manifest';
import type { Work } from '#domain/work';
import type { RecordingDetail } from '#ports/ledger/recordings';

/** Shows rows of the ledger in the form of the API. Times become ISO 8601 in the station's zone. */
export class Presenter {
  readonly #zone: string;

  constructor(zone: string) {
    this.#zone = zone;
  }

  time(ms: number): string {
    return msToZoned(ms, this.#zone);
  }

  timeOrNull(ms: number | null): string | null {
    return ms === null ? null : this.time(ms);
  }

  recording(
    { recording, caseNumbers, originals, copies, derivatives, links }: RecordingDetail,
    { troubled, fetches, replacedBy, protection }: Standing,
  ) {
    const { startMs, startClaims, createdAtMs, originalCount: _, missingCount: __, ...fields } = recording;
    return {
      ...fields,
      start: this.timeOrNull(startMs),
      startClaims: startClaims.map(({ startMs: claimMs, ...claim }) => ({ ...claim, start: this.timeOrNull(claimMs) })),
      createdAt: this.time(createdAtMs),
      caseNumbers,
      effective: protection.get(recording.id) ?? effectiveProtection(recording.id, recording, []),
      links,
      playable: derivatives.some(({ kind }) => kind === 'playable'),
      originals: originals.map(presentOriginal),
      copies: placesOf(originals, copies).map(({ where, verifiedAtMs }) => ({ where, verifiedAt: this.time(verifiedAtMs) })),
      derivatives: derivatives.map(presentDerivative),
      replacedBy: replacedBy.get(recording.id) ?? null,
      trouble: troubled
        .filter(({ recordingId }) => recordingId === recording.id)
        .map(({ stage, state, errorCode, errorReason }) => ({ stage, state, code: errorCode ?? '', reason: errorReason })),
      fetches: originals.flatMap(({ id, index }) =>
        fetches
          .filter(({ originalId }) => originalId === id)
          .map(({ attempts, dueAtMs, why }) => ({ original: index, attempts, nextAt: this.time(dueAtMs), reason: why })),
      ),
    };
  }

  custody({ atMs, bytes, subject, related, ...entry }: CustodyEntry) {
    const about = { subject: subjectText(subject), related: related.map(subjectText) };
    return { ...entry, ...about, at: this.time(atMs), canonical: new TextDecoder().decode(bytes) };
  }

  docking({ arrivedAtMs, listedAtMs, unchangedAtMs, safeAtMs, removedAtMs, ...docking }: Docking) {
    return {
      ...docking,
      arrivedAt: this.time(arrivedAtMs),
      listedAt: this.timeOrNull(listedAtMs),
      unchangedAt: this.timeOrNull(unchangedAtMs),
      safeAt: this.timeOrNull(safeAtMs),
      removedAt: this.timeOrNull(removedAtMs),
    };
  }

  work({ dueAtMs, updatedAtMs, ...work }: Work) {
    return { ...work, dueAt: this.time(dueAtMs), updatedAt: this.time(updatedAtMs) };
  }

  case({ createdAtMs, ...entry }: Case) {
    return { ...entry, state: caseStateOf(entry), ...datesOf(entry), createdAt: this.time(createdAtMs) };
  }

  holding({ fromMs, toMs, ...holding }: Holding) {
    return { ...holding, from: this.time(fromMs), until: this.timeOrNull(toMs) };
  }

  event({ startMs, endMs, ...event }: CaseEvent) {
    return { ...event, start: this.time(startMs), end: this.time(endMs) };
  }

  recorder({ firstSeenAtMs, lastSeenAtMs, ...recorder }: Recorder, holding: Holding | undefined) {
    const seen = { firstSeenAt: this.timeOrNull(firstSeenAtMs), lastSeenAt: this.timeOrNull(lastSeenAtMs) };
    return { ...recorder, holding: holding ? this.holding(holding) : null, ...seen };
  }

  suggestion({ createdAtMs, ...suggestion }: Suggestion) {
    return { ...suggestion, createdAt: this.time(createdAtMs) };
  }
}

function presentOriginal({ digests, ...original }: Original) {
  const { id, index, role, kind, state, cardPath, bytes, gaps, sourceReread, duplicateOf } = original;
  const facts = { sha256: digests?.sha256 ?? null, sm3: digests?.sm3 ?? null, gaps, sourceReread, duplicateOf };
  const evictedAt = isoOrNull(original.evictedAtMs);
  return { id, index, role, kind, state, cardPath, shownPath: shownPath(cardPath), bytes, ...facts, evictedAt };
}

function presentDerivative({ kind, mediaType, recipe, bytes, sha256, evictedAtMs }: Derivative) {
  return { kind, mediaType, recipe, bytes, sha256, evictedAt: isoOrNull(evictedAtMs) };
}

/** The places that hold every original, each with the time of its oldest verification. */
export function placesOf(originals: readonly Original[], copies: readonly Copy[]): { where: string; verifiedAtMs: number }[] {
  const ids = new Set(originals.map(({ id }) => id));
  const ofOriginals = copies.filter(({ itemId }) => ids.has(itemId));
  return [...Map.groupBy(ofOriginals, ({ where }) => where)]
    .filter(([, held]) => held.length === originals.length)
    .map(([where, held]) => ({ where, verifiedAtMs: Math.min(...held.map(({ verifiedAtMs }) => verifiedAtMs)) }))
    .sort((a, b) => (a.where < b.where ? -1 : 1));
}
