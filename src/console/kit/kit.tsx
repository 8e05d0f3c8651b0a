import { type ComponentProps, type ReactNode, useEffect, useId, useState } from 'react';
import { Link } from 'wouter';
import { useSay } from '../texts/say.ts';
import styles from './kit.module.css';

/** Puts class names together; what is false is left out. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';

type ButtonProps = ComponentProps<'button'> & { readonly look?: 'primary' | 'danger' | 'quiet' | 'plain'; readonly busy?: boolean };

export function Button({ look = 'plain', busy = false, disabled, className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={classes(styles.button, look !== 'plain' && styles[look], className)}
    />
  );
}

interface ButtonLinkProps {
  readonly href: string;
  readonly look?: 'primary' | 'plain';
  /** It leads away from the pages, so the browser itself goes there: in this tab, or in a new one. */
  readonly outside?: 'here' | 'tab';
  readonly children: ReactNode;
}

/** Looks like a button and is a link: it leads somewhere. */
export function ButtonLink({ href, look = 'plain', outside, children }: ButtonLinkProps) {
  const names = classes(styles.button, look === 'primary' && styles.primary, 'no-print');
  if (outside)
    return (
      <a href={href} className={names} target={outside === 'tab' ? '_blank' : undefined} rel="noopener">
        {children}
      </a>
    );
  return (
    <Link href={href} className={names}>
      {children}
    </Link>
  );
}

export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | null | undefined;
  readonly needed?: boolean;
}

interface Wired {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
  readonly className: string | undefined;
}

/** A control with its label, a hint and what is wrong with it. `children` gets what the control has to carry. */
export function Field({ label, hint, error, needed, children }: FieldProps & { readonly children: (wired: Wired) => ReactNode }) {
  const say = useSay();
  const id = useId();
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
        {needed ? <em>{say('form.needed')}</em> : null}
      </label>
      {children({ id, 'aria-describedby': about, 'aria-invalid': error ? true : undefined, className: styles.control })}
      {hint ? (
        <span className={styles.hint} id={`${id}-hint`}>
          {hint}
        </span>
      ) : null}
      {error ? (
        <span className={styles.error} id={`${id}-error`} role="alert">
          {error}
        </span>
      ) : null}
    </div>
  );
}

export function TextField({ label, hint, error, needed = false, ...rest }: FieldProps & Omit<ComponentProps<'input'>, 'id' | 'className'>) {
  return (
    <Field label={label} hint={hint} error={error} needed={needed}>
      {(wired) => <input {...rest} {...wired} required={needed} />}
    </Field>
  );
}

export function AreaField({
  label,
  hint,
  error,
  needed = false,
  ...rest
}: FieldProps & Omit<ComponentProps<'textarea'>, 'id' | 'className'>) {
  return (
    <Field label={label} hint={hint} error={error} needed={needed}>
      {(wired) => <textarea {...rest} {...wired} required={needed} />}
    </Field>
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

type SelectProps = FieldProps & Omit<ComponentProps<'select'>, 'id' | 'className' | 'children'> & { readonly choices: readonly Choice[] };

export function SelectField({ label, hint, error, needed = false, choices, ...rest }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error} needed={needed}>
      {(wired) => (
        <select {...rest} {...wired} required={needed}>
          {choices.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField({ label, ...rest }: { readonly label: string } & Omit<ComponentProps<'input'>, 'type'>) {
  return (
    <label className={styles.check}>
      <input {...rest} type="checkbox" />
      <span>{label}</span>
    </label>
  );
}

const GLYPHS: Readonly<Record<Tone, string>> = { good: '✓', warn: '!', bad: '✕', info: 'ℹ', plain: '' };

/** A state in one word. Its sign says the same as its colour. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span className={classes(styles.badge, tone !== 'plain' && styles[tone])}>
      {GLYPHS[tone] === '' ? null : <span aria-hidden="true">{GLYPHS[tone]}</span>}
      <span>{children}</span>
    </span>
  );
}

interface PanelProps {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** True: what is inside reaches the edges, as a table does. */
  readonly flush?: boolean;
}

export function Panel({ title, actions, children, flush = false }: PanelProps) {
  return (
    <section className={styles.panel}>
      {title || actions ? (
        <header className={styles.panelHead}>
          {title ? <h2>{title}</h2> : null}
          {actions}
        </header>
      ) : null}
      {flush ? children : <div className={styles.panelBody}>{children}</div>}
    </section>
  );
}

interface PageHeadProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of a page; its title is that of the window too. */
export function PageHead({ title, subtitle, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Evidock`;
  }, [title]);
  return (
    <header className={styles.pageHead}>
      <div>
        <h1>{title}</h1>
        {subtitle ? <p className={styles.subtitle}>{subtitle}</p> : null}
      </div>
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </header>
  );
}

/** Facts of one thing: names and values. What is null is left out. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <dl className={styles.facts}>
      {rows.map((row) =>
        row === null ? null : (
          <div key={row[0]} style={{ display: 'contents' }}>
            <dt>{row[0]}</dt>
            <dd>{row[1] ?? '—'}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

export function Empty({ text, children }: { readonly text?: string; readonly children?: ReactNode }) {
  const say = useSay();
  return (
    <div className={styles.empty}>
      <p>{text ?? say('list.empty')}</p>
      {children}
    </div>
  );
}

const WORDS_AFTER_MS = 2000;

/** Something is on its way; after two seconds it says so in more words. */
export function Loading() {
  const say = useSay();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), WORDS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className={styles.loading} role="status">
      {slow ? say('list.slow') : say('list.loading')}
    </p>
  );
}

/** Panels one below the other. */
export function Stack({ children }: { readonly children: ReactNode }) {
  return <div className={styles.stack}>{children}</div>;
}

/** Pages that belong together, as links: each has an address of its own. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string;
  readonly tabs: readonly { readonly href: string; readonly label: string }[];
  readonly current: string;
}) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ href, label: text }) => (
        <Link key={href} href={href} aria-current={href === current ? 'page' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  );
}

export function Filters({ children }: { readonly children: ReactNode }) {
  return <div className={styles.filters}>{children}</div>;
}
