/**
 * The fallback where there is no psql: reads a COPY from the socket, and looks only at its last bytes. It does less than
 * psql does, so whoever compares with it is not flattered.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Client } from 'pg';

/** ReadyForQuery after the end of a COPY. A payload cannot look like it at the end of a chunk: text has no zero bytes. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

const [copy = ''] = process.argv.slice(2);
// Address and password come from the PG… variables.
const client = new Client({ ssl: false });
await client.connect();
// At the end the connection is dropped without a goodbye.
client.on('error', () => {});
// The driver makes an object of every row: it only opens the connection, the rows are taken from under it.
const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
stream.removeAllListeners('data');

const sql = Buffer.from(`${copy}\0`);
const query = Buffer.alloc(5);
query.write('Q');
query.writeInt32BE(sql.length + 4, 1);
let bytes = 0;
let tail: Buffer = Buffer.alloc(0);
const done = new Promise<void>((resolve) => {
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-READY.length)]).subarray(-READY.length);
    if (tail.equals(READY)) resolve();
  });
});
stream.write(Buffer.concat([query, sql]));
await Promise.race([
  done,
  once(stream, 'close').then(() => Promise.reject(new Error('the connection ended before the COPY did'))),
]);
// An error is a few hundred bytes, and ends with the same message.
if (bytes < 1_024) throw new Error('the COPY gave next to nothing');
stream.destroy();
