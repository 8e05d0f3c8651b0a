/** @jsxImportSource preact */
import type { Slot } from './station.ts';
import { type TextKey, useSay } from './texts.ts';
import styles from './visit.module.css';
import type { OwnDocking } from './visitor.ts';

interface OwnDockingsProps {
  readonly dockings: readonly OwnDocking[];
  readonly slots: readonly Slot[];
  readonly onConfirm: (id: string) => void;
  readonly onClaim: (id: string, slot: number) => void;
  readonly onFirst: (id: string, slot: number) => void;
}

const WAITING: readonly Slot['phase'][] = ['arrived', 'listing', 'copying'];
const SHOWN_MAX = 4;

/** The officer's dockings, and recorders in the slots that nobody has said are theirs. */
export function OwnDockings({ dockings, slots, onConfirm, onClaim, onFirst }: OwnDockingsProps) {
  const say = useSay();
  const free = slots.filter(
    ({ dockingId, officerId, phase, recorderSerial }) =>
      dockingId !== null &&
      recorderSerial !== null &&
      officerId === null &&
      phase !== 'removed' &&
      !dockings.some(({ id }) => id === dockingId),
  );
  const own = dockings.slice(0, Math.max(1, SHOWN_MAX - free.length));
  return (
    <section class={styles.dockings} aria-labelledby="own-dockings">
      <h2 id="own-dockings">{say('kiosk.visit.own')}</h2>
      {own.length === 0 && free.length === 0 && <p>{say('kiosk.visit.own.none')}</p>}
      <ul>
        {own.map(({ id, slot, state, filesListed, arrivedAt, safeAt, confirmedAt }) => {
          const key = wordOf(state, safeAt);
          const now = slots.find(({ dockingId }) => dockingId === id);
          return (
            <li key={id} data-state={key}>
              <strong>{say(key)}</strong>
              <span>
                {say('kiosk.visit.slot', { slot })} · {arrivedAt.slice(5, 16).replace('T', ' ')} ·{' '}
                {say('kiosk.files', { sealed: now?.filesSealed ?? filesListed, files: filesListed })}
              </span>
              {now && WAITING.includes(now.phase) && !now.first && (
                <button type="button" onClick={() => onFirst(id, slot)}>
                  {say('kiosk.sheet.put-first')}
                </button>
              )}
              {now?.first === true && <em>{say('kiosk.first')}</em>}
              {state !== 'reading' && confirmedAt === null && (
                <button type="button" onClick={() => onConfirm(id)}>
                  {say('kiosk.visit.confirm')}
                </button>
              )}
              {confirmedAt !== null && <em>{say('kiosk.visit.confirmed')}</em>}
            </li>
          );
        })}
        {free.map(({ dockingId, slot, recorderSerial }) => (
          <li key={dockingId} data-state="free">
            <strong>{say('kiosk.visit.free')}</strong>
            <span>
              {say('kiosk.visit.slot', { slot })} · {recorderSerial}
            </span>
            <button type="button" onClick={() => dockingId !== null && onClaim(dockingId, slot)}>
              {say('kiosk.sheet.claim')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordOf(state: OwnDocking['state'], safeAt: string | null): TextKey {
  if (state === 'removed' && safeAt === null) return 'kiosk.docking.unfinished';
  return `kiosk.docking.${state}`;
}
