/**
 * As much of Electron's main process as the app uses, in plain Node: enough to boot the real main.ts, press its
 * buttons and talk over its port. What the binary itself does (drawing, sandboxing) is not here.
 */
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

export function preventable(more: object = {}) {
  const event = {
    ...more,
    prevented: false,
    get defaultPrevented() {
      return event.prevented;
    },
    preventDefault() {
      event.prevented = true;
    },
  };
  return event;
}

class App extends EventEmitter {
  name = 'sluice';
  sandboxed = false;
  hasLock = true;
  exitCode: number | undefined;
  badge = 0;
  isPackaged = true;
  readonly paths = new Map<string, string>();

  setName(name: string) {
    this.name = name;
  }
  setPath(name: string, value: string) {
    this.paths.set(name, value);
  }
  getAppPath() {
    return '/app';
  }
  /** What the system starts with the session of the user. */
  login: { openAtLogin: boolean; path?: string; args?: string[] } = { openAtLogin: false };
  getLoginItemSettings() {
    return { ...this.login, wasOpenedAtLogin: false };
  }
  setLoginItemSettings(settings: { openAtLogin: boolean; path?: string; args?: string[] }) {
    this.login = settings;
  }
  getPath(name: string) {
    return this.paths.get(name) ?? '/nowhere';
  }
  getVersion() {
    return '0.1.0';
  }
  enableSandbox() {
    this.sandboxed = true;
  }
  setBadgeCount(count: number) {
    this.badge = count;
    return true;
  }
  requestSingleInstanceLock() {
    return this.hasLock;
  }
  whenReady() {
    return Promise.resolve();
  }
  /** Like Electron: asks, closes the windows, and ends unless somebody has objected. */
  quit() {
    const asked = preventable();
    this.emit('before-quit', asked);
    if (asked.prevented) return;
    for (const window of BrowserWindow.getAllWindows()) window.close();
    if (BrowserWindow.getAllWindows().length > 0) return;
    const event = preventable();
    this.emit('will-quit', event);
    if (!event.prevented) this.exit(0);
  }
  exit(code: number) {
    this.exitCode ??= code;
  }
}

/** A frame, as seen by the main process; `received` is what was posted to it. */
export class Frame {
  url: string;
  readonly parent: Frame | null;
  readonly received: { channel: string; message: unknown; ports: PortMain[] }[] = [];
  constructor(url: string, parent: Frame | null = null) {
    this.url = url;
    this.parent = parent;
  }
  postMessage(channel: string, message: unknown, ports: PortMain[] = []) {
    this.received.push({ channel, message, ports });
  }
}

export class WebContents extends EventEmitter {
  readonly mainFrame = new Frame('about:blank');
  readonly sent: unknown[][] = [];
  windowOpenHandler: ((details: { url: string }) => { action: string }) | undefined;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }) {
    this.windowOpenHandler = handler;
  }
  isLoading() {
    return false;
  }
  send(...message: unknown[]) {
    this.sent.push(message);
  }
}

interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

export class BrowserWindow extends EventEmitter {
  static readonly #open = new Set<BrowserWindow>();
  static focused: BrowserWindow | null = null;
  static getFocusedWindow() {
    return BrowserWindow.focused;
  }
  static getAllWindows() {
    return [...BrowserWindow.#open];
  }

  readonly options: Record<string, unknown>;
  readonly webContents = new WebContents();
  bounds: Bounds;
  maximized = false;
  minimized = false;
  visible = false;
  destroyed = false;
  readonly loaded: string[] = [];

  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    this.bounds = { x: 0, y: 0, width: Number(options['width']), height: Number(options['height']) };
    BrowserWindow.#open.add(this);
    app.emit('web-contents-created', preventable(), this.webContents);
  }
  loadURL(url: string) {
    this.loaded.push(url);
    this.webContents.mainFrame.url = url;
    return Promise.resolve();
  }
  show() {
    this.visible = true;
  }
  focus() {
    this.visible = true;
  }
  maximize() {
    this.maximized = true;
  }
  restore() {
    this.minimized = false;
  }
  isMaximized() {
    return this.maximized;
  }
  isMinimized() {
    return this.minimized;
  }
  isDestroyed() {
    return this.destroyed;
  }
  getNormalBounds() {
    return this.bounds;
  }
  close() {
    const event = preventable();
    this.emit('close', event);
    if (!event.prevented) this.destroy();
  }
  destroy() {
    this.destroyed = true;
    BrowserWindow.#open.delete(this);
    this.emit('closed');
    if (BrowserWindow.#open.size === 0) app.emit('window-all-closed');
  }
}

/** Electron's port gives events where Node's gives the message itself. */
export class PortMain {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    this.#port = port;
  }
  on(event: 'message' | 'close', listener: (event: { data: unknown; ports: [] }) => void) {
    if (event === 'close') this.#port.on('close', () => listener({ data: undefined, ports: [] }));
    else this.#port.on('message', (data: unknown) => listener({ data, ports: [] }));
    return this;
  }
  start() {
    this.#port.start();
  }
  postMessage(message: unknown) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    this.#port.postMessage(message);
  }
  close() {
    this.#port.close();
  }
}

