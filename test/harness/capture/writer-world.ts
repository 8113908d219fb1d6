/** A writer of a capture at a server of S3 that can fail. */
import { captureSpecSchema, type CaptureSpecInput } from '../../../electron/contract/capture-spec.ts';
import type { TableSnapshot } from '../../../electron/contract/capture-log.ts';
import { CaptureWriter } from '../../../electron/engine/capture/capture-writer.ts';
import type { StagingPlace } from '../../../electron/engine/capture/staging-disk.ts';
import type { WriterLimits } from '../../../electron/engine/capture/writer-options.ts';
import { systemClock } from '../../../electron/engine/lib/system-clock.ts';
import type { ObjectSink } from '../../../electron/engine/ports.ts';
import { S3Sink } from '../../../electron/engine/s3/s3-sink.ts';
import type { S3Server } from '../s3/s3-server.ts';

export const JOB = 'shop';

export function sinkOn(s3: S3Server, prefix: string): S3Sink {
  const { accessKeyId, secretAccessKey } = s3.credentials;
  return new S3Sink(
    {
      bucket: 'lake',
      prefix,
      region: s3.region,
      endpoint: s3.endpoint,
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId },
    },
    secretAccessKey,
    { idleMs: 2_000, attempts: 1 },
  );
}

/** A writer, and what its observer was told. */
export interface WriterInHand extends AsyncDisposable {
  readonly writer: CaptureWriter;
  readonly durable: readonly bigint[];
  readonly waiting: readonly string[];
  readonly notes: readonly string[];
  readonly recovered: () => number;
}

export interface OpenWriter {
  readonly spec?: Partial<CaptureSpecInput>;
  readonly limits?: Partial<WriterLimits>;
  readonly staging?: StagingPlace;
  readonly pid?: number;
  readonly tables?: readonly TableSnapshot[];
  readonly lsn?: bigint;
  readonly signal?: AbortSignal;
}

export async function openWriter(sink: ObjectSink, options: OpenWriter = {}): Promise<WriterInHand> {
  const spec = captureSpecSchema.parse({
    name: JOB,
    source: { profile: 'shop' },
    destination: { folder: '/tmp/unused' },
    tables: [{ schema: 'public', name: 'Orders' }],
    rollSeconds: 3600,
    ...options.spec,
  });
  const durable: bigint[] = [];
  const waiting: string[] = [];
  const notes: string[] = [];
  let recovered = 0;
  const writer = await CaptureWriter.open(
    {
      spec,
      sink,
      clock: systemClock,
      claim: {
        identity: {
          job: JOB,
          slot: 'sluice_shop',
          publication: 'sluice_shop',
          database: 'shop',
          systemIdentifier: '7300000000000000001',
          timeline: 1,
          format: spec.format,
          compression: spec.compression,
        },
        writer: { pid: options.pid ?? 1, host: 'here', processStartedAt: '2026-01-01T00:00:00.000Z' },
        keyTemplate: spec.key,
        onNote: (note) => notes.push(note),
        begin: { lsn: options.lsn ?? 100n, tables: options.tables ?? [] },
      },
      observer: {
        onDurable: (lsn) => durable.push(lsn),
        onNote: (note) => notes.push(note),
        onWaiting: (error) => waiting.push(error.code),
        onRecovered: () => recovered++,
      },
      staging: options.staging,
      limits: { delays: { firstMs: 5, longestMs: 20 }, ...options.limits },
    },
    options.signal ?? AbortSignal.timeout(60_000),
  );
  return {
    writer,
    durable,
    waiting,
    notes,
    recovered: () => recovered,
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}
