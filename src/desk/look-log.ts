import type { Actor } from '#domain/custody/actor';
import type { CustodyDraft } from '#domain/custody/entry';
import { RecordingSeen } from '#domain/custody/look-entries';
import { describeViewer, wordsOfViewer } from '#domain/custody/looked';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { newId } from '#domain/ids';
import { type Played, type Viewer, whoever } from '#domain/look/look';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import { GroupCommit } from '#steps/group-commit';
import { type Announced, CoveredPictures, type PictureDelivery } from './covered-pictures.ts';
import { type LookAsk, OpenLook } from './open-look.ts';

/** A look of which no byte was sent for so long is over. */
const IDLE_MS = 5 * 60_000;
/** A player fetches some seconds ahead, so it is silent for a while. */
const PLAYING_MS = 10_000;
/** What was seen is on record after this time and one turn of the timer at the latest: within a minute. */
const UNWRITTEN_MS = 50_000;
const TURN_MS = 5_000;
/** Looks that are open at once. One more ends the one of which no byte was sent for the longest time. */
const OPEN_MAX = 10_000;
/** Entries in one transaction. */
const BATCH_MAX = 100;

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  readonly stationId: string;
  readonly faultPoints: FaultPoints;
  /** Gets what went wrong when a look was written by the timer; the streams of that look are cut. */
  readonly failed: (error: unknown) => void;
  readonly monotonicMs?: () => number;
  /** Looks that may be open at once; 10,000 if left out. */
  readonly openMax?: number;
}

/**
 * Puts every look at footage on record: before its first byte that somebody looks, and then each minute and in the end what was really sent. A player asks for
 * one film in many ranges: they are one look as long as everything that its first entry tells is the same, and bytes go out.
 */
