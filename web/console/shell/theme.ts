export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'vouch.theme';

export function savedTheme(): Theme {
  const theme = localStorage.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

/** Sets the theme of the page, and of later visits with this browser. */
export function useTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
