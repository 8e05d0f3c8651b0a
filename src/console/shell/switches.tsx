import { useState } from 'react';
import { Button } from '../kit/kit.tsx';
import { useToast } from '../kit/toasts.tsx';
import { setLanguage, useLanguage, useSay } from '../texts/say.ts';

const KEPT = 'evidock-theme';

/** Sets the theme that was chosen at this browser; without a choice it is the machine's. Called before anything is drawn. */
export function applyTheme(): void {
  const chosen = localStorage.getItem(KEPT);
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset['theme'] = chosen;
}

export function ThemeSwitch() {
  const say = useSay();
  const [dark, setDark] = useState(() => {
    const chosen = document.documentElement.dataset['theme'];
    return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
  });
  const change = () => {
    localStorage.setItem(KEPT, dark ? 'light' : 'dark');
    applyTheme();
    setDark(!dark);
  };
  return (
    <Button look="quiet" onClick={change} title={say('app.theme.about')}>
      {say(dark ? 'app.light' : 'app.dark')}
    </Button>
  );
}

export function LanguageSwitch() {
  const say = useSay();
  const tell = useToast();
  const language = useLanguage();
  const other = language === 'en' ? 'zh-CN' : 'en';
  const change = () => setLanguage(other).catch(() => tell(say('app.language.failed')));
  return (
    <Button look="quiet" onClick={change} lang={other} title={say('app.language.about')}>
      {say('app.language')}
    </Button>
  );
}
