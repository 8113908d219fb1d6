/** Where the window was, and which theme was chosen: kept from one start to the next. */
import { z } from 'zod';
import type { OpenStoredFile } from '../engine/open-stored-file.ts';

const NAME = 'window-state';

const rectangleSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() });
export type Rectangle = z.infer<typeof rectangleSchema>;

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const windowStateSchema = z.object({
  /** In device-independent pixels; null lets the system place a window of the default size. */
  bounds: rectangleSchema.nullable(),
  maximized: z.boolean(),
  theme: z.enum(THEMES),
});
export type WindowState = z.infer<typeof windowStateSchema>;

export const MIN_SIZE = { width: 900, height: 600 } as const;
export const DEFAULT_SIZE = { width: 1320, height: 860 } as const;

/** What must be visible of a window so that it can be grabbed and moved. */
const GRIP = { width: 120, height: 40 } as const;

const FRESH: WindowState = { bounds: null, maximized: false, theme: 'system' };

/**
 * The state to start with. A window on a display that has been unplugged since would be out of reach, so such a
 * place is forgotten.
 * @param stored whatever the file held
 * @param displays work areas of the displays that are there now
 */
export function validWindowState(stored: unknown, displays: readonly Rectangle[]): WindowState {
  const parsed = windowStateSchema.safeParse(stored);
  if (!parsed.success) return FRESH;
  const { bounds } = parsed.data;
  if (bounds !== null && displays.some((display) => canBeGrabbed(bounds, display))) return parsed.data;
  return { ...parsed.data, bounds: null };
}

/** The upper edge of the window, where the title bar is, lies on the display far enough. */
function canBeGrabbed(bounds: Rectangle, display: Rectangle): boolean {
  if (bounds.width < GRIP.width || bounds.height < GRIP.height) return false;
  const right = Math.min(bounds.x + bounds.width, display.x + display.width);
  const visibleWidth = right - Math.max(bounds.x, display.x);
  const top = bounds.y - display.y;
  return visibleWidth >= GRIP.width && top >= 0 && top + GRIP.height <= display.height;
}

/** The file's content; undefined when it cannot be read, because a window opens in any case. */
export function readWindowState(open: OpenStoredFile, folder: string): unknown {
  try {
    return open(folder, NAME).store;
  } catch {
    return undefined;
  }
}

/** Waits for the disk, because it is called while the window closes and the process may end right after. */
export function writeWindowState(open: OpenStoredFile, folder: string, state: WindowState): void {
  open(folder, NAME).store = { ...state };
}
