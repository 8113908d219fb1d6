/** A server that refuses a body unread, and the client whose body it is. Ends by itself, when nothing is left to do. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { startS3 } from '../harness/s3/s3-server.ts';

await using s3 = await startS3({ buckets: ['lake'] });
const client = clientOf(s3, { expectContinueHeader: false });
s3.faults.add({ op: 'PutObject', action: { kind: 'refuse', status: 403, code: 'AccessDenied' } });
const put = new PutObjectCommand({ Bucket: 'lake', Key: 'k', Body: Buffer.alloc(5 * 1024 ** 2) });
const outcome: unknown = await client.send(put).catch((error: unknown) => error);
console.log(outcome instanceof Error ? outcome.name : 'stored');
client.destroy();
