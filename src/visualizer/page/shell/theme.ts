/** Light, dark, or as the system has it; kept by the browser. It holds for the whole page from the start. */
import { effect, signal } from '@preact/signals';

type Theme = 'auto' | 'light' | 'dark';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const KEPT_AS = 'horde-theme';

const kept = (): Theme => {
  try {
    return THEMES.find((one) => one === localStorage.getItem(KEPT_AS)) ?? 'auto';
  } catch {
    // A page that may keep nothing still has a theme.
    return 'auto';
  }
};

export const theme = signal<Theme>(kept());

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  try {
    localStorage.setItem(KEPT_AS, theme.value);
  } catch {
    // As above.
  }
}

effect(() => {
  if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
});
