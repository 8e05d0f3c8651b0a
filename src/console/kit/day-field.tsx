import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useSay } from '../texts/say.ts';
import styles from './day-field.module.css';
import { Field, type FieldProps } from './kit.tsx';
import { type MomentKind, readMoment, SAMPLES, shownMoment } from './typed-moment.ts';

interface DayFieldProps extends FieldProps {
  /** `date`: a day; `month`; `datetime-local`: a minute of the station's zone. */
  readonly type: MomentKind;
  /** As the field of that type has it in HTML: `2026-06-20`, `2026-06`, `2026-06-20T09:30`; '': none. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly max?: string;
  readonly min?: string;
}

/**
 * A day is typed as all times are shown here, with the year first: what a browser draws by itself follows its own language, and 06/07 is two days. The calendar is that of the browser. What
 * cannot be read is said when the field is left, and stays until it is put right.
 */
export function DayField({ type, value, onChange, label, hint, error, needed = false, min, max }: DayFieldProps) {
  const say = useSay();
  const calendar = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(shownMoment(value));
  const [unread, setUnread] = useState(false);
  useEffect(() => {
    setText(shownMoment(value));
    setUnread(false);
  }, [value]);
  const told = (next: string) => {
    setUnread(false);
    setText(shownMoment(next));
    if (next !== value) onChange(next);
  };
  const leave = () => {
    const next = readMoment(type, text);
    if (next !== null) told(next);
    else setUnread(true);
  };
  const typed = (next: string) => {
    setText(next);
    setUnread(false);
    // Written out it counts at once; what is shorter may not be at its end.
    const read = readMoment(type, next);
    if (read !== null && (read === '' || next.length >= SAMPLES[type].length)) told(read);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') leave();
  };
  return (
    <Field label={label} hint={hint} needed={needed} error={unread ? say('form.day-unread', { sample: SAMPLES[type] }) : error}>
      {({ className, ...wired }) => (
        <span className={styles.day}>
          <input
            {...wired}
            className={className}
            value={text}
            placeholder={SAMPLES[type]}
            inputMode="numeric"
            autoComplete="off"
            maxLength={24}
            required={needed}
            onChange={(event) => typed(event.target.value)}
            onBlur={leave}
            onKeyDown={press}
          />
          <input
            ref={calendar}
            type={type}
            className={styles.calendar}
            value={value}
            min={min}
            max={max}
            tabIndex={-1}
            aria-hidden="true"
            onChange={(event) => told(event.target.value)}
          />
          <button
            type="button"
            className={styles.open}
            aria-label={say('form.calendar', { label })}
            onClick={() => calendar.current?.showPicker()}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <path d="M2 3.5h12v10H2zM2 6.5h12M5 1.5v3M11 1.5v3" fill="none" stroke="currentColor" strokeWidth="1.4" />
            </svg>
          </button>
        </span>
      )}
    </Field>
  );
}
