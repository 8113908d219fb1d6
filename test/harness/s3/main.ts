/**
 * The S3 server as a process of its own, so that a benchmark measures the client alone:
 *
 *   node test/harness/s3/main.ts --bucket bench --store discard --etag fast
 *
 * Prints one line of JSON when it listens. Ends by SIGTERM or SIGINT, and, with `--until-stdin-ends`, when the process
 * that holds its standard input does.
 */
import { parseArgs } from 'node:util';
import type { FaultRule } from './faults.ts';
import { DEFAULT_CREDENTIALS, startS3 } from './s3-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    bucket: { type: 'string', multiple: true, default: [] },
    region: { type: 'string', default: 'us-east-1' },
    'access-key-id': { type: 'string', default: DEFAULT_CREDENTIALS.accessKeyId },
    'secret-access-key': { type: 'string', default: DEFAULT_CREDENTIALS.secretAccessKey },
    folder: { type: 'string' },
    store: { type: 'string', default: 'disk' },
    etag: { type: 'string', default: 'md5' },
    fault: { type: 'string', multiple: true, default: [] },
    'until-stdin-ends': { type: 'boolean', default: false },
  },
});

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((option) => option === value);
  if (found === undefined) throw new Error(`--${name} must be one of ${allowed.join(', ')}`);
  return found;
}

const server = await startS3({
  port: Number(values.port),
  buckets: values.bucket,
  region: values.region,
  accessKeyId: values['access-key-id'],
  secretAccessKey: values['secret-access-key'],
  ...(values.folder === undefined ? {} : { folder: values.folder }),
  store: oneOf('store', values.store, ['disk', 'discard']),
  etag: oneOf('etag', values.etag, ['md5', 'fast']),
  faults: values.fault.map((text) => JSON.parse(text) as FaultRule),
});

const { endpoint, region, credentials } = server;
console.log(JSON.stringify({ endpoint, region, buckets: values.bucket, ...credentials, pid: process.pid }));

const stop = () => void server.stop().then(() => process.exit());
process.once('SIGTERM', stop).once('SIGINT', stop);
if (values['until-stdin-ends']) process.stdin.once('end', stop).once('close', stop).resume();
