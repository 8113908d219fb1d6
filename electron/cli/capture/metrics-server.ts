import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../contract/app-error.ts';
import type { MetricsAnswer } from './metrics.ts';

export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
}

/** Answers monitors of this machine, on loopback only. @throws AppError `HOST_PORT_UNAVAILABLE` */
export async function startMetricsServer(
  port: number,
  answer: (path: string) => MetricsAnswer,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const { status, type, body } = answer((request.url ?? '/').split('?')[0] ?? '/');
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    throw new AppError('HOST_PORT_UNAVAILABLE', `Port ${port} of this computer is taken.`, { cause: error });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
