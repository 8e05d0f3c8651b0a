import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import type { SlotView } from '#ports/slot-board';
import type { Principal } from '#serve/principal';

/** Dockings that one stream remembers. */
const REMEMBERED_MAX = 1000;

export type SlotViewer = Pick<Principal, 'kind' | 'scope'>;
/** Whoever it is: what their ledger tells decides. */
export const BY_LEDGER: SlotViewer = { kind: 'user', scope: { officers: [], units: [], cases: [], recordings: [] } };

/**
 * Shows slots to those who may see them: everybody sees how far a slot is, and whose recorder is docked there only whoever may see some recording of the docking. A
 * kiosk stands at the slots, so it shows what lies before the people there.
 */
export class SlotSight {
  readonly #ledger: LedgerReader;
  readonly #seesAll: boolean;
  /** Ids of dockings of which some recording is seen; that does not end while the stream lasts. */
  readonly #seen = new Set<string>();

  /** `ledger`: of what the principal may see. */
  constructor(ledger: LedgerReader, { kind, scope }: SlotViewer) {
    this.#ledger = ledger;
    this.#seesAll = kind === 'kiosk' || scope === 'all';
  }

  async of(view: SlotView): Promise<SlotView> {
    const { dockingId } = view;
    if (this.#seesAll || dockingId === null || (await this.#sees(dockingId))) return view;
    const untold = { dockingId: null, recorderSerial: null, officerId: null, explain: [], driverId: null };
    const { problem, warning } = view;
    return {
      ...{ ...view, ...untold },
      problem: problem && { code: problem.code, reason: because('not-told', {}) },
      warning: warning && { code: warning.code, reason: because('not-told', {}) },
    };
  }

  async #sees(dockingId: string): Promise<boolean> {
    if (this.#seen.has(dockingId)) return true;
    const sees = (await this.#ledger.dockings.get(dockingId)) !== null;
    if (sees && this.#seen.size < REMEMBERED_MAX) this.#seen.add(dockingId);
    return sees;
  }
}
