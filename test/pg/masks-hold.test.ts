/** Nothing of a masked row leaves the database but through the mask: everything that comes out is searched for it. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { toWireError } from '../../electron/contract/app-error.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { startProgram } from '../harness/cli-program.ts';
import { SOURCE, failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import { FAILING_TABLES, MASKS, createSecrets, failingCondition } from '../harness/masks/secret-table.ts';
import { Random } from '../harness/random.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { db, engine, folder } from './extract-world.ts';

const ROUNDS = Number(process.env['SLUICE_MASK_ROUNDS'] ?? 40);
const SEED = Number(process.env['SLUICE_MASK_SEED'] ?? Date.now() % 1_000_000);
const random = new Random(SEED);
let secrets: readonly string[];

beforeAll(async () => {
  console.log(`masks-hold: seed ${String(SEED)}, ${String(ROUNDS)} rounds`);
  secrets = await createSecrets(db, random);
});

/** The secrets that are in a text. */
const leaked = (content: string) => secrets.filter((secret) => content.includes(secret));

type Chosen = Omit<ExtractSpecInput, 'source' | 'destination'>;

const spec = (chosen: Chosen): ExtractSpecInput => ({
  source: { profile: SOURCE },
  destination: { folder },
  ...chosen,
});

/** All files below a folder, by name, as text in which every byte is a character. */
async function filesIn(root: string): Promise<[name: string, content: string][]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return await Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'latin1')]),
  );
}

/** What the engine has let out, by place: calls' errors are given. */
async function expectNoLeak(told: unknown, round: string): Promise<void> {
  const places: [string, string][] = [
    ['told', JSON.stringify(told)],
    ['events', JSON.stringify(engine.events)],
    ['log', JSON.stringify(engine.logged)],
    ...(await filesIn(engine.dataFolder)),
  ];
  for (const [place, content] of places) {
    expect({ round, place, leaked: leaked(content) }).toEqual({ round, place, leaked: [] });
    expect({ round, place, leaked: leaked(path.basename(place)) }).toEqual({ round, place, leaked: [] });
  }
}

/** The path that a round takes through the program. */
function chosenPath(selection: Chosen['selection'], round: number): Chosen {
  const format = random.pick([
    { kind: 'csv' as const },
    { kind: 'csv' as const, dialect: 'python' as const },
    { kind: 'jsonl' as const },
    { kind: 'parquet' as const },
  ]);
  const more = random.pick<Partial<Chosen>>([
    {},
    { parallel: 3 },
    { recovery: 'resume' },
    { partitionBy: { column: 'kind', by: 'value' } },
    { mode: 'incremental', name: `job ${String(round)}`, watermark: { column: 'changed' } },
  ]);
  return { selection, format, ...more };
}

const call = async (name: 'extract.plan' | 'watermark.look', chosen: Chosen): Promise<unknown> => {
  const asked =
    name === 'extract.plan'
      ? engine.call(name, { spec: spec(chosen), count: true })
      : engine.call(name, { spec: spec(chosen) });
  return await asked.catch(toWireError);
};

test('E6: the condition "email::date > now()" on a masked column tells the SQLSTATE and no value', async () => {
  const selection = { table: { name: 'vault' }, masks: [...MASKS], where: 's::date > now()' };
  const ended = await engine.extract({ selection, destination: { folder } });
  expect(failure(ended)).toEqual({
    code: 'SOURCE_MESSAGE_HIDDEN',
    message: expect.stringMatching(
      /^A value could not be read as a date or a time \(SQLSTATE 22007\)\./,
    ) as string,
    hint: expect.stringContaining('psql') as string,
    details: { sqlstate: '22007' },
    causes: [],
  });
  await expectNoLeak(ended, 'E6');
});

test('E6: no error of any class, on any path, tells a value of a masked column', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const where = failingCondition(random);
    const chosen = chosenPath({ table: { name: 'vault' }, masks: [...MASKS], where }, round);
    const ended = await engine.extract({ ...chosen, destination: { folder } });
    const told = [ended, await call('extract.plan', chosen)];
    if (chosen.mode === 'incremental') told.push(await call('watermark.look', chosen));
    await expectNoLeak(told, `seed ${String(SEED)}, round ${String(round)}: ${JSON.stringify(chosen)}`);
    expect({ where, ended: ended.state.tag }).toEqual({ where, ended: 'failed' });
  }
}, 300_000);

