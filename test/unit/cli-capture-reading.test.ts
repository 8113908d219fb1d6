import { describe, expect, it } from 'vitest';
import { captureAddress } from '../../electron/cli/capture-address.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { cliWorld } from '../fakes/cli-world.ts';
import { fakeCaptureReading } from '../fakes/renderer-capture-reading.ts';

describe('the address of a capture', () => {
  const at = (address: string | undefined, options = {}) => captureAddress(address, options, {}, '/work');

  it.each<[string | undefined, object, unknown]>([
    ['s3://lake/a/manifest.json', {}, undefined],
    ['s3://lake/changes', { job: 'orders' }, { bucket: 'lake', prefix: 'changes' }],
    ['s3://lake/changes/', { job: 'orders' }, { bucket: 'lake', prefix: 'changes' }],
    ['s3://lake', { job: 'orders' }, { bucket: 'lake', prefix: '' }],
    ['s3://lake/changes/_sluice/orders/checkpoint.json', {}, { bucket: 'lake', prefix: 'changes' }],
    ['s3://lake/_sluice/orders/checkpoint.json', { job: 'orders' }, { bucket: 'lake', prefix: '' }],
  ])('%j with %j', (address, options, s3) => {
    const found = at(address, options);
    if (s3 === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ name: 'orders', destination: { s3 } });
  });

  it('is a folder, or a saved destination', () => {
    expect(at('out', { job: 'orders' })).toEqual({ name: 'orders', destination: { folder: '/work/out' } });
    expect(at('/data/_sluice/orders/checkpoint.json')).toEqual({
      name: 'orders',
      destination: { folder: '/data' },
    });
    const saved = { name: 'orders', destination: { profile: 'Lake' } };
    expect(at(undefined, { job: 'orders', destination: 'Lake' })).toEqual(saved);
  });

  it('must be one', () => {
    expect(() => at(undefined)).toThrow(/Name what to verify/);
    expect(() => at('s3://lake/_sluice/orders/checkpoint.json', { job: 'other' })).toThrow(
      /--job says "other"/,
    );
  });
});

describe('sluice verify --job', () => {
  function world(proved = true) {
    const asked: unknown[] = [];
    const verify: CallHandlers['capture.verify'] = async (input, context) => {
      asked.push(input);
      const found = await fakeCaptureReading()['capture.verify'](input, context);
      const compared = { rows: 999, missing: 1, extra: 2, different: 0, unknownValues: 0 };
      const wrong = { proved, tables: found.tables.map((table) => ({ ...table, compared })) };
      return proved ? found : { ...found, ...wrong, logProblems: ['Entry 3 is missing.'] };
    };
    return { asked, run: cliWorld({ 'capture.verify': verify }).run };
  }

  it('says what was proved', async () => {
    const { asked, run } = world();
    const { exitCode, out, err } = await run('verify', '/data', '--job', 'orders', '--wait', '5');
    expect(exitCode).toBe(0);
    expect(out).toBe('public.Orders  1,200 changes, 1,000 rows  as the log says\n');
    expect(err).toMatch(/^Proved: 12 entries, 20 objects/);
    expect(asked).toEqual([{ destination: { folder: '/data' }, name: 'orders', waitSeconds: 5 }]);
  });

  it('says what is wrong, and ends with code 6', async () => {
    const { exitCode, out } = await world(false).run('verify', '/data', '--job', 'orders');
    expect(exitCode).toBe(6);
    expect(out).toContain('log  WRONG: Entry 3 is missing.');
    expect(out).toContain('WRONG: 1 rows missing, 2 rows extra');
  });

  it('does so in JSON', async () => {
    const { exitCode, out } = await world(false).run('verify', '/data', '--job', 'orders', '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(exitCode).toBe(6);
    expect(lines).toMatchObject([
      { type: 'log' },
      { type: 'table', compared: { missing: 1 } },
      { type: 'finished', outcome: 'failed', entries: 12, objectCount: 20, comparedLsn: null },
    ]);
  });

  it('compares a run with its manifest alone', async () => {
    const { exitCode, err } = await world().run('verify', '/data/manifest.json', '--pg', 'postgres://h/db');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('go with --job')]);
  });
});
