/** @jsxImportSource preact */
import styles from './keypad.module.css';
import { useSay } from './texts.ts';

export const DIGITS = '1234567890';
/** Letters of a pairing code (Crockford's base 32). */
export const CODE_LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

interface KeypadProps {
  readonly keys: string;
  readonly columns: number;
  readonly onKey: (key: string) => void;
  readonly onBack: () => void;
  readonly onClear: () => void;
}

/** Keys on the screen: a station has no keyboard. The field keeps the focus, so that a keyboard works as well. */
export function Keypad({ keys, columns, onKey, onBack, onClear }: KeypadProps) {
  const say = useSay();
  const keepFocus = (event: Event) => event.preventDefault();
  const back = (
    <button key="back" type="button" onPointerDown={keepFocus} onClick={onBack} aria-label={say('kiosk.key.back')}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path
          d="M9 6h11v12H9l-6-6 6-6Zm3.5 3.5 5 5m0-5-5 5"
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linejoin="round"
          stroke-linecap="round"
        />
      </svg>
    </button>
  );
  const clear = (
    <button key="clear" type="button" onPointerDown={keepFocus} onClick={onClear} class={styles.word}>
      {say('kiosk.key.clear')}
    </button>
  );
  const each = [...keys].map((key) => (
    <button key={key} type="button" onPointerDown={keepFocus} onClick={() => onKey(key)}>
      {key}
    </button>
  ));
  // The zero of digits stands between the two others, as on a telephone.
  const all = keys === DIGITS ? [...each.slice(0, 9), clear, each[9], back] : [...each, clear, back];
  return (
    <div class={styles.keypad} data-wide={keys !== DIGITS} style={{ '--columns': String(columns) }}>
      {all}
    </div>
  );
}
