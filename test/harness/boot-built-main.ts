/**
 * Boots the built main process in plain Node on the stub of Electron, calls the engine over the port, quits, and
 * prints what happened as JSON. Run with `--import ./electron-hooks.ts` and the path of the built file.
 */
import { pathToFileURL } from 'node:url';
import { app, BrowserWindow, ipcMain, protocol } from './electron-stub.ts';

await import(pathToFileURL(process.argv[2] ?? '').href);
while (BrowserWindow.getAllWindows().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
const window = BrowserWindow.getAllWindows()[0]!;
const page = await protocol.handlers.get('app')!(new Request('app://sluice/'));

const { mainFrame } = window.webContents;
ipcMain.emit('sluice:connect', { sender: window.webContents, senderFrame: mainFrame });
const port = mainFrame.received[0]!.ports[0]!;
const answer = new Promise((resolve) => {
  port.on('message', (event) => resolve(event.data));
});
port.start();
port.postMessage({ type: 'call', id: 1, call: 'app.info', input: {} });
const result = await answer;

app.quit();
while (app.exitCode === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
const preferences = window.options['webPreferences'];
process.stdout.write(
  JSON.stringify({
    preferences,
    status: page.status,
    html: await page.text(),
    result,
    exitCode: app.exitCode,
  }),
);
process.exit();
