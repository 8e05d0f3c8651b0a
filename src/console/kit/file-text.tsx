import styles from './text-diff.module.css';

/** The text of a file, as it is. */
export function FileText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    // A keyboard scrolls what does not fit (axe: scrollable-region-focusable).
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the region scrolls
    <section className={styles.file} tabIndex={0} aria-label={label} data-untranslated>
      <pre>{text}</pre>
    </section>
  );
}
