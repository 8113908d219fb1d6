/** E15: there is one way of finding names: the same text names the same relation, whichever verb is given it. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTableName } from '../../electron/contract/table-name.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import { cliWorld } from '../fakes/cli-world.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { SOURCE, TestEngine, settingsOf } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const TABLES = [
  'public."Orders"',
  'public.orders',
  'early.orders',
  'aside.hidden',
  'public."odd.name"',
  'public."quo""ted"',
  'public."com,ma"',
  '"dot.ted".t',
  'dot."ted.t"',
  'pgtemp_1.x',
  'public.pg_class',
];

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let connectionId: string;
let temporary: TemporaryFolder;
let round = 0;

beforeAll(async () => {
  temporary = await makeTemporaryFolder('names');
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await db.query(`
    ALTER DATABASE "${db.database}" SET search_path = early, public;
    CREATE ROLE finder LOGIN SUPERUSER PASSWORD 'f';
    CREATE SCHEMA early; CREATE SCHEMA aside; CREATE SCHEMA "dot.ted"; CREATE SCHEMA dot; CREATE SCHEMA pgtemp_1`);
  await db.query(`SELECT pg_create_logical_replication_slot('found_names', 'pgoutput')`);
  for (const table of TABLES) await db.query(`CREATE TABLE ${table} (tell text PRIMARY KEY)`);
  await db.query('CREATE PUBLICATION everything FOR ALL TABLES');
  for (const table of TABLES) await db.query(`INSERT INTO ${table} VALUES ($1)`, [table]);
  connectionId = await engine.useProfile(SOURCE, { ...settingsOf(db), user: 'finder' }, 'f');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.query(`SELECT pg_drop_replication_slot('found_names')`);
  await db.drop();
  await postgres().query('DROP ROLE finder');
  await temporary.remove();
});

/** The command line with an engine of its own, in a folder of its own. */
async function sluice(...args: string[]) {
  const cwd = path.join(temporary.path, String((round += 1)));
  const dataFolder = path.join(cwd, 'data');
  const world = cliWorld(
    {},
    {
      cwd: temporary.path,
      readTextFile: (file) => readFile(file, 'utf8'),
      openEngine: (origin) =>
        createEngine({
          version: '0.0.0',
          platform: 'test',
          origin,
          dataFolder,
          secrets: createKeyFileSecrets(dataFolder),
          log: memoryLog(),
        }),
    },
  );
  const out = path.join(cwd, 'out');
  const url = `postgres://finder:f@${db.host}:${String(db.port)}/${db.database}`;
  const ended = await world.run(...args.map((arg) => arg.replace('OUT', out).replace('URL', url)), '--json');
  return { ...ended, out };
}

type Ended = Awaited<ReturnType<typeof sluice>>;

/** The code of the error that a command ended with. */
const codeOf = ({ events }: Ended) =>
  (events.at(-1) as { error?: { code: string } } | undefined)?.error?.code;

/** What a row says of itself, or the error. */
async function written(ended: Ended): Promise<unknown> {
  if (ended.exitCode !== 0) return codeOf(ended);
  const names = await readdir(ended.out, { recursive: true });
  const data = names.filter((name) => name.endsWith('.jsonl') && !name.includes('_sluice'));
  const texts = await Promise.all(data.map((name) => readFile(path.join(ended.out, name), 'utf8')));
  const lines = texts.join('').split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { tell: string }).tell).join(' and ');
}

const CAPTURE = ['capture', 'start', '--pg', 'URL', '--dir', 'OUT'];
const EXTRACT = ['extract', '--pg', 'URL', '--dir', 'OUT', '--format', 'jsonl'];

