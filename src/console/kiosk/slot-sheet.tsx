/** @jsxImportSource preact */
import { errorWords } from '#messages/error-words';
import { sizeText } from '../kit/figures.ts';
import type { Wish } from './check-in.tsx';
import styles from './dialogs.module.css';
import type { Slot, Station } from './station.ts';
import { SymbolPicture } from './symbols.tsx';
import { language, useSay, useStore } from './texts.ts';
import { useDialog } from './use-dialog.ts';
import { shownOf } from './words.ts';

interface SheetProps {
  readonly station: Station;
  readonly slot: number;
  readonly onClose: () => void;
  readonly onWish: (wish: Wish) => void;
}

/** In these phases files wait for their turn. */
const WAITING: readonly Slot['phase'][] = ['arrived', 'listing', 'copying'];

/** Everything that is known of one slot, and what can be done there. */
export function SlotSheet({ station, slot: number, onClose, onWish }: SheetProps) {
  const say = useSay();
  const of = useStore(language);
  const slot = useStore(station.slots).find((each) => each.slot === number);
  const dialog = useDialog(onClose);
  if (!slot) return null;
  const shown = shownOf(slot, say, (code) => errorWords(of, code), true);
  const { dockingId: docking, recorderSerial, officerId, bytesListed, bytesCopied, first, phase } = slot;
  const isDocked = docking !== null && phase !== 'removed';
  return (
    <dialog ref={dialog} class={styles.dialog} aria-labelledby="slot">
      <header class={styles.head}>
        <h2 id="slot">{say('kiosk.slot', { slot: number })}</h2>
        <button type="button" class={styles.close} onClick={onClose}>
          {say('kiosk.close')}
        </button>
      </header>
      <div class={styles.state} data-tone={shown.tone}>
        <p class={styles.stateHead}>
          <SymbolPicture name={shown.symbol} />
          {shown.head}
        </p>
        {shown.todo !== null && <p class={styles.stateTodo}>{shown.todo}</p>}
        {shown.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
        {shown.part !== null && bytesListed > 0 && <p>{say('kiosk.size', { done: sizeText(bytesCopied), all: sizeText(bytesListed) })}</p>}
        {shown.code !== null && <p class={styles.code}>{say('kiosk.code-here', { code: shown.code })}</p>}
      </div>
      {isDocked && recorderSerial !== null && (
        <p class={styles.facts}>
          <span>{say('kiosk.recorder', { serial: recorderSerial })}</span>
          <span>{officerId === null ? say('kiosk.visit.free') : say('kiosk.officer', { officer: officerId })}</span>
        </p>
      )}
      {docking !== null && WAITING.includes(phase) && (
        <div class={styles.deed}>
          {first ? (
            <p role="status">{say('kiosk.sheet.is-first')}</p>
          ) : (
            <>
              <button type="button" class={styles.primary} onClick={() => onWish({ for: 'first', docking, slot: number })}>
                {say('kiosk.sheet.put-first')}
              </button>
              <p>{say('kiosk.sheet.put-first.about')}</p>
            </>
          )}
        </div>
      )}
      {isDocked && officerId === null && recorderSerial !== null && (
        <div class={styles.deed}>
          <button type="button" class={styles.secondary} onClick={() => onWish({ for: 'claim', docking, slot: number })}>
            {say('kiosk.sheet.claim')}
          </button>
          <p>{say('kiosk.sheet.claim.about')}</p>
        </div>
      )}
    </dialog>
  );
}
