/** What only a browser can meet: a server that goes away, links, other pages. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import type { ServedWindow } from '../browser-door.ts';
import { openExtractDialog, startRun } from '../screens/extract.ts';
import { historyRows, runState } from '../screens/run.ts';
import { openRuns, openTable, sidebar } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

export async function lostServer(world: World<ServedWindow>): Promise<void> {
  world.expectProblem(/WebSocket connection to .+ failed/);
  // What the page loads only when it is wanted can be asked for just then, in any moment of the end.
  world.expectProblem(/net::ERR_/);
  world.expectProblem(/the server responded with a status of 403/);
  await createOrders(world.database);
  const app = await world.open();
  const { page } = app;
  await openTable(page, 'Orders');
  await app.server.close();
  const banner = page.getByText('Connection to Sluice lost.');
  await banner.waitFor();
  await page.getByText('Check that the command that opened this page still runs').waitFor();

  // A server that has been started anew knows nobody: it says so instead of showing an empty window.
  await app.restartServer();
  await page.reload();
  await page.getByRole('heading', { name: 'This link does not open Sluice' }).waitFor();
  await page.goto(app.server.newLink());
  await sidebar(page).getByRole('link', { name: 'Shop' }).waitFor();
  await openTable(page, 'Orders');
  await soon(() => banner.isVisible()).toBe(false);
}

export async function usedLink(world: World<ServedWindow>): Promise<void> {
  world.expectProblem(/the server responded with a status of 403/);
  const app = await world.open();
  const link = app.server.newLink();
  const first = await app.context.newPage();
  expect((await first.goto(link))?.status()).toBe(200);
  expect(first.url()).not.toContain('token');
  const browser = app.context.browser()!;
  await using stranger = await browser.newContext();
  const page = await stranger.newPage();
  expect((await page.goto(link))?.status()).toBe(403);
  await page.getByRole('heading', { name: 'This link does not open Sluice' }).waitFor();
  expect(await page.locator('body').innerText()).toContain('Look in the terminal for the newest link');
}

export async function otherOrigin(world: World<ServedWindow>): Promise<void> {
  world.expectProblem(/WebSocket connection to .+ failed/);
  const app = await world.open();
  await using stranger = await strangersPage();
  const page = await app.context.newPage();
  // The cookie goes along: a port makes no other site of the same host.
  await page.goto(stranger.url);
  const rpc = `${app.server.url.replace('http:', 'ws:')}rpc`;
  const outcome = await page.evaluate(
    async (url) =>
      await new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.addEventListener('open', () => resolve('let in'));
        socket.addEventListener('error', () => resolve('refused'));
      }),
    rpc,
  );
  expect(outcome).toBe('refused');
}

/** A page on another port of this computer. */
async function strangersPage(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><link rel="icon" href="data:,"><title>Elsewhere</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function askedBeforeLeaving(world: World<ServedWindow>): Promise<void> {
  const { s3, bucket } = world;
  await createOrders(world.database);
  s3.faults.add({ op: 'PutObject', times: 'always', action: { kind: 'hang' } });
  const { page } = await world.open();
  await openTable(page, 'Orders');
  await openExtractDialog(page);
  await startRun(page);
  await soon(() => s3.requests.of('PutObject').some((request) => request.bucket === bucket)).toBe(true);
  await soon(() => runState(page).innerText()).toBe('Running');
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await soon(() => runState(page).innerText()).toBe('Cancelled');
  await openRuns(page);
  await soon(async () => (await historyRows(page)).map(([state]) => state)).toEqual(['Cancelled']);
}

/** Also the proof that the tests see it when the policy refuses something. */
export async function refusedScript(world: World<ServedWindow>): Promise<void> {
  const app = await world.open();
  await app.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.broken = true';
    document.body.append(script);
  });
  await soon(() => world.problems.join()).toContain('Content Security Policy');
  expect(await app.page.evaluate(() => 'broken' in globalThis)).toBe(false);
  world.expectProblem(/Content Security Policy/);
}
