/** A reader types a whole number within a fraction of a second: nobody types so fast. */
const GAP_MS_MAX = 60;
const LENGTH_MIN = 4;
const LENGTH_MAX = 128;

/**
 * Hears what a badge reader types, which is a keyboard to the machine: many keys, each within milliseconds, then Enter. What was typed into a field meanwhile is told
 * by `onBadge` as well, so that it does not stay there. Returns the function that stops it.
 */
export function listenToBadges(onBadge: (number: string) => void): () => void {
  let typed = '';
  let lastMs = 0;
  const onKey = (event: KeyboardEvent) => {
    const { key, timeStamp } = event;
    const isFast = timeStamp - lastMs <= GAP_MS_MAX;
    lastMs = timeStamp;
    if (key === 'Enter') {
      const number = typed;
      typed = '';
      if (!isFast || number.length < LENGTH_MIN) return;
      event.preventDefault();
      event.stopPropagation();
      onBadge(number);
    } else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      typed = (isFast ? typed + key : key).slice(-LENGTH_MAX);
    }
  };
  window.addEventListener('keydown', onKey, true);
  return () => window.removeEventListener('keydown', onKey, true);
}
