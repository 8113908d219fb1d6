import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where systems put Chromium and the browsers made of it, the plain one first. */
const PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/usr/lib/chromium/chromium',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
};

const WINDOWS_PLACES = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];

/** The browser that the end-to-end tests drive: `SLUICE_CHROMIUM`, or what is installed; undefined: they are skipped. */
export function findChromium(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = env['SLUICE_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  return places(env).find((place) => existsSync(place));
}

function places(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (process.platform !== 'win32') return PLACES[process.platform] ?? [];
  return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = env[name];
    return folder === undefined ? [] : WINDOWS_PLACES.map((place) => path.join(folder, place));
  });
}
