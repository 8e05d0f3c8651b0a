import { useEffect, useRef } from 'preact/hooks';

/** So long a window stays that nobody touches, ms. */
const IDLE_MS = 60_000;

/** A modal window of the browser: it has the focus, Escape closes it, and so does nobody touching it. */
export function useDialog(onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  const closing = useRef(onClose);
  closing.current = onClose;
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    dialog.showModal();
    let timer: ReturnType<typeof setTimeout>;
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => closing.current(), IDLE_MS);
    };
    const cancelled = (event: Event) => {
      event.preventDefault();
      closing.current();
    };
    touched();
    dialog.addEventListener('cancel', cancelled);
    for (const name of ['pointerdown', 'keydown'] as const) dialog.addEventListener(name, touched);
    return () => {
      clearTimeout(timer);
      dialog.removeEventListener('cancel', cancelled);
      for (const name of ['pointerdown', 'keydown'] as const) dialog.removeEventListener(name, touched);
      dialog.close();
    };
  }, []);
  return ref;
}
