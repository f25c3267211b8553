export type Theme = 'system' | 'light' | 'dark'

const KEY = 'vitest-supervise-theme'
const listeners = new Set<() => void>()

/** Shows the theme that was chosen last, and tells {@link onLook} when the system's changes. */
export function startTheme(): void {
  show(currentTheme())
  for (const query of [
    '(prefers-color-scheme: dark)',
    '(forced-colors: active)',
    '(prefers-contrast: more)',
  ]) {
    matchMedia(query).addEventListener('change', tell)
  }
}

export function currentTheme(): Theme {
  const theme = remembered()
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Remembers it, where the browser lets a file do so. */
export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // Files may have no storage: then it holds until the page is closed.
  }
  show(theme)
  tell()
}

/** Calls `listener` whenever colours have changed, until the function that it returns is called. */
export function onLook(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

function tell(): void {
  for (const listener of listeners) listener()
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
