import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConf } from '../../electron/engine/store/stored-file.ts';
import {
  readWindowState,
  validWindowState,
  writeWindowState,
  type WindowState,
} from '../../electron/main/window-state.ts';

const LAPTOP = { x: 0, y: 25, width: 1440, height: 875 };
const LEFT_SCREEN = { x: -1920, y: 0, width: 1920, height: 1080 };

const at = (x: number, y: number, width = 1000, height = 700): WindowState => ({
  bounds: { x, y, width, height },
  maximized: false,
  theme: 'dark',
});

describe('the window comes back where it was', () => {
  it.each([
    ['in the middle', at(100, 100), [LAPTOP]],
    ['at the very corner', at(0, 25), [LAPTOP]],
    ['on a second display, left of the first', at(-1900, 10), [LAPTOP, LEFT_SCREEN]],
    ['bigger than its display', at(0, 30, 5_000, 4_000), [LAPTOP]],
    ['half over the right edge', at(1_000, 100), [LAPTOP]],
    ['across two displays', at(-500, 100), [LAPTOP, LEFT_SCREEN]],
  ])('%s', (_where, state, displays) => {
    expect(validWindowState(state, displays)).toEqual(state);
  });
});

describe('the window opens at its default place, with its theme', () => {
  it.each([
    ['its display has been unplugged', at(-1900, 10), [LAPTOP]],
    ['its title bar is above the display', at(100, -50), [LAPTOP]],
    ['its title bar is below the display', at(100, 890), [LAPTOP]],
    ['only a sliver is left on the right', at(1_400, 100), [LAPTOP]],
    ['only a sliver is left on the left', at(-950, 100), [LAPTOP]],
    ['it is too small to be grabbed', at(100, 100, 10, 10), [LAPTOP]],
    ['there is no display', at(100, 100), []],
  ])('when %s', (_why, state, displays) => {
    expect(validWindowState(state, displays)).toEqual({ ...state, bounds: null });
  });
});

describe('the file', () => {
  it.each([
    undefined,
    null,
    5,
    'text',
    [],
    {},
    { ...at(1, 1), theme: 'pink' },
    { ...at(1, 1), bounds: { x: 'left' } },
    { ...at(1, 1), bounds: { x: Number.NaN, y: 0, width: 900, height: 600 } },
    { ...at(1, 1), bounds: { x: 0.5, y: 0, width: 900, height: 600 } },
  ])('may hold anything: %j', (stored) => {
    expect(validWindowState(stored, [LAPTOP])).toEqual({ bounds: null, maximized: false, theme: 'system' });
  });

  it('is written whole, for its owner alone, and read back', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-window-'));
    try {
      expect(readWindowState(openConf, folder)).toEqual({});
      writeWindowState(openConf, path.join(folder, 'deep', 'er'), at(1, 2));
      expect(readWindowState(openConf, path.join(folder, 'deep', 'er'))).toEqual(at(1, 2));
      const { mode } = await stat(path.join(folder, 'deep', 'er', 'window-state.json'));
      if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
      writeFileSync(path.join(folder, 'window-state.json'), '{"bounds":');
      expect(readWindowState(openConf, folder)).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
