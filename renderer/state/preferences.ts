/** Small things the window remembers. They may be lost at any time: a browser can refuse to store them. */
const PREFIX = 'sluice.';

export type Preference = 'connection' | 'destination' | 'relationPaneWidth';

export function readPreference(name: Preference): string | undefined {
  try {
    return window.localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writePreference(name: Preference, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, value);
  } catch {
    // Nothing depends on it.
  }
}
