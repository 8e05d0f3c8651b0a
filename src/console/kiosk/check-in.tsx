/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorWords } from '#messages/error-words';
import { ask } from '../client/request.ts';
import styles from './dialogs.module.css';
import { DIGITS, Keypad } from './keypad.tsx';
import { language, type Say, useSay, useStore } from './texts.ts';
import { useDialog } from './use-dialog.ts';
import { enter, failureText, leave, type Visitor } from './visitor.ts';

/** What an officer checks in for. */
export type Wish =
  | { readonly for: 'visit' }
  | { readonly for: 'first'; readonly docking: string; readonly slot: number }
  | { readonly for: 'claim'; readonly docking: string; readonly slot: number };

interface CheckInProps {
  readonly wish: Wish;
  /** Read by the reader already; null: it is asked for. */
  readonly badge: { readonly number: string } | null;
  readonly onClose: () => void;
  readonly onVisit: (visitor: Visitor, done: string | null) => void;
  readonly onDone: (text: string) => void;
}

type Field = 'officer' | 'pin';
const LENGTH_MAX = 32;

/** An officer says who they are, by badge or by number and PIN, and what they wished for is done. */
export function CheckIn({ wish, badge, onClose, onVisit, onDone }: CheckInProps) {
  const say = useSay();
  const of = useStore(language);
  const dialog = useDialog(onClose);
  const [typed, setTyped] = useState<Readonly<Record<Field, string>>>({ officer: '', pin: '' });
  const [field, setField] = useState<Field>('officer');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const pinField = useRef<HTMLInputElement>(null);
  const come = async (shown: Parameters<typeof enter>[0]) => {
    setBusy(true);
    setFailure(null);
    try {
      const visitor = await enter(shown);
      await fulfil(wish, say, { visitor, onVisit, onDone });
    } catch (error) {
      setFailure(failureText(error, say, (code) => errorWords(of, code)));
      setTyped(({ officer }) => ({ officer: 'badge' in shown ? '' : officer, pin: '' }));
    } finally {
      setBusy(false);
    }
  };
  const comes = useRef(come);
  comes.current = come;
  // What the reader typed may stand in a field: it is no officer number.
  useEffect(() => {
    if (badge === null) return;
    setTyped({ officer: '', pin: '' });
    void comes.current({ badge: badge.number });
  }, [badge]);
  const change = (name: Field, value: string) => setTyped((known) => ({ ...known, [name]: value.slice(0, LENGTH_MAX) }));
  const submit = () => {
    if (typed.officer !== '' && typed.pin !== '') void come(typed);
    else pinField.current?.focus();
  };
  return (
    <dialog ref={dialog} class={styles.dialog} aria-labelledby="check-in">
      <header class={styles.head}>
        <h2 id="check-in">
          {wish.for === 'visit' ? say('kiosk.visit.title') : say('kiosk.sheet.sign-first', { action: say(OF_WISH[wish.for]) })}
        </h2>
        <button type="button" class={styles.close} onClick={onClose}>
          {say('kiosk.close')}
        </button>
      </header>
      <p class={styles.badge} data-busy={busy}>
        <BadgePicture />
        {say('kiosk.visit.badge')}
      </p>
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>{say('kiosk.visit.or')}</p>
        <div class={styles.fields}>
          <label>
            <span>{say('kiosk.visit.officer')}</span>
            <input
              value={typed.officer}
              onInput={({ currentTarget }) => change('officer', currentTarget.value)}
              onFocus={() => setField('officer')}
              data-active={field === 'officer'}
              autocomplete="off"
              inputMode="none"
              spellcheck={false}
            />
          </label>
          <label>
            <span>{say('kiosk.visit.pin')}</span>
            <input
              ref={pinField}
              type="password"
              value={typed.pin}
              onInput={({ currentTarget }) => change('pin', currentTarget.value)}
              onFocus={() => setField('pin')}
              data-active={field === 'pin'}
              autocomplete="off"
              inputMode="none"
            />
          </label>
        </div>
        <p class={styles.failure} role="alert">
          {failure}
        </p>
        <Keypad
          keys={DIGITS}
          columns={3}
          onKey={(key) => change(field, typed[field] + key)}
          onBack={() => change(field, typed[field].slice(0, -1))}
          onClear={() => change(field, '')}
        />
        <button type="submit" class={styles.primary} disabled={busy}>
          {say('kiosk.visit.enter')}
        </button>
      </form>
    </dialog>
  );
}

const OF_WISH = { first: 'kiosk.sheet.put-first', claim: 'kiosk.sheet.claim' } as const;

interface Then {
  readonly visitor: Visitor;
  readonly onVisit: CheckInProps['onVisit'];
  readonly onDone: CheckInProps['onDone'];
}

async function fulfil(wish: Wish, say: Say, { visitor, onVisit, onDone }: Then): Promise<void> {
  if (wish.for === 'visit') return onVisit(visitor, null);
  const path = { id: wish.docking };
  try {
    if (wish.for === 'claim') {
      await ask('POST /api/v1/kiosks/visit/dockings/{id}/officer', { path });
      return onVisit(visitor, say('kiosk.done.claimed', { slot: wish.slot }));
    }
    await ask('POST /api/v1/kiosks/visit/dockings/{id}/first', { path });
  } catch (error) {
    // Whoever comes next must not find somebody else's visit open.
    await leave();
    throw error;
  }
  await leave();
  onDone(say('kiosk.done.first', { slot: wish.slot }));
}

function BadgePicture() {
  return (
    <svg viewBox="0 0 48 32" aria-hidden="true">
      <rect x="2" y="2" width="30" height="28" rx="4" fill="none" stroke="currentColor" stroke-width="2.5" />
      <circle cx="17" cy="12" r="4.5" fill="currentColor" />
      <path d="M8.5 25c1.2-5 15.8-5 17 0" fill="currentColor" />
      <path d="M37 10a8 8 0 0 1 0 12m4-16a14 14 0 0 1 0 20" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" />
    </svg>
  );
}
