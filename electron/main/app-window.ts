import path from 'node:path';
import { app, BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import type { Log } from '../engine/ports.ts';
import type { PageAddress } from './page-address.ts';
import { openElectronStore } from './electron-stores.ts';
import {
  DEFAULT_SIZE,
  MIN_SIZE,
  readWindowState,
  validWindowState,
  writeWindowState,
  type Theme,
  type WindowState,
} from './window-state.ts';

export interface AppWindowOptions {
  readonly folder: string;
  readonly page: PageAddress;
  readonly preload: string;
  readonly log: Log;
}

/** Tells the page which screen to go to. */
export const GO_MESSAGE = 'sluice:go';

/** The one window, and what is kept about it. */
export interface AppWindow {
  /** The window while it is open. On a Mac the app outlives it. */
  current(): BrowserWindow | undefined;
  /** Opens the window, or brings the open one to the front; at a screen where one is named. */
  show(address?: string): BrowserWindow;
  readonly theme: Theme;
  setTheme(theme: Theme): void;
}

/** @param onOpened hears of each new window before its page is loaded */
export function createAppWindow(
  options: AppWindowOptions,
  onOpened: (window: BrowserWindow) => void,
): AppWindow {
  const { folder, log } = options;
  const displays = () => screen.getAllDisplays().map((display) => display.workArea);
  let state = validWindowState(readWindowState(openElectronStore, folder), displays());
  let current: BrowserWindow | undefined;
  nativeTheme.themeSource = state.theme;

  const keep = (next: WindowState) => {
    state = next;
    try {
      writeWindowState(openElectronStore, folder, state);
    } catch (error) {
      log.warn(`cannot keep the window's place: ${String(error)}`);
    }
  };

  const open = (address?: string) => {
    state = validWindowState(state, displays());
    const window = new BrowserWindow({ ...appearance(state), webPreferences: webPreferences(options) });
    current = window;
    if (state.maximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    window.on('close', () => {
      keep({ ...state, bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    });
    window.on('closed', () => {
      current = undefined;
    });
    watchRenderer(window, options);
    onOpened(window);
    void load(window, options, address);
    return window;
  };

  return {
    current: () => current,
    show(address) {
      if (current === undefined) return open(address);
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
      if (address !== undefined) goTo(current, address);
      return current;
    },
    get theme() {
      return state.theme;
    },
    setTheme(theme) {
      nativeTheme.themeSource = theme;
      keep({ ...state, theme });
    },
  };
}

/** A page that is still loading does not listen yet. */
function goTo({ webContents }: BrowserWindow, address: string): void {
  const go = () => webContents.send(GO_MESSAGE, address);
  if (webContents.isLoading()) webContents.once('did-finish-load', go);
  else go();
}

function appearance(state: WindowState): Electron.BrowserWindowConstructorOptions {
  return {
    ...(state.bounds ?? DEFAULT_SIZE),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title: app.name,
    // Shown when it has something to show: no white flash in a dark theme.
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1f2226' : '#ffffff',
  };
}

/** Most of these are Electron's defaults. They are written down because the app's safety rests on them. */
function webPreferences({ page, preload }: AppWindowOptions): Electron.WebPreferences {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    // It would send names of columns and tables to a dictionary service.
    spellcheck: false,
    devTools: page.development,
  };
}

/** A page that crashed or could not be loaded: runs are the engine's and go on, so the window is offered again. */
function watchRenderer(window: BrowserWindow, options: AppWindowOptions): void {
  const { log } = options;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log.error(`the window's process is gone: ${reason}, exit code ${String(exitCode)}`);
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    void offerReload(window, options);
  });
  window.on('unresponsive', () => log.warn('the window does not respond'));
  window.on('responsive', () => log.info('the window responds again'));
}

async function offerReload(window: BrowserWindow, options: AppWindowOptions): Promise<void> {
  // Asked, not done: a page that crashes at once would otherwise crash in a loop.
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window has stopped working',
    detail: 'Runs are not affected and go on.',
    buttons: ['Load it again', 'Close'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (window.isDestroyed()) return;
  if (response === 0) await load(window, options);
  else window.close();
}

async function load(window: BrowserWindow, { page, log }: AppWindowOptions, address = ''): Promise<void> {
  try {
    await window.loadURL(`${page.url}${address}`);
  } catch (error) {
    log.error(`cannot load the window: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Where the build puts the preload script, seen from the built main process. */
export function preloadFile(buildFolder: string): string {
  return path.join(buildFolder, 'preload.cjs');
}