/** Which relation each verb takes for a text: what its row says, or the code of the error. */
const VERBS: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
  preview: async (text) => {
    const ended = await sluice('preview', '--pg', 'URL', '--table', text);
    if (ended.exitCode !== 0) return codeOf(ended);
    return (ended.events.find(({ type }) => type === 'row') as { values: string[] } | undefined)?.values[0];
  },
  extract: async (text) => await written(await sluice(...EXTRACT, '--table', text)),
  'extract, incremental': async (text) =>
    await written(
      await sluice(
        ...EXTRACT,
        '--mode',
        'incremental',
        '--watermark',
        'tell',
        '--name',
        'j',
        '--table',
        text,
      ),
    ),
  'extract --plan': async (text) => {
    const ended = await sluice(...EXTRACT, '--plan', '--table', text);
    if (ended.exitCode !== 0) return codeOf(ended);
    const plan = ended.events.find(({ type }) => type === 'plan') as
      | { relation: { schema: string; name: string } }
      | undefined;
    return await tellOf(plan!.relation);
  },
  'a job file': async (text) => {
    const file = path.join(temporary.path, 'job.json');
    const source = { settings: { ...settingsOf(db), user: 'finder' } };
    const selection = { table: readTableName(text) };
    const destination = { folder: path.join(temporary.path, String(round + 1), 'out') };
    await writeFile(file, JSON.stringify({ source, selection, destination, format: { kind: 'jsonl' } }));
    process.env['PGPASSWORD'] = 'f';
    try {
      return await written(await sluice('run', file));
    } finally {
      delete process.env['PGPASSWORD'];
    }
  },
  'the calls of the app': async (text) => {
    const asked = { connectionId, relation: readTableName(text)! };
    try {
      return await tellOf((await engine.call('relations.describe', asked)).relation);
    } catch (error) {
      return (error as { code: string }).code;
    }
  },
  'wal peek': async (text) => {
    const ended = await sluice('wal', 'peek', '--pg', 'URL', '--slot', 'found_names', '--table', text);
    if (ended.exitCode !== 0) return codeOf(ended);
    const changes = ended.events.filter(({ type }) => type === 'change') as unknown as {
      columns: { after: string }[];
    }[];
    return changes.map(({ columns }) => columns[0]?.after).join(' and ');
  },
  'capture start': async (text) => {
    const name = `names_${String(round)}`;
    const as = ['--until', 'current', '--format', 'flat', '--compression', 'none'];
    const ended = await sluice(...CAPTURE, '--name', name, '--table', text, ...as);
    await db.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'sluice_${name}'`,
    );
    await db.query(`DROP PUBLICATION IF EXISTS sluice_${name}`);
    return await written(ended);
  },
};

async function tellOf({ schema, name }: { schema: string; name: string }): Promise<unknown> {
  const quoted = [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  const { rows } = await db.query(`SELECT tell FROM ${quoted}`);
  return (rows[0] as { tell: string } | undefined)?.tell;
}

const NONE = 'SOURCE_NO_RELATION';

describe.each(Object.entries(VERBS))('E15: the same text names the same relation: %s', (_, verb) => {
  test.each([
    ['Orders', 'public."Orders"'],
    ['"Orders"', 'public."Orders"'],
    ['orders', 'early.orders'],
    ['public.orders', 'public.orders'],
    ['"public"."orders"', 'public.orders'],
    ['ORDERS', NONE],
    ['hidden', NONE],
    ['aside.hidden', 'aside.hidden'],
    ['"odd.name"', 'public."odd.name"'],
    ['public."odd.name"', 'public."odd.name"'],
    ['"quo""ted"', 'public."quo""ted"'],
    ['"com,ma"', 'public."com,ma"'],
    ['"dot.ted".t', '"dot.ted".t'],
    ['dot."ted.t"', 'dot."ted.t"'],
    ['pgtemp_1.x', 'pgtemp_1.x'],
    ['pg_temp.x', NONE],
    ['public.pg_class', 'public.pg_class'],
    ['orders_pkey', NONE],
    ['nowhere.orders', NONE],
  ])(
    '%s is %s',
    async (text, expected) => {
      expect(await verb(text)).toBe(expected);
    },
    30_000,
  );
});

test.each(['pg_settings', 'pg_catalog.pg_settings', 'pg_class', 'information_schema.tables'])(
  'E15: %s is the view or table of the system, which is read, and not captured',
  async (text) => {
    const asked = { connectionId, relation: readTableName(text)! };
    const { relation, columns } = await engine.call('relations.describe', asked);
    expect(relation.schema).toMatch(/^(pg_catalog|information_schema)$/);
    const shown = await sluice('preview', '--pg', 'URL', '--limit', '1', '--table', text);
    const previewed = shown.events[0]?.['columns'] as { name: string }[];
    expect(previewed.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
    const extracted = await sluice(...EXTRACT, '--table', text, '--columns', columns[0]!.name);
    expect(extracted.exitCode).toBe(0);
    const captured = await sluice(...CAPTURE, '--name', 'system', '--table', text);
    expect(codeOf(captured)).toBe('SLOT_NOT_PUBLISHABLE');
    expect(captured.out + captured.err + JSON.stringify(captured.events)).toContain(
      `${relation.schema}.${relation.name}`,
    );
    const { rows } = await db.query(
      `SELECT 1 FROM pg_publication WHERE pubname = 'sluice_system' UNION ALL SELECT 1 FROM pg_replication_slots WHERE slot_name = 'sluice_system'`,
    );
    expect(rows).toEqual([]);
  },
  30_000,
);

test('E15: the name that is suggested can be given as it stands', async () => {
  for (const [text, suggested] of [
    ['ODD', undefined],
    ['"ODD.name"', 'public."odd.name"'],
    ['Hidden', 'aside.hidden'],
  ] as const) {
    const ended = await sluice('preview', '--pg', 'URL', '--table', text);
    const { message } = (ended.events.at(-1) as { error: { message: string } }).error;
    const [, found] = /Did you mean "?(.+?)"?\?$/.exec(message) ?? [];
    if (suggested === undefined) expect(found).toBeUndefined();
    else expect(message).toContain(suggested);
  }
});
