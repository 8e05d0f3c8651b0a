import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { classes } from '../kit/kit.tsx';
import { timeText } from '../kit/time.tsx';
import { PAGES } from '../pages.ts';
import { useSay, useWord } from '../texts/say.ts';
import { KeySheet, useKeys } from './keys.tsx';
import { LiveMark, useLive } from './live-mark.tsx';
import { GROUPS, pagesOf } from './page.ts';
import { SearchBox } from './search-box.tsx';
import { useSession } from './session.tsx';
import styles from './shell.module.css';
import { LanguageSwitch, ThemeSwitch } from './switches.tsx';

/** What stands around every page: menu, search, the state of the connection, who is signed in. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const say = useSay();
  const word = useWord();
  const { person, has, signOut } = useSession();
  const [path] = useLocation();
  const [open, setOpen] = useState(false);
  const mine = pagesOf(PAGES, person, has);
  const keys = useKeys(mine);
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#content">
        {say('app.skip')}
      </a>
      <header className={classes(styles.top, 'no-print')}>
        <button type="button" className={styles.burger} aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>
          <span aria-hidden="true">☰</span>
          <span className="visually-hidden">{say('app.menu')}</span>
        </button>
        <Link href="/" className={styles.brand}>
          {say('app.name')}
        </Link>
        <SearchBox />
        <LiveMark />
        <span className={styles.who} title={person.roles.map((role) => word('role', role)).join(' · ')}>
          {person.name}
        </span>
        <ThemeSwitch />
        <LanguageSwitch />
        <button type="button" className={styles.out} onClick={signOut}>
          {say('app.sign-out')}
        </button>
      </header>
      <nav id="menu" className={classes(styles.menu, open && styles.open, 'no-print')} aria-label={say('app.menu')}>
        {GROUPS.map((group) => {
          const pages = mine.filter(({ menu }) => menu?.group === group);
          if (pages.length === 0) return null;
          return (
            <section key={group}>
              <h2>{say(`nav.${group}`)}</h2>
              <ul>
                {pages.map((page) =>
                  page.menu ? (
                    <li key={page.path}>
                      <Link href={page.path} aria-current={path === page.path ? 'page' : undefined} onClick={() => setOpen(false)}>
                        {say(page.menu.title)}
                      </Link>
                    </li>
                  ) : null,
                )}
              </ul>
            </section>
          );
        })}
      </nav>
      <main id="content" className={styles.content} tabIndex={-1}>
        {children}
        <Printed />
      </main>
      {keys.sheet ? <KeySheet pages={mine} onClose={keys.close} /> : null}
    </div>
  );
}

/** On paper: who printed it, when, and where it is found again. */
function Printed() {
  const say = useSay();
  const { person } = useSession();
  const { at } = useLive();
  const where = useLocation()[0];
  return (
    <p className={classes(styles.printed, 'only-print')} data-untranslated>
      {say('app.printed', {
        who: [person.name, person.account].filter(Boolean).join(' · '),
        at: at === null ? '' : timeText(at, 'second'),
      })}{' '}
      {location.host}
      {where}
    </p>
  );
}
