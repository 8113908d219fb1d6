/**
 * What no page may do, whatever it has been made to load: go elsewhere, open windows, embed web views, ask for
 * permissions. Set on every webContents that ever comes to be, so that none is forgotten.
 * https://www.electronjs.org/docs/latest/tutorial/security
 */
import { app, shell, type Session, type WebContents } from 'electron';
import type { Log } from '../engine/ports.ts';
import { isPage, mayOpenExternally, originOf, type PageAddress } from './page-address.ts';

/** Copying a cell is the one thing the page needs that Chromium asks about. */
const GRANTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

export function guardAllWebContents(page: PageAddress, log: Log): void {
  app.on('web-contents-created', (_event, contents) => guard(contents, page, log));
}

function guard(contents: WebContents, page: PageAddress, log: Log): void {
  const refuse = (what: string) => (event: { preventDefault(): void; readonly url: string }) => {
    if (isPage(event.url, page)) return;
    event.preventDefault();
    log.warn(`refused ${what} to ${originOf(event.url) ?? 'an address without origin'}`);
  };
  contents.on('will-navigate', refuse('a navigation'));
  contents.on('will-frame-navigate', refuse('a navigation of a frame'));
  contents.on('will-redirect', refuse('a redirect'));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openExternally(url, log);
    return { action: 'deny' };
  });
}

/** Opens a manual in the user's browser; refuses everything that is not on the list. */
export function openExternally(url: string, log: Log): void {
  if (!mayOpenExternally(url)) {
    log.warn(`refused to open ${originOf(url) ?? 'an address without origin'}`);
    return;
  }
  shell.openExternal(url).catch((error: unknown) => log.warn(`cannot open the browser: ${String(error)}`));
}

/** Denies every permission except copying to the clipboard, every device, and downloads from elsewhere. */
export function guardSession(session: Session, page: PageAddress): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) =>
    decide(GRANTED.has(permission) && originOf(details.requestingUrl) === page.origin),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => GRANTED.has(permission) && originOf(origin) === page.origin,
  );
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    // The export of profiles is a blob that the page itself made.
    if (!item.getURL().startsWith(`blob:${page.origin}/`)) event.preventDefault();
  });
}
