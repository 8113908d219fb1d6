import { chromium, type Browser } from 'playwright-core';

/** Switches that keep a browser from talking to the world: the tests need this machine alone. */
const QUIET = ['--disable-quic', '--disable-gpu', '--disable-domain-reliability', '--no-pings'];

/** Starts the browser at `executablePath` without a window. Its sandbox is off, because it refuses to work for root. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: QUIET, chromiumSandbox: false });
}
