/** The demo as a user runs it: it does the main job, and leaves nothing behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const DEMO = path.resolve(import.meta.dirname, '../demo/demo.ts');

/** Without a display, so that nothing opens on the screen of whoever runs the tests. */
function startDemo(...args: string[]): ChildProcess {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env;
  return spawn(process.execPath, [DEMO, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
}

/** The temporary folders that a demo has left. */
async function leftBy(child: ChildProcess): Promise<string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => name.startsWith(`sluice-demo-${child.pid}-`));
}

async function lineWith(child: ChildProcess, text: string): Promise<void> {
  for await (const line of createInterface({ input: child.stderr! })) if (line.includes(text)) return;
  throw new Error(`the demo ended without saying "${text}"`);
}

test('--once --json extracts Orders and says what landed', async () => {
  const child = startDemo('--once', '--json');
  child.stderr?.resume();
  const exited = once(child, 'exit');
  expect(await json(child.stdout!)).toMatchObject({
    outcome: 'succeeded',
    key: 'order_extract.csv',
    rows: 5,
    bytes: 159,
    firstLines: [
      '1|Backordered|2020-06-01 12:00:00',
      '1|Shipped|2020-06-09 12:00:25',
      '2|Shipped|2020-07-11 03:05:00',
      '1|Shipped|2020-06-09 11:50:00',
      '3|Shipped|2020-07-12 12:00:00',
    ],
  });
  expect(await exited).toEqual([0, null]);
  expect(await leftBy(child)).toEqual([]);
});

test('an option that there is not is refused', async () => {
  const child = startDemo('--twice');
  child.stdout?.resume();
  const exited = once(child, 'exit');
  await lineWith(child, '--twice');
  expect(await exited).toEqual([2, null]);
});

// On Windows a signal from another process ends the demo at once: there the watchdog cleans up.
test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s while tables are filled leaves nothing behind',
  async (signal) => {
    const child = startDemo();
    child.stdout?.resume();
    const exited = once(child, 'exit');
    await lineWith(child, 'Filling orders_history');
    child.stderr?.resume();
    child.kill(signal);
    expect(await exited).toEqual([130, null]);
    expect(await leftBy(child)).toEqual([]);
  },
);

test('SIGKILL leaves nothing behind for long', async () => {
  const child = startDemo();
  child.stdout?.resume();
  const exited = once(child, 'exit');
  await lineWith(child, 'Filling orders_history');
  child.kill('SIGKILL');
  await exited;
  await expect.poll(() => leftBy(child)).toEqual([]);
});
