import { useSyncExternalStore } from 'react';
import type { en } from '#messages/en';
import type { Language } from '#messages/language';
import type { pagesEn } from '#messages/pages/en';
import type { Reason } from '#messages/reason';
import { filled } from '#messages/template';
import { errorIn, reasonIn, type Words } from '#messages/words';

/** A text of the catalogue: those of pages, and those that pages share with commands. */
export type TextKey = keyof typeof pagesEn | keyof typeof en;
type Values = Readonly<Record<string, string | number | null | undefined>>;
export type Say = (key: TextKey, values?: Values) => string;

const KEPT = 'evidock-language';
const LOADS: Readonly<Record<Language, () => Promise<{ readonly catalogue: Words }>>> = {
  en: () => import('./catalogue-en.ts'),
  'zh-CN': () => import('./catalogue-zh-CN.ts'),
};

interface Spoken {
  readonly words: Words;
  readonly say: Say;
}

const listeners = new Set<() => void>();
let spoken: Spoken | undefined;
/** The language that was chosen last: of two that are on their way, that one is shown. */
let chosen: Language = localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN';

/** Loads the texts of the language that was chosen at this browser. To be waited for before anything is drawn. */
export function loadTexts(): Promise<void> {
  return show(chosen);
}

/** Keeps the language that stands there if the texts of the other one cannot be loaded, and throws. */
export async function setLanguage(next: Language): Promise<void> {
  await show(next);
  localStorage.setItem(KEPT, next);
}

async function show(next: Language): Promise<void> {
  chosen = next;
  const { catalogue } = await LOADS[next]();
  if (chosen !== next) return;
  spoken = { words: catalogue, say: speaker(catalogue) };
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

// Another tab changed it. Where this one cannot load the texts, it stays as it is.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === KEPT) show(newValue === 'en' ? 'en' : 'zh-CN').catch(() => undefined);
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function speaker({ texts }: Words): Say {
  return (key, values = {}) => filled(texts[key] ?? key, (name) => values[name]);
}

function now(): Spoken {
  if (spoken === undefined) throw new Error('texts were not loaded');
  return spoken;
}

function useSpoken(): Spoken {
  return useSyncExternalStore(subscribe, now);
}

export function useLanguage(): Language {
  return useSpoken().words.language;
}

/** The texts in the language of the pages. */
export function useSay(): Say {
  return useSpoken().say;
}

/** Whether the catalogue has a key: for codes of which there may be more than these pages know. */
export function hasText(key: string): key is TextKey {
  return Object.hasOwn(now().words.texts, key);
}

/** The word for a code of a family, `state.derived`; the code itself where the catalogue has none. */
export function useWord(): (family: string, code: string | null) => string {
  const say = useSay();
  return (family, code) => {
    if (code === null) return '—';
    const key = `${family}.${code}`;
    return hasText(key) ? say(key) : code;
  };
}

/** Sentences of reasons and errors. */
export function useReason(): { reason: (reason: Reason) => string; error: (code: string) => { what: string; remedy: string } } {
  const { words } = useSpoken();
  return {
    reason: (reason) => reasonIn(words, reason),
    error: (code) => errorIn(words, code),
  };
}
