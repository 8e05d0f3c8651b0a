import { useEffect, useState } from 'preact/hooks';
import type { Language } from '#messages/language';
import { kioskPagesEn } from '#messages/pages/kiosk-en';
import { kioskPagesZhCN } from '#messages/pages/kiosk-zh-CN';
import { damageEn } from '#messages/reasons/damage-en';
import { damageZhCN } from '#messages/reasons/damage-zh-CN';
import { filled } from '#messages/template';
import { Store } from './store.ts';

/** A text of the kiosk. No other catalogue is loaded: the screen has 60 KB for everything. */
export type TextKey = keyof typeof kioskPagesEn;
export type Say = (key: TextKey, values?: Readonly<Record<string, string | number | null | undefined>>) => string;

const KEPT = 'evidock-language';
const TEXTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: kioskPagesEn, 'zh-CN': kioskPagesZhCN };
const REASONS: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: damageEn, 'zh-CN': damageZhCN };

/** The language of this screen, as it was chosen last. */
export const language = new Store<Language>(localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN');
document.documentElement.lang = language.value;

export function setLanguage(next: Language): void {
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
  language.set(next);
}

/** Shows what a store holds, and what it will hold. */
export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    setValue(() => store.value);
    return store.listen((next) => setValue(() => next));
  }, [store]);
  return value;
}

function speaker(of: Language): Say {
  return (key, values = {}) => filled(TEXTS[of][key] ?? key, (name) => values[name]);
}

const SAYS: Readonly<Record<Language, Say>> = { en: speaker('en'), 'zh-CN': speaker('zh-CN') };

export function useSay(): Say {
  return SAYS[useStore(language)];
}

interface Why {
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Why a case is suggested, in words. What this screen does not know is left out: a code helps nobody there. */
export function whyText(of: Language, { code, params }: Why): string {
  if (code === 'several')
    return (params['whys'] as readonly Why[])
      .map((each) => whyText(of, each))
      .filter((text) => text !== '')
      .join(SAYS[of]('kiosk.why.between'));
  if (code === 'words') return String(params['text'] ?? '');
  return filled(REASONS[of][code] ?? '', (name) => params[name]);
}
