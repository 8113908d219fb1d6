/** Which of the two transports this page has. */
import { z } from 'zod';
import type { Road } from './client.ts';
import { portRoad } from './port-channel.ts';
import { websocketRoad } from './websocket-channel.ts';

declare global {
  interface Window {
    /** Set by the preload script of the desktop app. */
    readonly sluice?: { readonly host: 'electron' };
  }
}

export type HostKind = 'electron' | 'browser';

/** The desktop announces itself; everything else is a browser. */
export function hostKind(window: Window): HostKind {
  return window.sluice?.host === 'electron' ? 'electron' : 'browser';
}

/** What the preload posts when the menu asks for a new connection. */
const NEW_CONNECTION = 'sluice:new-connection';

/** Hears the commands of the desktop's menu that open something in this window. */
export function onNewConnection(window: Window, listener: () => void): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source === window && event.data === NEW_CONNECTION) listener();
  });
}

/** What the preload posts when a notice or the tray wants a screen. */
const goSchema = z.object({ type: z.literal('sluice:go'), screen: z.string().startsWith('#/') });

/** Hears which screen the desktop wants to be shown, as the part of an address after the page. */
export function onGoToScreen(window: Window, listener: (screen: string) => void): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const wanted = goSchema.safeParse(event.data);
    if (event.source === window && wanted.success) listener(wanted.data.screen);
  });
}

export function roadOf(window: Window): Road {
  if (hostKind(window) === 'electron') return portRoad(window);
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return websocketRoad(`${scheme}://${window.location.host}/rpc`);
}
