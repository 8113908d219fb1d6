/** A run of the command line, on the same data folder as the app that is open. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { secretsEnvironment } from '../profiles.ts';
import { historyRows, runState } from '../screens/run.ts';
import { openRuns } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

const CLI = path.resolve(import.meta.dirname, '../../../.vite/cli/sluice.js');

export async function runOfCommandLine(world: World): Promise<void> {
  await createOrders(world.database);
  const { page } = await world.open();
  await openRuns(page);
  await page.getByText('No runs yet').waitFor();
  const finished = await extract(world);
  expect(finished).toMatchObject({ type: 'finished', outcome: 'succeeded', rows: 5 });

  await soon(() => historyRows(page)).toEqual([
    [
      'Succeeded',
      expect.stringContaining('Orders'),
      expect.any(String),
      expect.stringMatching(/cli$/),
      expect.any(String),
      '5',
      '154 B',
    ],
  ]);
  await page.getByRole('row').nth(1).click();
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  await page.getByText('from the command line').waitFor();
}

/** The last line that the command prints with --json. */
async function extract(world: World): Promise<unknown> {
  const { database, s3, bucket, dataFolder } = world;
  const source = `postgres://${database.user}@${database.host}:${database.port}/${database.database}`;
  const from = ['--pg', source, '--table', 'Orders'];
  const to = ['--s3', `s3://${bucket}/nightly`, '--s3-endpoint', s3.endpoint, '--s3-region', s3.region];
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'extract', ...from, ...to, '--json'], {
    env: { ...secretsEnvironment(world), SLUICE_HOME: dataFolder },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
