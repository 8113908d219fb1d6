/** The desktop app, started by Electron. Read `start` from top to bottom: each line is one step of the boot. */
import { homedir } from 'node:os';
import path from 'node:path';
import { app, BrowserWindow, dialog, Menu, safeStorage, session } from 'electron';
import { exitCodeOf } from '../contract/error-table.ts';
import { unexpected, AppError } from '../contract/app-error.ts';
import { createEngine } from '../engine/engine.ts';
import type { DesktopPort, Engine } from '../engine/engine-api.ts';
import type { Log } from '../engine/ports.ts';
import { dataFolder } from '../engine/store/data-folder.ts';
import { EventHub } from '../host/event-hub.ts';
import { menuTemplate } from './app-menu.ts';
import { declareAppProtocol, serveAppProtocol } from './app-protocol.ts';
import { createAppWindow, preloadFile, type AppWindow } from './app-window.ts';
import { closeInGoodOrder } from './closing.ts';
import { AppBadge } from './app-badge.ts';
import { badgeFailures } from './failure-badge.ts';
import { DesktopPreferencesFile } from './desktop-preferences.ts';
import { openElectronStore } from './electron-stores.ts';
import { createDesktopLog, logUnhandledErrors } from './desktop-log.ts';
import { startedAtLogin, systemLoginItem } from './login-item.ts';
import { systemNotices } from './notify.ts';
import { pageAddress } from './page-address.ts';
import { handOverPorts } from './port-handover.ts';
import { noticeFailures } from './run-notices.ts';
import { createDesktopSecrets } from './safe-storage-secrets.ts';
import { guardSlots } from './slot-guard.ts';
import { handledForInstaller } from './squirrel-events.ts';
import { AppTray } from './tray.ts';
import { guardAllWebContents, guardSession, openExternally } from './web-guard.ts';

/** Defined by Forge's Vite plugin while it serves the renderer; not there in a build. */
declare const MAIN_WINDOW_VITE_DEV_SERVER_URL: string | undefined;

const DEV_SERVER_URL =
  typeof MAIN_WINDOW_VITE_DEV_SERVER_URL === 'undefined' ? undefined : MAIN_WINDOW_VITE_DEV_SERVER_URL;
const RENDERER_FOLDER = path.join(import.meta.dirname, '..', 'renderer', 'main_window');
const NEW_CONNECTION_MESSAGE = 'sluice:new-connection';

async function start(folder: string, log: Log): Promise<void> {
  const page = pageAddress(DEV_SERVER_URL);
  declareAppProtocol();
  app.enableSandbox();
  guardAllWebContents(page, log);
  await app.whenReady();
  guardSession(session.defaultSession, page);
  if (!page.development) await serveAppProtocol(RENDERER_FOLDER, log);
  const preferences = desktopPreferences(folder, log);
  const engine = await startEngine(folder, preferences, log);
  const badge = new AppBadge();
  badgeFailures(engine, badge);
  const open = (screen?: string) => void appWindow.show(screen);
  const tray = new AppTray({
    engine,
    platform: process.platform,
    open,
    quit: () => app.quit(),
    log,
  });
  const closing = closeInGoodOrder(engine, () => tray.shown, log);
  const preload = preloadFile(import.meta.dirname);
  const appWindow = createAppWindow({ folder, page, preload, log }, (window) => closing.watch(window));
  const hub = new EventHub((listener) => engine.subscribe(listener));
  handOverPorts(() => appWindow.current(), page, { calls: engine.calls, hub, log });
  const notify = systemNotices(open);
  noticeFailures(engine, notify);
  guardSlots({ engine, closing, badge, notify, showWindow: open, log });
  setMenu(appWindow, page.development, log);
  followTheApp(appWindow, tray);
  preferences.follow((wanted) => tray.show(wanted));
  // Nobody has asked for a window, and the tray has the way to one.
  if (!(tray.shown && startedAtLogin(process.platform, process.argv))) appWindow.show();
}

/** The name decides where Chromium keeps its own files; they go apart from the profiles that the command line shares. */
function nameTheApp(): string {
  const folder = dataFolder(process.platform, process.env, homedir());
  app.setName('Sluice');
  app.setPath('userData', folder);
  app.setPath('sessionData', path.join(folder, 'chromium'));
  return folder;
}

function desktopPreferences(folder: string, log: Log): DesktopPreferencesFile {
  const loginItem = systemLoginItem({
    platform: process.platform,
    env: process.env,
    home: homedir(),
    execPath: process.execPath,
    appPath: app.isPackaged ? undefined : app.getAppPath(),
  });
  return new DesktopPreferencesFile({ folder, open: openElectronStore, loginItem, log });
}

async function startEngine(folder: string, desktop: DesktopPort, log: Log): Promise<Engine> {
  const secrets = await createDesktopSecrets({
    folder,
    keychain: safeStorage,
    platform: process.platform,
    log,
  });
  return createEngine({
    version: app.getVersion(),
    platform: process.platform,
    origin: 'desktop',
    dataFolder: folder,
    openFile: openElectronStore,
    desktop,
    secrets,
    maskSalt: process.env['SLUICE_MASK_SALT'],
    log,
  });
}

function setMenu(appWindow: AppWindow, development: boolean, log: Log): void {
  const template = menuTemplate({
    platform: process.platform,
    appName: app.name,
    theme: appWindow.theme,
    development,
    actions: {
      newConnection: () => appWindow.show().webContents.send(NEW_CONNECTION_MESSAGE),
      setTheme: (theme) => appWindow.setTheme(theme),
      openManual: (url) => openExternally(url, log),
    },
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** What the system tells the app while it runs. */
function followTheApp(appWindow: AppWindow, tray: AppTray): void {
  app.on('second-instance', () => appWindow.show());
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) appWindow.show();
  });
  app.on('window-all-closed', () => {
    // With the tray, timers and captures go on without a window.
    if (tray.shown) return;
    // On a Mac an app stays until it is quit; the window comes back with a click on the Dock.
    if (process.platform !== 'darwin') app.quit();
  });
}

/** A start that fails must be seen: without a window, a log line is not. */
function failToStart(error: unknown, log: Log): void {
  const known = error instanceof AppError ? error : unexpected(error);
  log.error(`cannot start: ${known.code} ${known.message}`);
  dialog.showErrorBox('Sluice cannot start', `${known.message}\n\n${known.hint}`);
  app.exit(exitCodeOf(known.code));
}

const folder = nameTheApp();
const log = createDesktopLog(folder, () => new Date());
logUnhandledErrors(log);
if (handledForInstaller(process.execPath, process.argv)) app.quit();
else if (!app.requestSingleInstanceLock()) app.quit();
else start(folder, log).catch((error: unknown) => failToStart(error, log));
