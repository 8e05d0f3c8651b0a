/** @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { errorWords } from '#messages/error-words';
import type { Language } from '#messages/language';
import type { Slot } from './station.ts';
import { SymbolPicture } from './symbols.tsx';
import { language, useSay, useStore } from './texts.ts';
import styles from './tiles.module.css';
import { type Shown, shownOf } from './words.ts';

interface TileProps {
  readonly slot: Slot;
  readonly isLive: boolean;
  readonly onOpen: (slot: number) => void;
}

/** What is so at one slot. A touch tells more of it. */
export function Tile({ slot, isLive, onOpen }: TileProps) {
  const of = useStore(language);
  // A slot that did not change is not drawn again.
  return useMemo(() => <TileOf slot={slot} isLive={isLive} onOpen={onOpen} of={of} />, [slot, isLive, onOpen, of]);
}

function TileOf({ slot, isLive, onOpen, of }: TileProps & { readonly of: Language }) {
  const say = useSay();
  const shown = shownOf(slot, say, (code) => errorWords(of, code), isLive);
  return (
    <button
      type="button"
      class={styles.tile}
      data-tone={shown.tone}
      data-phase={isLive ? slot.phase : 'lost'}
      onClick={() => onOpen(slot.slot)}
    >
      <span class={styles.top}>
        <span class={styles.number}>
          <span class="visually-hidden">{say('kiosk.slot', { slot: slot.slot })}</span>
          <span aria-hidden="true">{slot.slot}</span>
        </span>
        {isLive && slot.first && <span class={styles.first}>{say('kiosk.first')}</span>}
        {isLive && <Whose slot={slot} />}
      </span>
      <Body shown={shown} />
    </button>
  );
}

/** Whose recorder it is: what stands on the recorder itself, and the officer's number. */
function Whose({ slot: { recorderSerial, officerId, phase } }: { readonly slot: Slot }) {
  const say = useSay();
  if (recorderSerial === null || phase === 'empty' || phase === 'removed') return null;
  return (
    <span class={styles.whose}>
      <span>{recorderSerial}</span>
      {officerId !== null && <span>{say('kiosk.officer', { officer: officerId })}</span>}
    </span>
  );
}

function Body({ shown }: { readonly shown: Shown }) {
  const say = useSay();
  const { tone, symbol, head, todo, lines, code, part } = shown;
  return (
    <span class={styles.body}>
      <span class={styles.head}>
        <span class={styles.symbol}>
          <SymbolPicture name={symbol} turns={tone === 'busy' && symbol === 'copy'} />
        </span>
        <span>{head}</span>
      </span>
      {part !== null && (
        <span class={styles.bar} aria-hidden="true">
          <span style={{ transform: `scaleX(${part})` }} />
        </span>
      )}
      {lines.length > 0 && (
        <span class={styles.lines}>
          {lines.map((line) => (
            <span key={line}>{line}</span>
          ))}
        </span>
      )}
      {todo !== null && <span class={styles.todo}>{todo}</span>}
      {code !== null && <span class={styles.code}>{say('kiosk.code-here', { code })}</span>}
    </span>
  );
}
