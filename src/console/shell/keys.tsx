import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { Dialog } from '../kit/dialog.tsx';
import { useSay } from '../texts/say.ts';
import type { Page } from './page.ts';
import styles from './shell.module.css';

const NEXT_MS = 1200;
export const SEARCH_ID = 'search-box';

/** Whether keys belong to what is being typed. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** `?` shows the sheet, `/` goes to the search, `g` and a letter to a page. */
export function useKeys(pages: readonly Page[]): { readonly sheet: boolean; readonly close: () => void } {
  const [, go] = useLocation();
  const [sheet, setSheet] = useState(false);
  useEffect(() => {
    let sinceMs = -NEXT_MS;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || event.defaultPrevented) return;
      const target = pages.find(({ menu }) => menu?.key === event.key);
      if (performance.now() - sinceMs < NEXT_MS && target) {
        sinceMs = -NEXT_MS;
        event.preventDefault();
        return go(target.path);
      }
      if (event.key === 'g') sinceMs = performance.now();
      else if (event.key === '?') setSheet(true);
      else if (event.key === '/') {
        event.preventDefault();
        document.getElementById(SEARCH_ID)?.focus();
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [pages, go]);
  return { sheet, close: () => setSheet(false) };
}

export function KeySheet({ pages, onClose }: { readonly pages: readonly Page[]; readonly onClose: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say('keys.title')} onClose={onClose}>
      <dl className={styles.keys}>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{say('keys.help')}</dd>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{say('keys.search')}</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>{say('keys.close')}</dd>
        <dt>
          <kbd>g</kbd>
        </dt>
        <dd>{say('keys.go')}</dd>
        {pages.map(({ path, menu }) =>
          menu?.key ? (
            <div key={path} style={{ display: 'contents' }}>
              <dt>
                <kbd>g</kbd> <kbd>{menu.key}</kbd>
              </dt>
              <dd>{say(menu.title)}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </Dialog>
  );
}