test.each(FAILING_TABLES)('E6: nor does an error that comes of %s itself', async (name) => {
  const masks =
    name === 'vault_cast' ? [{ column: 'secret', mask: { kind: 'sha256' as const } }] : [...MASKS];
  const ended = await engine.extract({ selection: { table: { name }, masks }, destination: { folder } });
  expect(ended.state.tag).toBe('failed');
  await expectNoLeak(ended, name);
});

test.each(['csv', 'jsonl', 'parquet'] as const)(
  'E6: a run as %s that succeeds has none in its files, footers, manifest, log and state, and no notice on the wire',
  async (kind) => {
    const chunks: Buffer[] = [];
    await using proxy = await TcpProxy.start({
      port: db.port,
      heard: (bytes) => chunks.push(Buffer.from(bytes)),
    });
    await engine.useProfile(`Wire ${kind}`, { ...settingsOf(db), port: proxy.port }, db.password);
    const ended = await engine.extract({
      source: { profile: `Wire ${kind}` },
      selection: { table: { name: 'vault' }, masks: [...MASKS], where: 'tells(s) AND tells(j::text)' },
      format: { kind },
      mode: 'incremental',
      name: `whole ${kind}`,
      watermark: { column: 'changed' },
      parallel: 2,
      destination: { folder },
    });
    expect(success(ended).rows).toBe(40);
    await expectNoLeak(ended, kind);
    expect(leaked(Buffer.concat(chunks).toString('latin1'))).toEqual([]);
  },
);

describe('what the user wrote is still told in the words of the server', () => {
  test.each<[where: string, code: string, message: RegExp]>([
    ['emial IS NULL', 'SOURCE_NO_COLUMN', /emial/],
    ['nowhere.f(s)', 'SOURCE_NO_RELATION', /nowhere/],
    ['no_function(s)', 'SOURCE_QUERY_FAILED', /no_function/],
    ['s = = 1', 'SOURCE_QUERY_FAILED', /at or near "="/],
    ['EXISTS (SELECT FROM no_table)', 'SOURCE_NO_RELATION', /no_table/],
  ])('%s', async (where, code, message) => {
    const ended = await engine.extract({
      selection: { table: { name: 'vault' }, masks: [...MASKS], where },
      destination: { folder },
    });
    const error = failure(ended);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(error.details['position']).toMatch(/^\d+$/);
  });

  test('a rule of a domain is named', async () => {
    const ended = await engine.extract({
      selection: { table: { name: 'vault' }, masks: [...MASKS], where: 's::short IS NULL' },
      destination: { folder },
    });
    expect(failure(ended).details).toEqual({ sqlstate: '23514', type: 'short', constraint: 'short_check' });
  });
});

test('E6: a masked column is refused as watermark and as the column of folders, by name', async () => {
  const selection = { table: { name: 'vault' }, masks: [...MASKS] };
  await expect(
    engine.start({
      selection,
      mode: 'incremental',
      name: 'seen',
      watermark: { column: 'seen' },
      destination: { folder },
    }),
  ).rejects.toMatchObject({
    code: 'CONFIG_INVALID_INPUT',
    message: expect.stringContaining('"seen"') as string,
  });
  await expect(
    engine.start({ selection, partitionBy: { column: 'd', by: 'day' }, destination: { folder } }),
  ).rejects.toMatchObject({
    code: 'CONFIG_INVALID_INPUT',
    message: expect.stringContaining('"d"') as string,
  });
});

test.each<[where: string, more: readonly string[], exitCode: number]>([
  ['s::date > now()', [], 3],
  ["raises(s, '42P01')", ['--json'], 3],
  ["tells(s) AND raises(j::text, '57014')", ['--json', '--parallel', '2'], 3],
  ["s OPERATOR(public.<<<) 'x'", ['--plan', '--count', '--json'], 3],
])(
  'E6: the command line tells none where %s, with %j',
  async (where, more, exitCode) => {
    const home = path.join(engine.dataFolder, 'home');
    const { out, err, ...ended } = await startProgram(
      [
        'extract',
        '--pg',
        db.url,
        '--dir',
        folder,
        '--table',
        'vault',
        '--where',
        where,
        '--mask',
        's=sha256',
        '--mask',
        'j=null',
        ...more,
      ],
      { env: { SLUICE_HOME: home, HOME: home } },
    ).outcome;
    expect(leaked(out + err)).toEqual([]);
    expect(ended.exitCode).toBe(exitCode);
    await expectNoLeak([], 'command line');
  },
  60_000,
);
