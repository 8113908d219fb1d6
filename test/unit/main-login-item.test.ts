/** What the system is told to start, and the addresses that lead back into the page. */
import { describe, expect, it, vi } from 'vitest';
import { desktopEntry, launchCommand, startedAtLogin } from '../../electron/main/login-item.ts';
import { jobScreen, runScreen, walScreen } from '../../electron/main/screen-address.ts';
import { trayMenu } from '../../electron/main/tray-menu.ts';
import type { Run } from '../../electron/contract/run.ts';
import { parseRoute } from '../../renderer/state/route.ts';

vi.mock('electron', () => import('../harness/electron-stub.ts'));

const INSTALLED = 'C:\\Users\\ada\\AppData\\Local\\Sluice\\app-0.1.0\\Sluice.exe';

describe('what is started at login', () => {
  it('is the program beside the versions, where Squirrel has installed it, so that an update does not lose it', () => {
    const options = { platform: 'win32', execPath: INSTALLED, appPath: undefined } as const;
    expect(launchCommand(options, () => true)).toEqual({
      path: 'C:\\Users\\ada\\AppData\\Local\\Sluice\\Sluice.exe',
      args: ['--at-login'],
    });
    expect(launchCommand(options, () => false).path).toBe(INSTALLED);
  });

  it('names the folder of an app that is not packaged', () => {
    const options = { platform: 'linux', execPath: '/opt/electron', appPath: '/home/ada/sluice' } as const;
    expect(launchCommand(options, () => true)).toEqual({
      path: '/opt/electron',
      args: ['/home/ada/sluice', '--at-login'],
    });
  });

  it('is quoted as desktops read it', () => {
    const text = desktopEntry({ path: '/opt/a b/100%/$x"y\\z', args: ['--at-login'] });
    expect(text).toContain(String.raw`Exec="/opt/a b/100%%/\\$x\\"y\\\\z" "--at-login"`);
  });

  it('is told by its argument', () => {
    expect(startedAtLogin('linux', ['sluice-desktop', '--at-login'])).toBe(true);
    expect(startedAtLogin('win32', ['Sluice.exe'])).toBe(false);
    expect(startedAtLogin('darwin', ['Sluice'])).toBe(false);
  });
});

it('leads to screens that the page knows', () => {
  expect(parseRoute(walScreen('a/b'))).toEqual({ screen: 'wal', connectionId: 'a/b' });
  expect(parseRoute(runScreen('r'))).toEqual({ screen: 'run', runId: 'r' });
  expect(parseRoute(jobScreen('Orders 2'))).toEqual({ screen: 'job', name: 'Orders 2' });
});

describe('the menu of the tray', () => {
  const actions = { open: vi.fn(), quit: vi.fn() };
  const labels = (active: readonly Run[]) =>
    trayMenu({ active, failed: undefined, captures: [], next: undefined }, actions, String).flatMap(
      ({ label }) => (label === undefined ? [] : [label]),
    );
  const run = (name: string | undefined, state: object) =>
    ({
      id: 'r',
      spec: { name },
      sourceLabel: 'Demo · public.Orders',
      destinationLabel: 's3://lake',
      state,
    }) as Run;

  it('says that nothing is running', () => {
    expect(labels([])).toEqual(['Open Sluice', 'Nothing is running', 'Quit Sluice']);
  });

  it.each([
    [run('a&b', { tag: 'queued' }), 'a&&b: waiting'],
    [run(undefined, { tag: 'cancelling' }), 'Demo · public.Orders → s3://lake: cancelling'],
    [run('x'.repeat(99), { tag: 'running', phase: 'plan' }), `${'x'.repeat(47)}…: planning`],
    [run('a', { tag: 'running', phase: 'transfer', paused: true }), 'a: paused'],
  ])('words a run (%#)', (given, words) => {
    expect(labels([given])[1]).toBe(words);
  });

  it('is never longer than a screen', () => {
    const runs = Array.from({ length: 9 }, () => run('a', { tag: 'queued' }));
    expect(labels(runs).slice(5, 7)).toEqual(['a: waiting', '4 more']);
  });
});
