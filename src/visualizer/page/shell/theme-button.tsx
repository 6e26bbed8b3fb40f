/** Goes from theme to theme, where no team's bar stands above. */
import { nextTheme, theme } from './theme.ts';

const NAMES = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const;

export function ThemeButton() {
  return (
    <button type="button" onClick={nextTheme} title="Colours: as the system has it, light, or dark">
      {NAMES[theme.value]}
    </button>
  );
}
