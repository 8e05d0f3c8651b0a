import type { Static } from 'typebox';
import type { OwnDockingJson } from '#api/doors';
import type { OwnDocking } from '#desk/doors/kiosk-visits';
import type { Presenter } from '#serve/present';

/** Shows somebody their own docking, at a kiosk or on a page of theirs. */
export function presentDocking(presenter: Presenter): (own: OwnDocking) => Static<typeof OwnDockingJson> {
  return ({ docking, confirmedAtMs }) => {
    const { id, slot, state, filesListed, filesKnown, filesRefused, arrivedAtMs, safeAtMs, removedAtMs } = docking;
    return {
      ...{ id, slot, state, filesListed, filesKnown, filesRefused, arrivedAt: presenter.time(arrivedAtMs) },
      safeAt: presenter.timeOrNull(safeAtMs),
      removedAt: presenter.timeOrNull(removedAtMs),
      confirmedAt: presenter.timeOrNull(confirmedAtMs),
    };
  };
}
