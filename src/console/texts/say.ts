import { useSyncExternalStore } from 'react';
import { en } from '#messages/en';
import { errorWords } from '#messages/error-words';
import type { Language } from '#messages/language';
import { pagesEn } from '#messages/pages/en';
import { pagesZhCN } from '#messages/pages/zh-CN';
import { type Reason, reasonText } from '#messages/reason';
import { filled } from '#messages/template';
import { zhCN } from '#messages/zh-CN';

/** A text of the catalogue: those of pages, and those that pages share with commands. */
export type TextKey = keyof typeof pagesEn | keyof typeof en;
type Values = Readonly<Record<string, string | number | null | undefined>>;
export type Say = (key: TextKey, values?: Values) => string;

const KEPT = 'evidock-language';
const TEXTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { ...en, ...pagesEn },
  'zh-CN': { ...zhCN, ...pagesZhCN },
};

const listeners = new Set<() => void>();
let language: Language = localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN';
document.documentElement.lang = language;

export function setLanguage(next: Language): void {
  language = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

// Another tab changed it.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === KEPT) setLanguage(newValue === 'en' ? 'en' : 'zh-CN');
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const SAYS: Readonly<Record<Language, Say>> = { en: speaker('en'), 'zh-CN': speaker('zh-CN') };

function speaker(of: Language): Say {
  return (key, values = {}) => filled(TEXTS[of][key] ?? key, (name) => values[name]);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => language);
}

/** The texts in the language of the pages. */
export function useSay(): Say {
  return SAYS[useLanguage()];
}

/** Whether the catalogue has a key: for codes of which there may be more than these pages know. */
export function hasText(key: string): key is TextKey {
  return Object.hasOwn(TEXTS.en, key);
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
  const of = useLanguage();
  return {
    reason: (reason) => reasonText(of, reason),
    error: (code) => errorWords(of, code),
  };
}
