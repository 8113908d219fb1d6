import { AppError } from '../contract/app-error.ts';
import type { CallHandlers } from './call-handlers.ts';
import type { DesktopPort } from './engine-api.ts';

/** @param desktop undefined where the app is served to a browser, or there is no window at all */
export function desktopCalls(
  desktop: DesktopPort | undefined,
): Pick<CallHandlers, 'desktop.preferences' | 'desktop.setPreferences'> {
  return {
    'desktop.preferences': () => Promise.resolve({ preferences: desktop?.preferences() ?? null }),
    'desktop.setPreferences': async (wanted) => {
      if (desktop === undefined) {
        throw new AppError('CONFIG_NOT_SUPPORTED', 'Only the desktop app has a tray and starts at login.');
      }
      await desktop.setPreferences(wanted);
      return desktop.preferences();
    },
  };
}
