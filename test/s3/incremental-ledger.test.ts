/** The state of a job at its destination: of two who want it one wins, and what a dead run left is found out. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watermarkSpecSchema } from '../../electron/contract/watermark-spec.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { S3Sink } from '../../electron/engine/s3/s3-sink.ts';
import { JobLedger, stateKey } from '../../electron/engine/watermark/job-ledger.ts';
import { reset } from '../../electron/engine/watermark/state-moves.ts';
import { rival } from '../harness/incremental/rival.ts';
import { fakeManifest } from '../fakes/incremental-manifest.ts';
import type { Features } from '../harness/s3/service.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const RUN_A = '20260101T000000Z-aaaaaaaa';
const RUN_B = '20260101T000000Z-bbbbbbbb';
const identity = {
  job: 'orders',
  watermark: watermarkSpecSchema.parse({ column: 'changed' }),
  where: null,
};
const signal = AbortSignal.timeout(60_000);

let s3: S3Server;
let folder: TemporaryFolder;
let buckets = 0;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
  folder = await makeTemporaryFolder('ledger');
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await folder.remove();
});

async function newSink(kind: 's3' | 'folder'): Promise<ObjectSink> {
  const name = `ledger-${++buckets}`;
  if (kind === 'folder') return new FolderSink(`${folder.path}/${name}`);
  const { accessKeyId, secretAccessKey } = s3.credentials;
  const settings = {
    bucket: 'lake',
    prefix: name,
    region: s3.region,
    endpoint: s3.endpoint,
    pathStyle: true,
    credentials: { kind: 'keys' as const, accessKeyId },
  };
  return new S3Sink(settings, secretAccessKey);
}

describe.each(['s3', 'folder'] as const)('on %s', (kind) => {
  let sink: ObjectSink;
  let ledger: JobLedger;
  beforeEach(async () => {
    sink = await newSink(kind);
    ledger = new JobLedger('orders', sink);
    return async () => sink[Symbol.asyncDispose]();
  });

  test('of ten who claim at once exactly one wins, and the others are told who', async () => {
    const alive = Array.from({ length: 10 }, (_, i) => i + 1);
    const ends = await Promise.allSettled(
      alive.map((pid) =>
        new JobLedger('orders', sink).claim(
          identity,
          `20260101T000000Z-0000000${pid % 10}`,
          rival(pid, { alive }),
          signal,
        ),
      ),
    );
    const won = ends.filter((end) => end.status === 'fulfilled');
    expect(won).toHaveLength(1);
    const winner = won[0]!.value.claim!;
    for (const end of ends) {
      if (end.status === 'fulfilled') continue;
      expect(end.reason).toMatchObject({ code: 'DEST_JOB_HELD', details: { pid: winner.pid, host: 'here' } });
    }
  });

  test('a claim of a process that is gone is taken over at once, and leaves a trace', async () => {
    await ledger.claim(identity, RUN_A, rival(1), signal);
    const state = await ledger.claim(identity, RUN_B, rival(2, { alive: [2] }), signal);
    expect(state.claim?.runId).toBe(RUN_B);
    expect(state.trace).toMatchObject([{ kind: 'takeover', runId: RUN_A, outcome: 'dropped' }]);
  });

  test('a claim of another computer holds until it was silent for five minutes', async () => {
    await ledger.claim(identity, RUN_A, rival(1, { host: 'there' }), signal);
    const soon = rival(2, { at: new Date('2026-01-01T00:04:59Z') });
    await expect(ledger.claim(identity, RUN_B, soon, signal)).rejects.toMatchObject({
      code: 'DEST_JOB_HELD',
    });
    await ledger.renew(RUN_A, new Date('2026-01-01T00:04:00Z'), signal);
    const later = rival(2, { at: new Date('2026-01-01T00:08:59Z') });
    await expect(ledger.claim(identity, RUN_B, later, signal)).rejects.toMatchObject({
      code: 'DEST_JOB_HELD',
    });
    const late = rival(2, { at: new Date('2026-01-01T00:09:01Z') });
    expect((await ledger.claim(identity, RUN_B, late, signal)).claim?.runId).toBe(RUN_B);
    await expect(ledger.publishing(RUN_A, new Date(), signal)).rejects.toMatchObject({
      code: 'DEST_JOB_LOST',
    });
  });

  test('a run that died between manifest and state is adopted: nothing is lost, nothing comes twice', async () => {
    await ledger.claim(identity, RUN_A, rival(1), signal);
    await ledger.publishing(RUN_A, new Date(), signal);
    await sink.putManifest(`${keys(sink)}/runs/${RUN_A}/manifest.json`, fakeManifest(RUN_A), signal);
    const state = await ledger.claim(identity, RUN_B, rival(2), signal);
    expect(state.position?.runId).toBe(RUN_A);
    expect(state.trace.map((entry) => entry.kind)).toEqual(['run', 'takeover']);
    // The one that was thought dead finds out that its rows count, and removes nothing.
    expect(await ledger.abandon(RUN_A, signal)).toBe(false);
  });

  test('a run that was slow and not dead cannot write its manifest any more', async () => {
    await ledger.claim(identity, RUN_A, rival(1), signal);
    await ledger.publishing(RUN_A, new Date(), signal);
    await ledger.claim(identity, RUN_B, rival(2), signal);
    const key = `${keys(sink)}/runs/${RUN_A}/manifest.json`;
    await expect(sink.putManifest(key, fakeManifest(RUN_A), signal)).rejects.toThrow();
    expect(await sink.findManifest(key, signal)).toBeUndefined();
    expect(await ledger.abandon(RUN_A, signal)).toBe(true);
    expect((await ledger.look(signal))?.claim?.runId).toBe(RUN_B);
  });

  test('settling moves the position, and settling twice does nothing', async () => {
    await ledger.claim(identity, RUN_A, rival(1), signal);
    await ledger.publishing(RUN_A, new Date(), signal);
    await ledger.settle(fakeManifest(RUN_A), signal);
    const state = await ledger.look(signal);
    await ledger.settle(fakeManifest(RUN_A), signal);
    expect(await ledger.look(signal)).toEqual(state);
    expect(state).toMatchObject({ claim: null, fenced: true, position: { runId: RUN_A } });
    expect(state?.trace).toMatchObject([{ kind: 'run', runId: RUN_A, rows: 3 }]);
  });

  test('a reset waits for a run that goes on, and leaves a trace', async () => {
    const alive = [1];
    await ledger.claim(identity, RUN_A, rival(1, { alive }), signal);
    const change = (state: Parameters<typeof reset>[0]) => reset(state, 'somebody', new Date());
    await expect(ledger.edit(change, rival(2, { alive }), signal)).rejects.toMatchObject({
      code: 'DEST_JOB_HELD',
    });
    await ledger.publishing(RUN_A, new Date(), signal);
    await ledger.settle(fakeManifest(RUN_A), signal);
    const state = await ledger.edit(change, rival(2, { alive }), signal);
    expect(state.position).toBeNull();
    expect(state.trace.map((entry) => entry.kind)).toEqual(['run', 'reset']);
  });

  test('a state that is none is refused, and not written over', async () => {
    const key = `${keys(sink)}/orders/state.json`;
    await sink.replaceState(key, '{"version":1}', undefined, signal);
    await expect(ledger.claim(identity, RUN_A, rival(1), signal)).rejects.toMatchObject({
      code: 'DATA_STATE_INVALID',
    });
    expect((await sink.readState(key, signal))?.text).toBe('{"version":1}');
  });
});

/** A sink at an endpoint of its own kind, which is there while the work goes on. */
async function withEndpoint(
  features: Partial<Features>,
  work: (open: () => S3Sink, server: S3Server) => Promise<void>,
): Promise<void> {
  await using server = await startS3({ buckets: ['lake'], features });
  const { accessKeyId, secretAccessKey } = server.credentials;
  const settings = {
    bucket: 'lake',
    prefix: '',
    region: server.region,
    endpoint: server.endpoint,
    pathStyle: true,
    credentials: { kind: 'keys' as const, accessKeyId },
  };
  await using stack = new AsyncDisposableStack();
  await work(() => stack.use(new S3Sink(settings, secretAccessKey)), server);
}

