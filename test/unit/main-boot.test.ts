/** Boots the real main.ts on a stub of Electron, and does with it what the system and the user do. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../electron/contract/run.ts';
import type { Engine, HeldSlot } from '../../electron/engine/engine-api.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { fakeEngine, logEvent } from '../fakes/host-engine.ts';
import * as electron from '../harness/electron-stub.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const RUN = '20261122T093000Z-4f3a9c21';

let folder: string;
let runs: string[] = [];
let held: HeldSlot[] = [];
const HELD: HeldSlot = {
  connection: 'Shop',
  name: 'sluice_orders',
  retainedBytes: 1,
  active: true,
  text: 'The slot sluice_orders on Shop holds 1 GB of WAL',
};
const cancelled: string[] = [];
const cancel: CallHandlers['runs.cancel'] = ({ runId }) => {
  cancelled.push(runId);
  runs = runs.filter((id) => id !== runId);
  return Promise.resolve({ state: { tag: 'cancelled', finishedAt: '2026-11-22T09:30:00Z' } });
};
const info = { version: '0.1.0', platform: 'test', secrets: 'keychain' } as const;
const engine = {
  ...fakeEngine({ 'app.info': () => Promise.resolve(info), 'runs.cancel': cancel }),
  slots: { held: () => held, aboutToSleep: vi.fn(() => Promise.resolve()), awake: vi.fn() },
  activeRuns: () => runs,
  activeCaptures: () => [],
  lend: () => '',
  lendKeys: () => undefined,
  close: vi.fn<Engine['close']>(() => Promise.resolve()),
};

vi.mock('electron', () => import('../harness/electron-stub.ts'));
vi.mock('../../electron/engine/engine.ts', () => ({ createEngine: () => engine }));
// The renderer need not be built for this: the page is one file.
vi.mock('../../electron/host/static-files.ts', () => ({
  staticFiles: () =>
    Promise.resolve({
      read: (urlPath: string) =>
        Promise.resolve(
          urlPath === '/'
            ? { body: Buffer.from('<!doctype html>'), contentType: 'text/html', cacheControl: 'no-store' }
            : undefined,
        ),
    }),
}));

const openWindow = () => electron.BrowserWindow.getAllWindows()[0]!;
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

beforeAll(async () => {
  // What the app writes while it ends comes after the last test: the folder goes with the process.
  folder = (await makeTemporaryFolder('boot')).path;
  vi.stubEnv('SLUICE_HOME', folder);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await import('../../electron/main/main.ts');
  await vi.waitUntil(() => electron.BrowserWindow.getAllWindows().length === 1, { timeout: 30_000 });
});

afterAll(() => void vi.unstubAllEnvs());

beforeEach(() => {
  runs = [];
  held = [];
  cancelled.length = 0;
  electron.dialog.asked.length = 0;
  electron.app.exitCode = undefined;
  engine.close.mockClear();
  if (electron.BrowserWindow.getAllWindows().length === 0) electron.app.emit('activate');
});

/** What the preload does: asks, and gets a port. */
function askForPort(
  senderFrame: electron.Frame = openWindow().webContents.mainFrame,
  sender: electron.WebContents = openWindow().webContents,
): electron.PortMain | undefined {
  electron.ipcMain.emit('sluice:connect', { sender, senderFrame });
  return senderFrame.received.pop()?.ports[0];
}

function answers(port: electron.PortMain): unknown[] {
  const got: unknown[] = [];
  port.on('message', (event) => got.push(event.data));
  port.start();
  return got;
}

describe('boot', () => {
  it('names the app, and keeps what Chromium stores apart from the profiles', () => {
    expect(electron.app.name).toBe('Sluice');
    expect(electron.app.paths.get('userData')).toBe(folder);
    expect(electron.app.paths.get('sessionData')).toBe(path.join(folder, 'chromium'));
  });

  it('opens one window whose page is a guest', () => {
    expect(openWindow().options['webPreferences']).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
      preload: expect.stringMatching(/preload\.cjs$/) as string,
    });
    expect(electron.app.sandboxed).toBe(true);
    expect(openWindow().loaded).toEqual(['app://sluice/']);
  });

  it('shows the window when it has something to show', () => {
    expect(openWindow().visible).toBe(false);
    openWindow().emit('ready-to-show');
    expect(openWindow().visible).toBe(true);
  });

  it('has a menu that reaches the page', () => {
    expect(electron.Menu.template).not.toEqual([]);
  });

  it('brings the window to the front when it is started a second time', () => {
    openWindow().minimized = true;
    electron.app.emit('second-instance');
    expect(openWindow().minimized).toBe(false);
    expect(electron.BrowserWindow.getAllWindows()).toHaveLength(1);
  });
});

