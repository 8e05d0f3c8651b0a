import { CheckField } from './kit.tsx';
import styles from './layout.module.css';

interface CheckSetProps<Value extends string> {
  readonly legend: string;
  readonly values: readonly Value[];
  readonly labelOf: (value: Value) => string;
  readonly chosen: ReadonlySet<Value>;
  readonly onChange: (chosen: ReadonlySet<Value>) => void;
}

/** Any of several, each with a box. */
export function CheckSet<Value extends string>({ legend, values, labelOf, chosen, onChange }: CheckSetProps<Value>) {
  const toggle = (value: Value, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(value);
    else next.delete(value);
    onChange(next);
  };
  return (
    <fieldset className={styles.checks}>
      <legend>{legend}</legend>
      {values.map((value) => (
        <CheckField
          key={value}
          label={labelOf(value)}
          checked={chosen.has(value)}
          onChange={(event) => toggle(value, event.target.checked)}
        />
      ))}
    </fieldset>
  );
}
