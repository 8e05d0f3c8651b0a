import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useRows } from '../../client/queries.ts';
import { TextField } from '../../kit/kit.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './cases.module.css';

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** A case of the list was chosen. */
  readonly onChosen: (number: string) => void;
}

const SHOWN = 8;
/** Whoever types fast is asked for once. */
const PAUSE_MS = 120;

/** The number of a case, with the cases whose number begins so: the arrows go through them, Enter takes one. */
export function CaseNumberField({ value, onChange, onChosen }: FieldProps) {
  const say = useSay();
  const word = useWord();
  const list = useId();
  const [asked, setAsked] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(value.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  const { rows } = useRows('GET /api/v1/cases', { query: { number: asked, limit: SHOWN } }, { topics: ['cases'], enabled: asked !== '' });
  const found = open && asked !== '' && asked === value.trim() ? rows : [];
  const choose = (number: string) => {
    setOpen(false);
    onChosen(number);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (found.length === 0) return;
      event.preventDefault();
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setAt((before) => (before + by + found.length + (before < 0 && by < 0 ? 1 : 0)) % found.length);
    } else if (event.key === 'Escape') {
      // While cases are offered it closes them; browsers would empty the field as well.
      if (found.length > 0) event.preventDefault();
      setOpen(false);
    } else if (event.key === 'Enter') {
      const chosen = found[at];
      setOpen(false);
      if (!chosen) return;
      event.preventDefault();
      choose(chosen.number);
    }
  };
  return (
    <div className={styles.suggesting}>
      <TextField
        label={say('search.case')}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setAt(-1);
          setOpen(true);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
        placeholder="LY-2026-0012"
        type="search"
        maxLength={128}
        role="combobox"
        autoComplete="off"
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found[at] ? `${list}-${at}` : undefined}
      />
      <div id={list} role="listbox" aria-label={say('search.suggestions')} className={styles.suggestions} hidden={found.length === 0}>
        {found.map(({ number, title, stage, state }, row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys of its list.
          // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names the option.
          <div
            key={number}
            id={`${list}-${row}`}
            role="option"
            aria-selected={row === at}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(number)}
          >
            <strong>{number}</strong>
            <span>{title}</span>
            <small>
              {word('stage', stage)} · {word('case-state', state)}
            </small>
          </div>
        ))}
      </div>
    </div>
  );
}
