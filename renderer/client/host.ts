/** Which of the two transports this page has. */
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

export function roadOf(window: Window): Road {
  if (hostKind(window) === 'electron') return portRoad(window);
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return websocketRoad(`${scheme}://${window.location.host}/rpc`);
}
