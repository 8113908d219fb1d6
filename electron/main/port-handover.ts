/**
 * Gives the page its one port to the engine. The preload asks after the page has loaded; only the window's own main
 * frame, showing the app's own page, is answered. A frame that was talked into loading something else gets nothing.
 */
import { ipcMain, MessageChannelMain, type BrowserWindow, type WebFrameMain } from 'electron';
import type { Channel } from '../contract/wire.ts';
import type { Log } from '../engine/ports.ts';
import { ipcChannel } from '../host/ipc-channel.ts';
import { serveChannel, type RouterDeps } from '../host/router.ts';
import { isPage, originOf, type PageAddress } from './page-address.ts';

/** The preload's question, and the name under which it gets the port. */
export const CONNECT_MESSAGE = 'sluice:connect';
export const PORT_MESSAGE = 'sluice:port';

/** @param currentWindow the window that may have a port; there is one at a time */
export function handOverPorts(
  currentWindow: () => BrowserWindow | undefined,
  page: PageAddress,
  router: RouterDeps,
): void {
  let channel: Channel | undefined;
  ipcMain.on(CONNECT_MESSAGE, (event) => {
    const frame = event.senderFrame;
    const isOurWindow = event.sender === currentWindow()?.webContents;
    if (frame === null || !isOurWindow || frame.parent !== null || !isPage(frame.url, page)) {
      refuse(frame, router.log);
      return;
    }
    // A page that was loaded again: what the page before it has asked for is of use to nobody.
    channel?.close();
    const { port1, port2 } = new MessageChannelMain();
    channel = ipcChannel(port1);
    serveChannel(channel, router);
    frame.postMessage(PORT_MESSAGE, null, [port2]);
  });
}

function refuse(frame: WebFrameMain | null, log: Log): void {
  const origin = frame === null ? undefined : originOf(frame.url);
  log.warn(`HOST_UNTRUSTED_SENDER: refused a port to ${origin ?? 'a frame that is gone'}`);
}