export class Looks {
  readonly #options: Options;
  readonly #nowMs: () => number;
  readonly #begun: GroupCommit<CustodyDraft>;
  /** By everything that the entry of a look tells: those whose entry is being written. */
  readonly #beginning = new Map<string, Promise<OpenLook>>();
  /** By the same: the first is the one that was asked of for the longest time ago. */
  readonly #open = new Map<string, OpenLook>();
  readonly #byId = new Map<string, OpenLook>();
  readonly #pictures: CoveredPictures;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#nowMs = options.monotonicMs ?? (() => performance.now());
    this.#begun = new GroupCommit({ itemsMax: BATCH_MAX, record: (drafts) => this.#append(drafts) });
    const { clock, stationId } = options;
    this.#pictures = new CoveredPictures({ nowMs: this.#nowMs, wallMs: () => clock.nowMs(), stationId });
    this.#timer = setInterval(() => void this.turn().catch(options.failed), TURN_MS);
    this.#timer.unref();
  }

  /** Resolves when the look is on record. Throws ledger.failed: then nothing may be shown. */
  async begin(ask: LookAsk): Promise<OpenLook> {
    const key = keyOf(ask);
    const before = this.#open.get(key);
    // What could not be written is tried again first: without a ledger nothing more is shown.
    if (before?.hasFailed) await this.#write([before]);
    if (before && !before.isOver) {
      this.#open.delete(key);
      this.#open.set(key, before);
      return before;
    }
    const others = this.#beginning.get(key);
    if (others) return others;
    const begun = this.#begin(key, ask).finally(() => this.#beginning.delete(key));
    this.#beginning.set(key, begun);
    return begun;
  }

  async #begin(key: string, ask: LookAsk): Promise<OpenLook> {
    if (this.#open.size >= (this.#options.openMax ?? OPEN_MAX)) await this.#endOldest();
    const look = await this.#record(ask);
    this.#open.set(key, look);
    this.#byId.set(look.id, look);
    return look;
  }

  /** Keeps what a player says that it played. False: this person has no such look open in this session. */
  claim(id: string, actor: Actor, played: readonly Played[]): boolean {
    const look = this.#byId.get(id);
    if (!look || JSON.stringify(look.ask.viewer.actor) !== JSON.stringify(actor)) return false;
    look.claim(played);
    return true;
  }

  /** Pictures of these recordings are on record as shown to this person, by the entry with this look. They may be sent for a while without another entry. */
  cover(viewer: Viewer, announced: Announced): void {
    this.#pictures.cover(viewer, announced);
  }

  /** The look by which a picture is on record already; null if it is not. */
  coveredBy(viewer: Viewer, kind: string, recording: string): string | null {
    return this.#pictures.coveredBy(viewer, kind, recording);
  }

  /** A picture that is on record already goes out: counts it. null: it is on record no more. */
  deliverCovered(viewer: Viewer, kind: string, recording: string): PictureDelivery | null {
    return this.#pictures.deliver(viewer, kind, recording);
  }

  /** Looks that are open. */
  get size(): number {
    return this.#byId.size;
  }

  /** Whether footage is being watched: bytes of some look went out within the last ten seconds. */
  get isPlaying(): boolean {
    const sinceMs = this.#nowMs() - PLAYING_MS;
    return [...this.#byId.values()].some((look) => look.isActiveSince(sinceMs));
  }

  /** Writes what is due, and ends what is over. The timer calls it every 5 s. */
  turn(): Promise<void> {
    const now = this.#nowMs();
    const due: OpenLook[] = [];
    for (const look of this.#byId.values()) {
      if (look.isIdleSince(now - IDLE_MS)) look.end('idle');
      if (look.isOver || look.isUnwrittenSince(now - UNWRITTEN_MS)) due.push(look);
    }
    return Promise.all([this.#write(due), this.#writePictures(false)]).then(() => undefined);
  }

  /** Ends every look, and writes what was seen. The station stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const look of this.#byId.values()) look.end('stopped');
    await this.#write([...this.#byId.values()]);
    await this.#writePictures(true);
  }

  async #writePictures(all: boolean): Promise<void> {
    const { drafts, written } = this.#pictures.due(all);
    for (let from = 0; from < drafts.length; from += BATCH_MAX) await this.#append(drafts.slice(from, from + BATCH_MAX));
    written();
  }

  /** Writes what was seen of looks, one batch after the other. Ended ones are forgotten then. */
  #write(looks: readonly OpenLook[]): Promise<void> {
    const turn = this.#writing.then(async () => {
      for (let from = 0; from < looks.length; from += BATCH_MAX) await this.#writeBatch(looks.slice(from, from + BATCH_MAX));
    });
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #writeBatch(looks: readonly OpenLook[]): Promise<void> {
    const drafts: CustodyDraft[] = [];
    const told = looks.map((look) => ({ look, version: look.version }));
    try {
      for (const look of looks) if (look.isUnwritten) drafts.push(await this.#seenDraft(look));
      if (drafts.length > 0) await this.#append(drafts);
    } catch (error) {
      for (const look of looks) look.fail();
      throw error;
    }
    if (drafts.length > 0) this.#options.faultPoints.reached('w29-seen-recorded');
    for (const { look, version } of told) {
      look.written(version, this.#nowMs());
      if (look.isOver && !look.isUnwritten) this.#forget(look);
    }
  }

  #forget(look: OpenLook): void {
    this.#byId.delete(look.id);
    const key = keyOf(look.ask);
    if (this.#open.get(key) === look) this.#open.delete(key);
  }

  async #endOldest(): Promise<void> {
    const [oldest] = this.#open.values();
    oldest?.end('idle');
    if (oldest) await this.#write([oldest]);
  }

  async #record(ask: LookAsk): Promise<OpenLook> {
    const { viewer, right, looked, marked } = ask;
    const { clock, clockWatch, stationId, faultPoints } = this.#options;
    const atMs = clock.nowMs();
    const id = newId('lok', atMs, stationId);
    const { what, from, range, item, sha256, officer, unit } = looked;
    const { policy, rule, grant, reason, caseNumber, caseTitle, words } = right;
    const draft = RecordingViewed.make({
      ...{ atMs, actor: viewer.actor, subject: subject('recording', looked.recording) },
      data: {
        what,
        from,
        range,
        ...(marked === undefined ? {} : { marked: marked.recipe }),
        look: {
          id,
          item,
          sha256,
          officer,
          unit,
          ...describeViewer(viewer, clockWatch.state().kind),
          policy,
          rule,
          case: caseNumber,
          grant,
          reason,
        },
      },
      personal: {
        ...wordsOfViewer(viewer),
        ...(words === null ? {} : { words }),
        ...(caseTitle === null ? {} : { caseTitle }),
        ...(marked === undefined ? {} : { mark: marked.text }),
      },
    });
    await this.#begun.add(draft);
    faultPoints.reached('w28-look-recorded');
    return new OpenLook({ id, ask, nowMs: this.#nowMs, wallMs: () => clock.nowMs() });
  }

  async #seenDraft(look: OpenLook): Promise<CustodyDraft> {
    const { viewer, looked, right, itemBytes, playedOf, marked } = look.ask;
    const { ranges, joinedBytes, bytes, requests, firstMs, lastMs, claimed } = look.seen;
    const { item, what, officer, unit } = looked;
    const { user, unit: byUnit } = viewer;
    const played = await playedOf(ranges);
    return RecordingSeen.make({
      ...{ atMs: this.#options.clock.nowMs(), actor: viewer.actor, subject: subject('recording', looked.recording) },
      data: {
        ...{ look: look.id, item, what, officer, unit, user, byUnit, case: right.caseNumber, clock: this.#options.clockWatch.state().kind },
        ...{ ranges: [...ranges], joinedBytes, bytes, itemBytes, requests, claimed: [...claimed] },
        ...{ first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() },
        ...{ played: played === null ? null : [...played], ended: look.ended },
        ...(marked === undefined
          ? {}
          : { copy: { recipe: marked.recipe, whole: look.copy?.whole ?? false, sha256: look.copy?.sha256 ?? null } }),
      },
    });
  }

  #append(drafts: readonly CustodyDraft[]): Promise<void> {
    return this.#options.ledger.transaction(async (writer) => {
      for (const draft of drafts) await writer.custody.append(draft);
    });
  }
}

/** Two requests are one look only where all of this is the same, so that each entry is true of every byte that it covers. Each marked copy has other bytes. */
function keyOf({ viewer, right, looked: { recording, item, from, officer, unit }, marked }: LookAsk): string {
  const copy = marked === undefined ? null : [viewer.requestId, marked.text];
  return JSON.stringify([whoever(viewer), right, recording, item, from, officer, unit, copy]);
}
