// Dark or light: as the system has it, until somebody chooses.

const key = 'freshet-theme';

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

export function applyTheme() {
  const chosen = localStorage.getItem(key);
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
}

export function switchTheme() {
  const next = isDark() ? 'light' : 'dark';
  localStorage.setItem(key, next);
  document.documentElement.dataset.theme = next;
  dispatchEvent(new Event('themechange'));
}
