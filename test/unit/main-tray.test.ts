/** The tray, the start at login and the notices of the desktop, on a stub of Electron. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../electron/contract/run.ts';
import type { SavedJob } from '../../electron/contract/saved-job.ts';
import type { EngineDeps } from '../../electron/engine/engine-api.ts';
import { fakeEngine } from '../fakes/host-engine.ts';
import * as electron from '../harness/electron-stub.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const error = { code: 'SOURCE_UNREACHABLE', message: 'The server does not answer.' };
const run = (id: string, state: object, more: object = {}) =>
  ({ id, origin: 'desktop', spec: { name: id }, state, ...more }) as Run;
const failed = run('orders', { tag: 'failed', finishedAt: '2026-11-22T09:30:00Z', error });
const reading = run('items', { tag: 'running', phase: 'transfer' });

let folder: string;
let deps: EngineDeps;
let active: Run[] = [];
const engine = {
  ...fakeEngine({
    'runs.list': ({ state }) => Promise.resolve({ runs: state === 'active' ? active : [failed] }),
    'runs.cancel': ({ runId }) => {
      active = active.filter(({ id }) => id !== runId);
      return Promise.resolve({ state: { tag: 'cancelled', finishedAt: '2026-11-22T09:30:00Z' } });
    },
    'savedJobs.list': () => {
      const job = (name: string, nextAt: string) => ({ name, timer: { nextAt } }) as SavedJob;
      const jobs = [job('later', '2026-11-23T08:00:00Z'), job('sooner', '2026-11-23T07:00:00Z')];
      return Promise.resolve({ jobs: [...jobs, { name: 'never', timer: null } as SavedJob], broken: [] });
    },
  }),
  slots: { held: () => [], aboutToSleep: () => Promise.resolve(), awake: () => undefined },
  activeRuns: () => active.map(({ id }) => id),
  activeCaptures: () => ['cdc'],
  lend: () => '',
  lendKeys: () => undefined,
  close: () => Promise.resolve(),
};

vi.mock('electron', () => import('../harness/electron-stub.ts'));
vi.mock('../../electron/engine/engine.ts', () => ({
  createEngine: (given: EngineDeps) => {
    deps = given;
    return engine;
  },
}));
vi.mock('../../electron/host/static-files.ts', () => ({ staticFiles: () => Promise.resolve({}) }));

const windows = () => electron.BrowserWindow.getAllWindows();
const tray = () => electron.Tray.shown[0];
const choose = (wanted: { tray?: boolean; startAtLogin?: boolean }) =>
  deps.desktop!.setPreferences({ tray: false, startAtLogin: false, ...wanted });
const labels = () => tray()!.menu.flatMap(({ label }) => (label === undefined ? [] : [label]));
const click = (beginning: string) => tray()!.menu.find(({ label }) => label?.startsWith(beginning))!.click!();

beforeAll(async () => {
  // What the app writes while it ends comes after the last test: the folder goes with the process.
  folder = (await makeTemporaryFolder('tray')).path;
  vi.stubEnv('SLUICE_HOME', folder);
  vi.stubEnv('XDG_CONFIG_HOME', path.join(folder, 'config'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await import('../../electron/main/main.ts');
  await vi.waitUntil(() => windows().length === 1, { timeout: 30_000 });
});

afterAll(() => void vi.unstubAllEnvs());

beforeEach(async () => {
  active = [];
  electron.app.exitCode = undefined;
  electron.dialog.asked.length = 0;
  electron.Notification.shown.length = 0;
  await choose({});
  if (windows().length === 0) electron.app.emit('activate');
});

describe('the tray', () => {
  it('is not there until somebody switches it on, and goes when it is switched off', async () => {
    expect(tray()).toBeUndefined();
    await choose({ tray: true });
    expect(tray()?.tip).toBe('Sluice');
    expect(deps.desktop!.preferences()).toEqual({ tray: true, startAtLogin: false });
    expect(JSON.parse(await readFile(path.join(folder, 'desktop.json'), 'utf8'))).toMatchObject({
      tray: true,
    });
    await choose({});
    expect(tray()).toBeUndefined();
  });

  it('says what goes on, what has failed last and what is next', async () => {
    active = [reading];
    await choose({ tray: true });
    await expect
      .poll(labels)
      .toEqual([
        'Open Sluice',
        'items: reading',
        'Capture cdc: going on',
        expect.stringMatching(/^Last failed: orders, .*2026/),
        expect.stringMatching(/^Next: sooner, .*2026/),
        'Quit Sluice',
      ]);
    active = [];
    engine.emit({ type: 'run', run: { ...reading, state: { tag: 'cancelling' } } });
    await expect.poll(labels).not.toContain('items: reading');
  });

  it('keeps the app when the window is closed, without asking, and brings the window back', async () => {
    active = [reading];
    await choose({ tray: true });
    await expect.poll(labels).toContain('items: reading');
    windows()[0]!.close();
    expect([windows().length, electron.app.exitCode, electron.dialog.asked]).toEqual([0, undefined, []]);
    click('items');
    expect(windows()[0]!.loaded).toEqual(['app://sluice/#/runs/items']);
    click('Next');
    expect(windows()[0]!.webContents.sent).toEqual([['sluice:go', '#/jobs/sooner']]);
  });

  it('asks before it quits with a run in progress, also without a window', async () => {
    active = [reading];
    await choose({ tray: true });
    await expect.poll(labels).toContain('Quit Sluice');
    windows()[0]!.close();
    electron.dialog.answer = 0;
    click('Quit');
    click('Quit');
    await expect.poll(() => electron.dialog.asked.length).toBe(1);
    expect([active.length, electron.app.exitCode]).toEqual([1, undefined]);
    electron.dialog.answer = 1;
    click('Quit');
    await expect.poll(() => electron.app.exitCode).toBe(0);
    expect(active).toEqual([]);
  });

  it('does not keep the app where it is off', async () => {
    windows()[0]!.close();
    await expect.poll(() => electron.app.exitCode).toBe(0);
  });
});

describe('the start at login', () => {
  it('is what the system says, and is taken back', async () => {
    const file = path.join(folder, 'config', 'autostart', 'sluice-desktop.desktop');
    await choose({ startAtLogin: true });
    expect(deps.desktop!.preferences().startAtLogin).toBe(true);
    if (process.platform === 'linux') expect(await readFile(file, 'utf8')).toContain('"--at-login"');
    await choose({});
    expect([deps.desktop!.preferences().startAtLogin, existsSync(file)]).toEqual([false, false]);
  });
});

describe('a notice', () => {
  it('of a slot leads to the WAL of its connection', () => {
    engine.emit({
      type: 'walNotice',
      notice: { connectionId: 'a b', level: 'danger', title: 't', body: 'b' },
    });
    electron.Notification.shown.pop()!.emit('click');
    expect(windows()[0]!.webContents.sent.at(-1)).toEqual(['sluice:go', '#/wal/a%20b']);
  });

  it('of a run that failed leads to the run, once', () => {
    engine.emit({ type: 'run', run: failed });
    engine.emit({ type: 'run', run: failed });
    expect(electron.Notification.shown.map(({ options }) => options)).toEqual([
      { title: 'orders has failed', body: 'The server does not answer.' },
    ]);
    windows()[0]!.close();
    electron.app.emit('activate');
    electron.Notification.shown[0]!.emit('click');
    expect(windows()[0]!.webContents.sent.at(-1)).toEqual(['sluice:go', '#/runs/orders']);
  });

  it('is not shown of a run that somebody looks at, or that a command line has started', () => {
    electron.BrowserWindow.focused = windows()[0]!;
    engine.emit({ type: 'run', run: run('seen', failed.state) });
    electron.BrowserWindow.focused = null;
    engine.emit({ type: 'run', run: run('told', failed.state, { origin: 'cli' }) });
    expect(electron.Notification.shown).toEqual([]);
  });
});
