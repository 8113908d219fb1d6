/** The desktop app in a real Electron. */
import path from 'node:path';
import { beforeAll, describe } from 'vitest';
import { electronBinary } from '../../electron/main/electron-binary.ts';
import { hasDisplay } from '../../electron/main/open-in-browser.ts';
import { ElectronDoor } from './electron-door.ts';
import { freshBuild } from './fresh-build.ts';
import { runScenarios } from './run-scenarios.ts';
import { SCENARIOS } from './scenarios.ts';

const ELECTRON_PACKAGE = path.resolve(import.meta.dirname, '../../node_modules/electron');

/** Undefined where Electron is not installed, or has nowhere to show a window. */
const executablePath = hasDisplay(process.platform, process.env)
  ? electronBinary(ELECTRON_PACKAGE, process.env['ELECTRON_OVERRIDE_DIST_PATH'], process.platform)
  : undefined;

describe.skipIf(executablePath === undefined)('in Electron', () => {
  beforeAll(async () => {
    await freshBuild('renderer', 'main', 'cli');
  });
  runScenarios(SCENARIOS, () => new ElectronDoor(executablePath!));
});
