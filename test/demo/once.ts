/** The main job without a window: `Orders` to `order_extract.csv`, and what is then in the bucket. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { formatBytes, formatRows } from '../../electron/cli/amounts.ts';
import { followRun } from '../../electron/cli/follow-run.ts';
import type { RunReporter } from '../../electron/cli/run-reporter.ts';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import { PROFILE_NAME } from './profiles.ts';
import { BUCKET, type DemoWorld } from './world.ts';

const KEY = 'order_extract.csv';
/** As much of the object as is read back to show its first lines. */
const HEAD_BYTES = 4_096;

/** What landed. */
export interface Landed {
  readonly outcome: 'succeeded';
  readonly runId: string;
  readonly bucket: string;
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly etag: string;
  readonly manifest: string;
  /** Read back from S3, without their line ends. */
  readonly firstLines: readonly string[];
}

/** @throws Error when the run did not succeed; its message has what the run says */
export async function extractOnce(
  engine: Engine,
  world: DemoWorld,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<Landed> {
  const spec = extractSpecSchema.parse({
    source: { profile: PROFILE_NAME },
    selection: { table: { schema: 'public', name: 'Orders' } },
    destination: { profile: PROFILE_NAME },
    format: { kind: 'csv', dialect: 'python', delimiter: '|' },
    key: KEY,
  });
  const begin = () => engine.calls['jobs.start']({ spec }, { signal: new AbortController().signal });
  const { id, state } = await followRun(engine, begin, signal, reporter);
  if (state.tag === 'failed') throw new Error(`${state.error.message} (${state.error.code})`);
  const object = state.tag === 'succeeded' ? state.objects[0] : undefined;
  if (state.tag !== 'succeeded' || object === undefined) throw new Error('the run was cancelled');
  return {
    outcome: 'succeeded',
    runId: id,
    bucket: BUCKET,
    key: object.key,
    rows: object.rows,
    bytes: object.bytes,
    etag: object.etag,
    manifest: state.manifest,
    firstLines: await firstLines(world, object.key),
  };
}

async function firstLines({ s3 }: DemoWorld, key: string): Promise<string[]> {
  const { endpoint, region, credentials } = s3;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    const range = { Range: `bytes=0-${HEAD_BYTES - 1}` };
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, ...range }));
    const text = (await Body?.transformToString()) ?? '';
    return text.split('\r\n').slice(0, -1).slice(0, 5);
  } finally {
    client.destroy();
  }
}

/** For people. */
export function describeLanded(landed: Landed): string {
  const { bucket, key, rows, bytes, etag, manifest } = landed;
  return [
    `s3://${bucket}/${key}`,
    `  ${formatRows(rows)}, ${bytes} bytes (${formatBytes(bytes)}), ETag ${etag}`,
    `  manifest ${manifest}`,
    '  begins with',
    ...landed.firstLines.map((line) => `    ${line}`),
    '',
  ].join('\n');
}
