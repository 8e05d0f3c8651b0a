import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { useSay } from '../texts/say.ts';
import styles from './kit.module.css';

const SHOWN_MS = 8000;
const SHOWN_MAX = 3;

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo: (() => void) | undefined;
}

type Tell = (text: string, undo?: () => void) => void;

const Told = createContext<Tell>(() => undefined);

/** Says in a line that something was done; with `undo`, offers to take it back. */
export function useToast(): Tell {
  return use(Told);
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  const say = useSay();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback<Tell>(
    (text, undo) => {
      const id = performance.now();
      setToasts((all) => [...all.slice(1 - SHOWN_MAX), { id, text, undo }]);
      setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const value = useMemo(() => tell, [tell]);
  return (
    <Told value={value}>
      {children}
      <div className={styles.toasts} role="status">
        {toasts.map(({ id, text, undo }) => (
          <div key={id} className={styles.toast}>
            <span>{text}</span>
            {undo ? (
              <button
                type="button"
                onClick={() => {
                  drop(id);
                  undo();
                }}
              >
                {say('form.undo')}
              </button>
            ) : null}
          </div>
        ))}
      </div>
    </Told>
  );
}
