import type { Client } from './client.ts';

/** Runs `load` at every moment at which the link comes up, the present one included: what was missed is asked for. */
export function whenConnected(client: Client, load: () => void): void {
  if (client.link.get() === 'connected') load();
  client.link.subscribe(() => {
    if (client.link.get() === 'connected') load();
  });
}
