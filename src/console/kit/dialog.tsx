import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useSay } from '../texts/say.ts';
import styles from './kit.module.css';
import { Button, classes } from './kit.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** True: only its own buttons close it. */
  readonly modalOnly?: boolean;
}

/** A window over the page; the keyboard stays inside it, and Escape closes it. */
export function Dialog({ title, onClose, children, wide = false, modalOnly = false }: DialogProps) {
  const say = useSay();
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={classes(styles.dialog, wide && styles.wide)}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!modalOnly) onClose();
      }}
    >
      <header className={styles.dialogHead}>
        <h2 id={id}>{title}</h2>
        {modalOnly ? null : (
          <Button look="quiet" onClick={onClose} aria-label={say('form.close')}>
            <span aria-hidden="true">✕</span>
          </Button>
        )}
      </header>
      <div className={styles.dialogBody}>{children}</div>
    </dialog>
  );
}

export function DialogFoot({ children }: { readonly children: ReactNode }) {
  return <footer className={styles.dialogFoot}>{children}</footer>;
}
