/** @jsxImportSource preact */
import type { SymbolName } from './words.ts';

/** Drawn on a field of 24 × 24, in the colour of the text. */
const PATHS: Readonly<Record<SymbolName, string>> = {
  free: 'M12 4v9m-4-4 4 4 4-4M5 15v3a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-3',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm5 11.5L20 20',
  copy: 'M20 12a8 8 0 1 1-2.34-5.66M20 3v4.5h-4.5',
  wait: 'M8.5 5v14M15.5 5v14',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm0 4v5l3.5 2',
  safe: 'm4.5 12.5 5 5 10-11',
  bad: 'M12 3.5 22 20.5H2L12 3.5Zm0 6.5v5m0 2.4v.1',
  unknown: 'M8.5 9a3.5 3.5 0 1 1 5.2 3.06c-1 .58-1.7 1.2-1.7 2.44m0 4v.1',
  pulled: 'M12 4v10m0 4.9v.1',
};

export function SymbolPicture({ name, turns = false }: { readonly name: SymbolName; readonly turns?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" data-turns={turns}>
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
