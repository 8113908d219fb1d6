import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { menuTemplate } from '../../electron/main/app-menu.ts';
import { mayOpenExternally } from '../../electron/main/page-address.ts';

const actions = { newConnection: vi.fn(), setTheme: vi.fn(), openManual: vi.fn() };

const menuOf = (platform: NodeJS.Platform, development = false) =>
  menuTemplate({ platform, appName: 'Sluice', theme: 'dark', development, actions });

function itemsOf(template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}

const itemNamed = (label: string) => itemsOf(menuOf('linux')).find((item) => item.label === label)!;
const click = (item: MenuItemConstructorOptions) =>
  item.click!(undefined as never, undefined, undefined as never);

describe('the menu', () => {
  it('has the order of the platform', () => {
    const titles = (platform: NodeJS.Platform) => menuOf(platform).map(({ label, role }) => label ?? role);
    expect(titles('darwin')).toEqual(['Sluice', '&File', 'editMenu', '&View', 'windowMenu', 'help']);
    expect(titles('win32')).toEqual(['&File', 'editMenu', '&View', 'windowMenu', 'help']);
    expect(titles('linux')).toEqual(titles('win32'));
  });

  it.each(['darwin', 'win32', 'linux'] as const)('has one way to quit and one About on %s', (platform) => {
    const roles = itemsOf(menuOf(platform)).map(({ role }) => role);
    expect(roles.filter((role) => role === 'quit')).toHaveLength(1);
    expect(roles.filter((role) => role === 'about')).toHaveLength(1);
  });

  it('reloads and inspects only in development', () => {
    const roles = (development: boolean) => itemsOf(menuOf('linux', development)).map(({ role }) => role);
    expect(roles(false)).not.toContain('reload');
    expect(roles(false)).not.toContain('toggleDevTools');
    expect(roles(true)).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']));
  });

  it('makes a new connection', () => {
    const item = itemNamed('New connection');
    expect(item.accelerator).toBe('CmdOrCtrl+N');
    click(item);
    expect(actions.newConnection).toHaveBeenCalledOnce();
  });

  it('shows the theme and sets it', () => {
    const themes = itemsOf(menuOf('linux')).filter(({ type }) => type === 'radio');
    expect(themes.map(({ label, checked }) => [label, checked])).toEqual([
      ['System', false],
      ['Light', false],
      ['Dark', true],
    ]);
    click(themes[1]!);
    expect(actions.setTheme).toHaveBeenCalledWith('light');
  });

  it('opens manuals that may be opened', () => {
    const help = menuOf('linux').find(({ role }) => role === 'help')!;
    for (const item of itemsOf([help]).filter((found) => found.click !== undefined)) click(item);
    const urls = actions.openManual.mock.calls.map(([url]) => String(url));
    expect(urls.length).toBeGreaterThan(0);
    expect(urls.filter((url) => !mayOpenExternally(url))).toEqual([]);
  });
});
