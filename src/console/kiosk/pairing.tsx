/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { ask, Refused } from '../client/request.ts';
import { Switches } from './header.tsx';
import { CODE_LETTERS, Keypad } from './keypad.tsx';
import styles from './pairing.module.css';
import { useSay } from './texts.ts';

const LENGTH = 8;

/** The first page of a screen: it is paired once, with a code that an administrator has. */
export function Pairing({ onPaired }: { readonly onPaired: () => void }) {
  const say = useSay();
  const [code, setCode] = useState('');
  const [failure, setFailure] = useState<'wrong' | 'wait' | 'unreached' | null>(null);
  const [busy, setBusy] = useState(false);
  const pair = async (text: string) => {
    setBusy(true);
    try {
      await ask('POST /api/v1/kiosks/pairing', { body: { code: text } });
      onPaired();
    } catch (error) {
      setFailure(!(error instanceof Refused) ? 'unreached' : error.problem.status === 429 ? 'wait' : 'wrong');
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  const change = (next: string) => {
    const letters = next
      .toUpperCase()
      .replace(/[^0-9A-Z]/g, '')
      .slice(0, LENGTH);
    setCode(letters);
    if (letters !== '') setFailure(null);
    if (letters.length === LENGTH && !busy) void pair(letters);
  };
  const shown = code.length > LENGTH / 2 ? `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}` : code;
  return (
    <main class={styles.page}>
      <div class={styles.tools}>
        <Switches />
      </div>
      <section class={styles.card}>
        <h1>{say('kiosk.pair.title')}</h1>
        <p>{say('kiosk.pair.about-here')}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (code !== '') void pair(code);
          }}
        >
          <label>
            <span>{say('kiosk.pair.code')}</span>
            <input
              value={shown}
              onInput={({ currentTarget }) => change(currentTarget.value)}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              inputMode="none"
              autofocus
              aria-invalid={failure !== null}
              aria-describedby="pair-failure"
            />
          </label>
          <p id="pair-failure" class={styles.failure} role="alert">
            {failure === 'wrong' && say('kiosk.pair.wrong')}
            {failure === 'wait' && say('kiosk.pair.wait')}
            {failure === 'unreached' && say('kiosk.error.unreached')}
          </p>
          <Keypad
            keys={CODE_LETTERS}
            columns={9}
            onKey={(key) => change(code + key)}
            onBack={() => change(code.slice(0, -1))}
            onClear={() => change('')}
          />
        </form>
      </section>
    </main>
  );
}