describe('the app protocol', () => {
  const ask = (url: string, method = 'GET') =>
    electron.protocol.handlers.get('app')!(new Request(url, { method }));

  it('serves the page with the same protection as the loopback server', async () => {
    const answer = await ask('app://sluice/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    ['app://sluice/nothing.js', 'GET', 404],
    ['app://elsewhere/', 'GET', 400],
    ['app://sluice/%2e%2e%2fpackage.json', 'GET', 400],
    ['app://sluice/', 'POST', 405],
  ])('refuses %s %s', async (url, method, status) => {
    expect((await ask(url, method)).status).toBe(status);
  });
});

describe('the port', () => {
  it('answers calls and sends events', async () => {
    const port = askForPort()!;
    const got = answers(port);
    port.postMessage({ type: 'call', id: 1, call: 'app.info', input: {} });
    await expect.poll(() => got).toEqual([{ type: 'result', id: 1, output: info }]);
    port.postMessage({ type: 'listen' });
    await settled();
    engine.emit(logEvent(RUN, 'x'));
    await expect.poll(() => got.at(-1)).toEqual({ type: 'event', event: logEvent(RUN, 'x') });
    port.close();
  });

  it('is given to nobody but the own page in the own main frame', () => {
    const { mainFrame } = openWindow().webContents;
    expect(askForPort(new electron.Frame('app://sluice/', mainFrame))).toBeUndefined();
    expect(askForPort(mainFrame, new electron.WebContents())).toBeUndefined();
    mainFrame.url = 'https://evil.example/';
    expect(askForPort()).toBeUndefined();
    mainFrame.url = 'app://sluice/';
    electron.ipcMain.emit('sluice:connect', { sender: openWindow().webContents, senderFrame: null });
  });

  it('of a page that was loaded again replaces the one before', async () => {
    const before = askForPort()!;
    let closed = false;
    before.on('close', () => {
      closed = true;
    });
    before.start();
    const after = askForPort()!;
    await expect.poll(() => closed).toBe(true);
    after.close();
  });
});

describe('the page', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('cannot leave (%s)', (name) => {
    const away = electron.preventable({ url: 'https://evil.example/' });
    openWindow().webContents.emit(name, away);
    expect(away.prevented).toBe(true);
    const again = electron.preventable({ url: 'app://sluice/' });
    openWindow().webContents.emit(name, again);
    expect(again.prevented).toBe(false);
  });

  it('cannot embed, and opens no window; only manuals open, outside', () => {
    const webview = electron.preventable();
    openWindow().webContents.emit('will-attach-webview', webview);
    expect(webview.prevented).toBe(true);
    const open = openWindow().webContents.windowOpenHandler!;
    expect(open({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
    expect(open({ url: 'https://www.postgresql.org/docs/' })).toEqual({ action: 'deny' });
    expect(electron.shell.opened).toEqual(['https://www.postgresql.org/docs/']);
  });

  it('has no permission but to copy', () => {
    const { handlers } = electron.session.defaultSession;
    const check = (permission: string, origin: string) => handlers.get('check')!(null, permission, origin);
    expect(check('clipboard-sanitized-write', 'app://sluice/')).toBe(true);
    expect(check('clipboard-sanitized-write', 'https://evil.example')).toBe(false);
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
      expect(check(permission, 'app://sluice/')).toBe(false);
      const decide = vi.fn();
      handlers.get('request')!(null, permission, decide, { requestingUrl: 'app://sluice/' });
      expect(decide).toHaveBeenCalledWith(false);
    }
    expect(handlers.get('device')!()).toBe(false);
  });

  it('downloads nothing but what it made itself', () => {
    const download = (url: string) => {
      const event = electron.preventable();
      electron.session.defaultSession.emit('will-download', event, { getURL: () => url });
      return event.prevented;
    };
    expect(download('https://evil.example/x.exe')).toBe(true);
    expect(download('blob:https://evil.example/1')).toBe(true);
    expect(download('blob:app://sluice/1')).toBe(false);
  });

  it('is offered again after it has crashed', async () => {
    electron.dialog.answer = 0;
    openWindow().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    await settled();
    expect(electron.dialog.asked.map(({ message }) => message)).toEqual(['The window has stopped working']);
    expect(openWindow().loaded.length).toBeGreaterThan(1);
  });
});

describe('the guardian of slots', () => {
  const verdict = { at: '2026-11-22T09:30:00Z', troubled: [], count: 0, own: [], error: null };
  const found = (connectionId: string, level: 'ok' | 'danger') =>
    engine.emit({ type: 'wal', verdict: { ...verdict, connectionId, level } });

  it('notifies, and its notice brings the window', () => {
    engine.emit({
      type: 'walNotice',
      notice: { connectionId: 'a', level: 'danger', title: 'Shop: forgotten in danger', body: 'It holds …' },
    });
    const shown = electron.Notification.shown.pop()!;
    expect(shown.options).toEqual({ title: 'Shop: forgotten in danger', body: 'It holds …' });
    openWindow().minimized = true;
    shown.emit('click');
    expect(openWindow().minimized).toBe(false);
  });

  it('counts the connections in danger on the badge of the app', () => {
    found('a', 'danger');
    found('b', 'danger');
    found('b', 'danger');
    expect(electron.app.badge).toBe(2);
    found('a', 'ok');
    found('b', 'ok');
    expect(electron.app.badge).toBe(0);
  });

  it('shares the badge with runs that failed, until the window is looked at', () => {
    found('a', 'danger');
    const error = { code: 'SOURCE_UNREACHABLE' };
    engine.emit({
      type: 'run',
      run: { id: 'r', spec: { name: 'r' }, state: { tag: 'failed', error } } as Run,
    });
    electron.Notification.shown.length = 0;
    expect(electron.app.badge).toBe(2);
    electron.app.emit('browser-window-focus');
    expect(electron.app.badge).toBe(1);
    found('a', 'ok');
    expect(electron.app.badge).toBe(0);
  });

  it('warns before sleep only of a slot of ours, and lets peeks end', () => {
    electron.powerMonitor.emit('suspend');
    expect(electron.Notification.shown).toEqual([]);
    held = [HELD];
    electron.powerMonitor.emit('suspend');
    expect(electron.Notification.shown.pop()?.options.body).toBe(`${HELD.text}.`);
    expect(engine.slots.aboutToSleep).toHaveBeenCalledTimes(2);
    electron.powerMonitor.emit('resume');
    expect(engine.slots.awake).toHaveBeenCalledOnce();
  });

  it('asks before it quits, and stays when it shall', async () => {
    held = [HELD];
    electron.dialog.answer = 0;
    electron.app.quit();
    electron.app.quit();
    await settled();
    expect(electron.dialog.asked.map(({ message, buttons }) => [message, buttons])).toEqual([
      ['A slot of Sluice holds WAL', ['Stay', 'Quit anyway']],
    ]);
    expect([electron.app.exitCode, electron.BrowserWindow.getAllWindows().length]).toEqual([undefined, 1]);
  });

  it('asks also after the last window was closed, and brings it back when it stays', async () => {
    held = [HELD];
    electron.dialog.answer = 0;
    openWindow().close();
    await settled();
    expect(electron.dialog.asked).toHaveLength(1);
    expect([electron.app.exitCode, electron.BrowserWindow.getAllWindows().length]).toEqual([undefined, 1]);
  });
});

describe('leaving', () => {
  it('does not ask when nothing runs, and keeps the place of the window', async () => {
    openWindow().bounds = { x: 10, y: 20, width: 1_000, height: 700 };
    electron.app.quit();
    await expect.poll(() => electron.app.exitCode).toBe(0);
    expect(electron.dialog.asked).toEqual([]);
    expect(engine.close).toHaveBeenCalledOnce();
    const kept: unknown = JSON.parse(await readFile(path.join(folder, 'window-state.json'), 'utf8'));
    expect(kept).toMatchObject({ bounds: { x: 10, y: 20, width: 1_000, height: 700 } });
    electron.app.emit('activate');
    expect(openWindow().options).toMatchObject({ x: 10, y: 20, width: 1_000, height: 700 });
  });

  it('leaves a slot of ours behind when that was said to be right', async () => {
    held = [HELD];
    electron.dialog.answer = 1;
    electron.app.quit();
    await expect.poll(() => electron.app.exitCode).toBe(0);
    expect(electron.dialog.asked).toHaveLength(1);
  });

  it('asks when a run is in progress, and stays when it shall go on', async () => {
    runs = [RUN];
    electron.dialog.answer = 0;
    openWindow().close();
    openWindow().close();
    await settled();
    expect(electron.dialog.asked).toHaveLength(1);
    expect(electron.dialog.asked[0]!.buttons).toEqual(['Keep running', 'Cancel the run and close']);
    expect(electron.BrowserWindow.getAllWindows()).toHaveLength(1);
    expect([cancelled, electron.app.exitCode]).toEqual([[], undefined]);
  });

  it('cancels the run first when it shall not go on', async () => {
    runs = [RUN];
    electron.dialog.answer = 1;
    openWindow().close();
    await expect.poll(() => electron.BrowserWindow.getAllWindows().length).toBe(0);
    expect(cancelled).toEqual([RUN]);
  });
});
