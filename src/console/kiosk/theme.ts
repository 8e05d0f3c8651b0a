const KEPT = 'evidock-theme';

/** Sets the theme that was chosen at this screen; without a choice it is the machine's. */
export function applyTheme(): void {
  const chosen = localStorage.getItem(KEPT);
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset['theme'] = chosen;
}

export function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
}

export function setDark(dark: boolean): void {
  localStorage.setItem(KEPT, dark ? 'dark' : 'light');
  applyTheme();
}
