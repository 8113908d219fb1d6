/** How the desktop app sits in its system. All of it is off until somebody switches it on. */
import { z } from 'zod';

export const desktopPreferencesSchema = z.strictObject({
  /** An icon in the tray; closing the window then leaves the app, its timers and its captures running. */
  tray: z.boolean(),
  /** The system starts the app when its user logs in; with the tray, without a window. */
  startAtLogin: z.boolean(),
});
export type DesktopPreferences = z.infer<typeof desktopPreferencesSchema>;