export class MessageChannelMain {
  readonly port1: PortMain;
  readonly port2: PortMain;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortMain(port1);
    this.port2 = new PortMain(port2);
  }
}

export const app = new App();
export const ipcMain = new EventEmitter();

type ProtocolHandler = (request: Request) => Promise<Response>;
export const protocol = {
  schemes: [] as unknown[],
  handlers: new Map<string, ProtocolHandler>(),
  registerSchemesAsPrivileged(schemes: unknown[]) {
    protocol.schemes.push(...schemes);
  },
  handle(scheme: string, handler: ProtocolHandler) {
    protocol.handlers.set(scheme, handler);
  },
};

type PermissionHandler = (...facts: unknown[]) => unknown;
class Session extends EventEmitter {
  readonly handlers = new Map<string, PermissionHandler>();
  setPermissionRequestHandler(handler: PermissionHandler) {
    this.handlers.set('request', handler);
  }
  setPermissionCheckHandler(handler: PermissionHandler) {
    this.handlers.set('check', handler);
  }
  setDevicePermissionHandler(handler: PermissionHandler) {
    this.handlers.set('device', handler);
  }
}
export const session = { defaultSession: new Session() };

export const dialog = {
  /** Index of the button that is pressed. */
  answer: 0,
  asked: [] as { message: string; buttons: string[] }[],
  errors: [] as string[],
  /** With a window in front, or without. */
  showMessageBox(...given: unknown[]) {
    dialog.asked.push(given.at(-1) as { message: string; buttons: string[] });
    return Promise.resolve({ response: dialog.answer });
  },
  showErrorBox(_title: string, content: string) {
    dialog.errors.push(content);
  },
};

/** What the system shows beside the app. */
export class Notification extends EventEmitter {
  static readonly shown: Notification[] = [];
  static isSupported() {
    return true;
  }
  readonly options: { title: string; body: string };
  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  show() {
    Notification.shown.push(this);
  }
}

export const powerMonitor = new EventEmitter();

export const Menu = {
  template: [] as unknown[],
  buildFromTemplate: (template: unknown[]) => template,
  setApplicationMenu(template: unknown[]) {
    Menu.template = template;
  },
};

export class Tray extends EventEmitter {
  static readonly shown: Tray[] = [];
  menu: { label?: string; enabled?: boolean; click?: () => void }[] = [];
  tip = '';
  constructor(_image: unknown) {
    super();
    Tray.shown.push(this);
  }
  setToolTip(tip: string) {
    this.tip = tip;
  }
  setContextMenu(menu: Tray['menu']) {
    this.menu = menu;
  }
  destroy() {
    Tray.shown.splice(Tray.shown.indexOf(this), 1);
  }
}

export const nativeImage = {
  createFromBuffer: (bytes: Buffer) => ({ bytes, setTemplateImage: () => undefined }),
};

export const shell = {
  opened: [] as string[],
  openExternal(url: string) {
    shell.opened.push(url);
    return Promise.resolve();
  },
};

export const nativeTheme = { themeSource: 'system', shouldUseDarkColors: false };
export const screen = {
  workArea: { x: 0, y: 0, width: 1920, height: 1080 },
  getAllDisplays: () => [{ workArea: screen.workArea }],
};

/** A keychain whose encryption is base64 behind a mark. */
export const safeStorage = {
  available: true,
  backend: 'gnome_libsecret',
  plainAllowed: false,
  isAsyncEncryptionAvailable: () => Promise.resolve(safeStorage.available),
  getSelectedStorageBackend: () => safeStorage.backend,
  setUsePlainTextEncryption(allowed: boolean) {
    safeStorage.plainAllowed = allowed;
  },
  encryptStringAsync: (text: string) => Promise.resolve(Buffer.from(`sealed:${btoa(text)}`)),
  decryptStringAsync(sealed: Buffer) {
    const text = sealed.toString();
    if (!text.startsWith('sealed:')) return Promise.reject(new Error('not mine'));
    return Promise.resolve({ shouldReEncrypt: false, result: atob(text.slice(7)) });
  },
};

/** What electron-store takes of it. */
const module = { app, ipcMain, shell };
// oxlint-disable-next-line import/no-default-export -- electron-store imports Electron's default.
export { module as default };
