import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useSay } from '../texts/say.ts';
import { SEARCH_ID } from './keys.tsx';
import { useSession } from './session.tsx';
import styles from './shell.module.css';

/** Finds by a number of any kind; the page `/find` tells what has it. */
export function SearchBox() {
  const say = useSay();
  const { has } = useSession();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  if (!has('find-footage')) return <span className={styles.search} />;
  const find = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted !== '') go(`/find?q=${encodeURIComponent(wanted)}`);
  };
  return (
    <form className={styles.search} onSubmit={find}>
      <input
        id={SEARCH_ID}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={say('search.box')}
        aria-label={say('search.box.about')}
        title={say('search.box.about')}
        maxLength={128}
      />
    </form>
  );
}
