import type { MessagePortMain } from 'electron';
import type { Channel } from '../contract/wire.ts';

/** What is used of Electron's port; a test can stand in for it. */
export type IpcPort = Pick<MessagePortMain, 'on' | 'postMessage' | 'start' | 'close'>;

/** Dresses Electron's end of a MessagePort as a channel. Messages cross as objects, by structured clone. */
export function ipcChannel(port: IpcPort): Channel {
  const listeners = new Set<() => void>();
  const closed = () => {
    for (const listener of listeners) listener();
    listeners.clear();
  };
  port.on('close', closed);
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', (event) => listener(event.data));
      // A port holds its messages back until it is started; before that, nobody would hear them.
      port.start();
    },
    onClose: (listener) => {
      listeners.add(listener);
    },
    close: () => {
      port.close();
      // The port tells the other side only; the calls of this side have to end as well.
      closed();
    },
  };
}