/** What a state says when each of these endpoints has been asked. */
const ENDPOINTS = [
  ['ignores conditions', { conditionalWrites: false }, false],
  ['obeys them', {}, true],
  ['compares tags without quotes', { tags: 'bare' }, true],
  ['refuses every tag', { tags: 'refused' }, false],
] as const;

describe.each(ENDPOINTS)('I3 and D2: an endpoint that %s', (_, features, fenced) => {
  const claim = (sink: ObjectSink, runId: string) =>
    new JobLedger('orders', sink).claim(identity, runId, rival(1), signal);

  test('is found out by the first claim, and the run comes to its end', async () => {
    await withEndpoint(features, async (open) => {
      const sink = open();
      expect((await claim(sink, RUN_A)).fenced).toBe(fenced);
      const ledger = new JobLedger('orders', sink);
      await ledger.renew(RUN_A, new Date(), signal);
      await ledger.publishing(RUN_A, new Date(), signal);
      await ledger.settle(fakeManifest(RUN_A), signal);
      expect(await ledger.look(signal)).toMatchObject({ fenced, claim: null, position: { runId: RUN_A } });
    });
  });

  test.each([true, false])('is asked again, whatever a state that was copied says (%s)', async (said) => {
    await withEndpoint(features, async (open) => {
      const sink = open();
      await claim(sink, RUN_A);
      await new JobLedger('orders', sink).settle(fakeManifest(RUN_A), signal);
      const key = stateKey('', 'orders');
      const found = await sink.readState(key, signal);
      const copied = { ...(JSON.parse(found?.text ?? '') as object), fenced: said };
      await sink.replaceState(key, JSON.stringify(copied), found?.tag, signal);
      const other = open();
      expect((await claim(other, RUN_B)).fenced).toBe(fenced);
      expect((await new JobLedger('orders', other).look(signal))?.fenced).toBe(fenced);
    });
  });
});

function keys(sink: ObjectSink): string {
  return sink.prefix === '' ? '_sluice' : `${sink.prefix}/_sluice`;
}
