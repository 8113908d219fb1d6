/** The thread of the encoder, and what becomes of a run when it does not do its work. */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { createEncoder } from '../../electron/engine/encode/create-encoder.ts';
import { ParquetEncoder } from '../../electron/engine/encode/parquet/parquet-encoder.ts';

const never = new AbortController().signal;
const batch = { bytes: Buffer.from([0, 1, 0, 0, 0, 4, 0, 0, 0, 7]), rows: 1 };
const form = { kind: 'binary', casts: [null] } as const;
const thread = (code: string) => new Worker(code, { eval: true });
const encoderOn = (code: string, signal = never) =>
  new ParquetEncoder({ form, worker: thread(code), lanes: 1, signal });

function integers(signal = never) {
  const columns = [{ name: 'a', type: 'integer', baseType: 'int4' }];
  return createEncoder({
    format: { kind: 'parquet' },
    compression: 'zstd',
    acceptLossy: false,
    lanes: 1,
    columns,
    signal,
  });
}

test('makes one file after the other', async () => {
  await using encoder = integers();
  for (const rows of [1, 0, 3]) {
    await encoder.begin();
    const pieces = [];
    for (let i = 0; i < rows; i++) pieces.push(Buffer.from(await encoder.encode(batch)));
    const file = Buffer.concat([...pieces, await encoder.end()]);
    expect(file.subarray(0, 4).toString()).toBe('PAR1');
    expect(file.subarray(-4).toString()).toBe('PAR1');
  }
});

test.each([
  ['exits', 'process.exit(3)', /ended with code 3/],
  ['throws', 'throw new Error("broken")', /broken/],
])('a thread that %s fails the run', async (_, code, message) => {
  await using encoder = encoderOn(code);
  encoder.begin();
  await encoder.encode(batch).catch(() => undefined);
  await expect(encoder.end()).rejects.toMatchObject({
    code: 'INTERNAL_INVARIANT',
    message: expect.stringMatching(message) as string,
  });
});

test('a thread that has written other rows than it was sent fails the run', async () => {
  await using encoder = encoderOn(
    `require('node:worker_threads').parentPort.on('message', ({ tag }) => {
       if (tag === 'end') require('node:worker_threads').parentPort.postMessage({ tag: 'ended', rows: 0, output: new Uint8Array() });
     })`,
  );
  encoder.begin();
  await encoder.encode(batch);
  await expect(encoder.end()).rejects.toMatchObject({ code: 'DATA_COUNT_MISMATCH' });
});

test('an abort ends what is waited for, also of a thread that does not answer', async () => {
  const controller = new AbortController();
  const worker = thread('setInterval(() => {}, 1000)');
  const encoder = new ParquetEncoder({ form, worker, lanes: 1, signal: controller.signal });
  encoder.begin();
  const ending = encoder.end();
  controller.abort(new Error('cancelled'));
  await expect(ending).rejects.toThrow('cancelled');
  await encoder[Symbol.asyncDispose]();
  // What a thread has that is no more.
  expect(worker.threadId).toBe(-1);
});

test('waits while too much is on its way to the thread', async () => {
  await using encoder = encoderOn('setInterval(() => {}, 1000)');
  encoder.begin();
  const large = { bytes: Buffer.alloc(3 * 1024 * 1024), rows: 1 };
  await encoder.encode(large);
  const late = Symbol('late');
  const second = encoder.encode(large);
  second.catch(() => undefined);
  expect(await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 50, late))])).toBe(late);
});

test.each([
  ['two columns of one name', [{ name: 'a' }, { name: 'a' }]],
  ['no column', []],
])('%s are refused before a thread is started', (_, names) => {
  const columns = names.map(({ name }) => ({ name, type: 'integer', baseType: 'int4' }));
  expect(() =>
    createEncoder({
      format: { kind: 'parquet' },
      compression: 'zstd',
      acceptLossy: false,
      lanes: 1,
      columns,
      signal: never,
    }),
  ).toThrow(expect.objectContaining({ code: 'DATA_TYPE_UNSUPPORTED' }));
});
