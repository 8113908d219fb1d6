/** The served app in a real Chromium. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { launchChromium } from '../harness/chromium-launch.ts';
import { findChromium } from '../harness/chromium.ts';
import { BrowserDoor } from './browser-door.ts';
import { freshBuild } from './fresh-build.ts';
import { runScenarios } from './run-scenarios.ts';
import { SCENARIOS, SERVED_SCENARIOS } from './scenarios.ts';

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    await freshBuild('renderer', 'cli');
    browser = await launchChromium(executablePath!);
  });
  afterAll(async () => {
    await browser?.close();
  });
  runScenarios([...SCENARIOS, ...SERVED_SCENARIOS], () => new BrowserDoor(browser!));
});
