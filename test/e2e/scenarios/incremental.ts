/** An incremental job in the app: saved, run, looked at, held, scheduled, taken back. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { openExtractDialog } from '../screens/extract.ts';
import { confirmChange, lookPanel, openJob, runJobNow, stateSection } from '../screens/jobs.ts';
import { failure, figure, runState } from '../screens/run.ts';
import { openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { OpenApp } from '../door.ts';
import type { World } from '../world.ts';

const JOB = 'orders';

/** Saves an incremental job of `Orders`; its watermark is a column that no index begins with. */
async function saveJob(world: World): Promise<OpenApp> {
  await createOrders(world.database);
  await world.database.query(`ALTER TABLE "Orders" ADD COLUMN changed timestamptz DEFAULT now()`);
  const app = await world.open();
  const { page } = app;
  await openTable(page, 'Orders');
  const dialog = await openExtractDialog(page);
  await dialog.getByText('Incremental', { exact: true }).click();
  await dialog.getByLabel('Watermark column').and(page.locator('input:visible')).click();
  await page.getByRole('option').filter({ hasText: 'changed' }).click();
  await dialog.getByLabel('Name of the job').fill(JOB);
  await soon(() => lookPanel(page).innerText()).toContain('the first run takes all');
  await soon(() => lookPanel(page).innerText()).toMatch(/No index begins with “changed”.*cost is [\d,]+/s);
  await soon(() => lookPanel(page).innerText()).toContain('Deletes cannot be seen this way');
  await dialog.getByRole('button', { name: 'Save job' }).click();
  await page.getByRole('heading', { level: 1, name: JOB }).waitFor();
  return app;
}

async function runToItsEnd(page: OpenApp['page'], rows: string): Promise<void> {
  await runJobNow(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  await soon(() => figure(page, 'Rows').innerText()).toBe(rows);
  await openJob(page, JOB);
}

export async function incrementalJob(world: World): Promise<void> {
  const { database } = world;
  const { page } = await saveJob(world);
  await soon(() => stateSection(page).innerText()).toContain('has never run');
  // Without an index the first run would leave no bound for the next one.
  await database.query('CREATE INDEX ON "Orders" (changed)');
  await runToItsEnd(page, '5');

  await database.query(`INSERT INTO "Orders" VALUES (6, 'Open', now()), (7, 'Open', now())`);
  const writer = await database.connect({ application_name: 'nightly import' });
  await writer.query(`BEGIN; INSERT INTO "Orders" VALUES (8, 'Late', now())`);
  await page.getByRole('button', { name: 'More about this job' }).click();
  await page.getByRole('menuitem', { name: 'Change…' }).click();
  await soon(() => lookPanel(page).innerText()).toMatch(/2 rows, what is new since the run of/);
  const session = lookPanel(page).getByRole('listitem').filter({ hasText: 'nightly import' });
  await soon(() => session.innerText()).toMatch(/^\d+\s+nightly import\s+\d+ \S/);
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await runToItsEnd(page, '2');
  await writer.query('COMMIT');
  await runToItsEnd(page, '1');
  await runToItsEnd(page, '0');
  await soon(() =>
    page
      .getByRole('table', { name: `Runs of ${JOB}` })
      .getByRole('row')
      .count(),
  ).toBe(5);

  const state = stateSection(page);
  await soon(() => state.getByRole('button', { name: /^Go back to run/ }).count()).toBe(3);
  await state
    .getByRole('button', { name: /^Go back to run/ })
    .last()
    .click();
  await confirmChange(page, 'Go back');
  await soon(() => state.innerText()).toContain('Went back to run');
  await runToItsEnd(page, '3');
  await state.getByRole('button', { name: 'Reset…' }).click();
  await confirmChange(page, 'Reset');
  await soon(() => state.innerText()).toContain('the next run takes all rows');
  await runToItsEnd(page, '8');
}

export async function jobThatIsHeld(world: World): Promise<void> {
  const { s3 } = world;
  const { page } = await saveJob(world);
  s3.faults.add({ op: 'PutObject', key: '*part-00001*', times: 1, action: { kind: 'hang' } });
  await runJobNow(page);
  const first = page.url();
  await s3.seen('PutObject', { key: '*part-00001*' });
  await openJob(page, JOB);
  await soon(() => stateSection(page).innerText()).toMatch(/holds the job/);
  await runJobNow(page);
  await soon(() => runState(page).innerText()).toBe('Failed');
  await soon(() => failure(page).innerText()).toMatch(
    new RegExp(`The job "${JOB}" is being run by process \\d+ on .*DEST_JOB_HELD`, 's'),
  );
  await soon(() => page.title()).not.toMatch(/^\(/);
  await page.goto(first);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await soon(() => runState(page).innerText()).toBe('Cancelled');
  await openJob(page, JOB);
  await runToItsEnd(page, '5');
}

export async function scheduledJob(world: World): Promise<void> {
  const app = await saveJob(world);
  const { page } = app;
  await page.getByRole('button', { name: 'Schedule…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Minutes').fill('20');
  await dialog.getByRole('tab', { name: 'cron' }).click();
  await dialog.getByRole('button', { name: 'Copy crontab -e' }).click();
  const copied = async () =>
    (await app.clipboard()).split('\n').find((each) => each.includes('sluice run')) ?? '';
  await soon(copied).toMatch(/^\*\/20 \* \* \* \* {2}sluice run \S+\/jobs\/orders\.json --json/);
  const file = /sluice run (\S+)/.exec(await copied())?.[1] ?? '';
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ name: JOB, mode: 'incremental' });
  await dialog.getByRole('tab', { name: 'Kubernetes' }).click();
  await dialog.getByText('concurrencyPolicy: Forbid').waitFor();
  const portable = await app.savedFile(() =>
    dialog.getByRole('button', { name: 'Job file for other computers' }).click(),
  );
  expect(JSON.parse(portable)).toMatchObject({
    source: { settings: { database: world.database.database } },
    destination: { s3: { bucket: world.bucket, credentials: { kind: 'default' } } },
  });

  await dialog.getByRole('button', { name: 'Set the timer' }).click();
  await dialog.getByText('every 20 minutes').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText(/Runs every 20 minutes while Sluice is open, next/).waitFor();
}
