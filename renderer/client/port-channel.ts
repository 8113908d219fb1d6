/** The desktop's transport: a MessagePort that the preload script hands over. */
import type { Channel } from '../../electron/contract/wire.ts';
import type { Road } from './client.ts';

/** What the preload posts along with the port. */
export const PORT_MESSAGE = 'sluice:port';

/**
 * The way over the port. It listens from the moment it is made, because the preload posts the port only once. A
 * port that has closed does not come back: the window has to be loaded again.
 */
export function portRoad(window: Window): Road {
  const port = new Promise<MessagePort>((resolve) => {
    const listen = (event: MessageEvent<unknown>) => {
      const [first] = event.ports;
      // Only this window's own preload may hand over a port; a frame could post the same words.
      if (event.source !== window || event.data !== PORT_MESSAGE || first === undefined) return;
      window.removeEventListener('message', listen);
      resolve(first);
    };
    window.addEventListener('message', listen);
  });
  return { connect: async () => channelOf(await port), retryDelayMs: () => undefined };
}

function channelOf(port: MessagePort): Channel {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data));
      port.start();
    },
    onClose: (listener) => port.addEventListener('close', listener),
    close: () => port.close(),
  };
}
