import { useMemo } from 'react';
import { useSay } from '../texts/say.ts';
import { Empty } from './kit.tsx';
import { lineDiff } from './line-diff.ts';
import styles from './text-diff.module.css';

const SIGNS = { same: ' ', added: '+', gone: '−' } as const;

/** What is different between two texts, line by line; signs say the same as colours. */
export function TextDiff({ label, before, after }: { readonly label: string; readonly before: string; readonly after: string }) {
  const say = useSay();
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  if (!lines.some(({ kind }) => kind === 'added' || kind === 'gone')) return <Empty text={say('version.no-difference')} />;
  return (
    // A keyboard scrolls what does not fit (axe: scrollable-region-focusable).
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the region scrolls
    <section className={styles.diff} tabIndex={0} aria-label={label} data-untranslated>
      {lines.map((line, at) =>
        line.kind === 'left' ? (
          <div key={`left-${String(at)}`} className={styles.left}>
            <span />
            <span>{say('version.left-out', { count: line.count })}</span>
          </div>
        ) : (
          <div key={`line-${String(at)}`} className={line.kind === 'same' ? undefined : styles[line.kind]}>
            <span>{SIGNS[line.kind]}</span>
            <span>{line.text}</span>
          </div>
        ),
      )}
    </section>
  );
}
