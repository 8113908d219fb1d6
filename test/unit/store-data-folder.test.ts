import { describe, expect, it } from 'vitest';
import { dataFolder } from '../../electron/engine/store/data-folder.ts';

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/ada/.config/Sluice'],
    ['linux', { XDG_CONFIG_HOME: '/x' }, '/x/Sluice'],
    ['linux', { XDG_CONFIG_HOME: '' }, '/home/ada/.config/Sluice'],
    ['darwin', { XDG_CONFIG_HOME: '/x' }, '/home/ada/Library/Application Support/Sluice'],
    ['linux', { SLUICE_HOME: '/data/sluice' }, '/data/sluice'],
    ['darwin', { SLUICE_HOME: '/data/sluice/' }, '/data/sluice'],
    ['freebsd', {}, '/home/ada/.config/Sluice'],
  ])('%s with %j is %s', (platform, env, folder) => {
    expect(dataFolder(platform, env, '/home/ada')).toBe(folder);
  });

  it('follows APPDATA on Windows, and its usual place without it', () => {
    const home = String.raw`C:\Users\ada`;
    expect(dataFolder('win32', { APPDATA: String.raw`D:\Roaming` }, home)).toBe(
      String.raw`D:\Roaming\Sluice`,
    );
    expect(dataFolder('win32', {}, home)).toBe(String.raw`C:\Users\ada\AppData\Roaming\Sluice`);
    expect(dataFolder('win32', { SLUICE_HOME: String.raw`E:\s` }, home)).toBe(String.raw`E:\s`);
  });
});
