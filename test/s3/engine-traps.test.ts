/** What users of other tools suffer when their data is written to S3, each by its name. */
import { describe, expect, test } from 'vitest';
import { MAX_PARTS, planParts } from '../../electron/engine/s3/part-plan.ts';
import { success } from '../harness/engine/test-engine.ts';
import {
  always,
  BUCKET,
  LARGE,
  engine,
  expectFailed,
  extractTo,
  kibibytes,
  MIB,
  s3,
  status,
} from './lake.ts';

test('10,000 parts do not kill a big upload: parts of 5 MiB end at 50 GB, ours at 9.3 TiB and at 48.8 TiB', () => {
  const reach = (expectedBytes?: number) => {
    const plan = planParts(expectedBytes);
    return Array.from({ length: MAX_PARTS }, (_, i) => plan.bytes(i + 1)).reduce((a, b) => a + b, 0);
  };
  expect(reach()).toBeGreaterThan(9.2 * 1024 ** 4);
  expect(reach(48 * 1024 ** 4)).toBeGreaterThan(48 * 1024 ** 4);
});

describe('a multipart upload that cannot be completed', () => {
  test('is no missing object that is called done, and leaves no parts that cost money', async () => {
    s3.faults.add({
      op: 'CompleteMultipartUpload',
      times: always,
      action: status(500, 'InternalError'),
    });
    const ended = await extractTo({}, { selection: LARGE });
    expectFailed(ended, 'DEST_UNAVAILABLE');
    expect(s3.requests.of('UploadPart').length).toBeGreaterThan(1);
    expect(s3.openUploads(BUCKET)).toEqual([]);
    expect(s3.objects(BUCKET)).toEqual([]);
  });

  test('of which an object before it was whole takes that one with it: half a set of objects is none', async () => {
    s3.faults.add({
      op: 'UploadPart',
      key: '*part-00002*',
      times: always,
      action: status(500, 'InternalError'),
    });
    const spec = { selection: kibibytes(40 * 1024), objectSize: 16 * MIB };
    expectFailed(await extractTo({}, spec), 'DEST_UNAVAILABLE');
    expect(s3.openUploads(BUCKET)).toEqual([]);
    expect(s3.objects(BUCKET)).toEqual([]);
  });
});

describe('later batches do not overwrite an earlier object', () => {
  test('objects of one run have keys of their own, and together all rows', async () => {
    const ended = await extractTo({}, { selection: kibibytes(40 * 1024), objectSize: 8 * MIB });
    const { objects, rows } = success(ended);
    expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
    expect(objects.length).toBeGreaterThan(3);
    expect(rows).toBe(40 * 1024);
    const stored = objects.reduce((sum, { key }) => sum + s3.object(BUCKET, key).length, 0);
    expect(stored).toBe(40 * MIB);
  });

  test.each([{ objectSize: 8 * MIB }, { objectRows: 10 }])(
    'a key for one object is refused with %j',
    async (roll) => {
      const spec = { selection: LARGE, key: 'orders.csv', ...roll };
      await expect(extractTo({}, spec)).rejects.toMatchObject({ code: 'CONFIG_INVALID_INPUT' });
      expect(engine.engine.activeRuns()).toEqual([]);
    },
  );

  test('nor do later runs: the key of the second is its own', async () => {
    const keys = [await extractTo({}), await extractTo({})].map((ended) => success(ended).objects[0]!.key);
    expect(new Set(keys).size).toBe(2);
    expect(s3.objects(BUCKET).filter(({ key }) => keys.includes(key))).toHaveLength(2);
  });
});

test('not too many small files: one object, however many parts and batches it was', async () => {
  expect(success(await extractTo({}, { selection: LARGE })).objects).toHaveLength(1);
});
