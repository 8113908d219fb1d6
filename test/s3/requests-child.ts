/** Makes many requests, in a process whose young generation is small, and says how many bytes of them are left in the old one. */
import { getHeapSpaceStatistics } from 'node:v8';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { boundYoungGeneration } from '../../electron/engine/lib/young-generation.ts';
import { DEFAULT_PATIENCE, openS3 } from '../../electron/engine/s3/s3-client.ts';

/** Requests until all that is made once has been made. */
const FIRST = 200;

const [endpoint = '', bucket = '', requests = '0'] = process.argv.slice(2);
const settings = { bucket, prefix: '', region: 'us-east-1', endpoint, pathStyle: true } as const;
const client = openS3({ ...settings, credentials: { kind: 'default' } }, undefined, DEFAULT_PATIENCE);

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
}

async function ask(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await client.send(new HeadBucketCommand({ Bucket: bucket }));
}

boundYoungGeneration(process, 'little');
await ask(FIRST);
const before = oldBytes();
await ask(Number(requests));
console.log(oldBytes() - before);
