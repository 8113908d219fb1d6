/**
 * E6: with a mask set, nothing of a masked row comes to any place but through the mask: objects in a bucket with all that
 * is kept beside them, every byte of Parquet, a job file's run, the served app and what it reads back of the history.
 */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { CallInput, CallName, CallOutput } from '../../electron/contract/calls.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { HostMessage } from '../../electron/contract/wire.ts';
import { isActive } from '../../electron/contract/run.ts';
import { startProgram } from '../harness/cli-program.ts';
import { LAKE, SOURCE, settingsOf, success } from '../harness/engine/test-engine.ts';
import { MASKS, createSecrets, failingCondition } from '../harness/masks/secret-table.ts';
import { Random } from '../harness/random.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { ServedApp } from '../harness/served-app.ts';
import { db, engine } from './extract-world.ts';

const SEED = Number(process.env['SLUICE_MASK_SEED'] ?? Date.now() % 1_000_000);
const BUCKET = 'vault-lake';
let secrets: readonly string[];
/** The same values as a binary file has them: bytes of uuid and bytea, and the number of a moment. */
let binary: readonly string[];
let moments: readonly string[];
let s3: S3Server;

beforeAll(async () => {
  console.log(`masks-places: seed ${String(SEED)}`);
  secrets = await createSecrets(db, new Random(SEED));
  const { rows } = await db.query(
    `SELECT uuid_send(u) AS u, b, (extract(epoch FROM seen) * 1000000)::int8 AS seen FROM vault`,
  );
  const values = rows as { u: Buffer; b: Buffer; seen: string }[];
  binary = values.flatMap(({ u, b }) => [u.toString('latin1'), b.toString('latin1')]);
  moments = values
    .map(({ seen }) => BigInt(seen))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map(littleEndian);
  s3 = await startS3();
  await engine.useS3(s3, BUCKET);
});
afterAll(() => s3[Symbol.asyncDispose]());
beforeEach(() => s3.addBucket(BUCKET));

function littleEndian(number: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(number);
  return bytes.toString('latin1');
}

/** The secrets that are in a text, in which every byte is a character. */
const leaked = (content: string) =>
  [...secrets, ...binary, ...moments].filter((secret) => content.includes(secret));

function expectNoLeak(places: readonly (readonly [place: string, content: string])[]): void {
  for (const [place, content] of places)
    expect({ place, leaked: leaked(place + content) }).toEqual({ place, leaked: [] });
}

/** Everything that a bucket keeps: keys, bytes, headers, tags, and uploads that are not over. */
function inBucket(): [place: string, content: string][] {
  const objects = s3.objects(BUCKET).map((object): [string, string] => {
    const { blob: _blob, ...beside } = object;
    return [object.key, s3.object(BUCKET, object.key).toString('latin1') + JSON.stringify(beside)];
  });
  return [...objects, ['uploads', JSON.stringify(s3.openUploads(BUCKET).map(({ key }) => key))]];
}

async function inFolder(root: string): Promise<[place: string, content: string][]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, string]> => {
      const file = path.join(parentPath, name);
      return [path.relative(root, file), await readFile(file, 'latin1')];
    }),
  );
}

const MASKED: ExtractSpecInput['selection'] = { table: { name: 'vault' }, masks: [...MASKS] };

const FORMATS: readonly Partial<ExtractSpecInput>[] = [
  { format: { kind: 'csv' }, loadScripts: ['redshift', 'duckdb'] },
  { format: { kind: 'jsonl' }, partitionBy: { column: 'kind', by: 'value' } },
  { format: { kind: 'parquet' } },
  { format: { kind: 'parquet' }, mode: 'incremental', name: 'vaulted', watermark: { column: 'changed' } },
];

test('E6: the search finds the clear values: without masks they are in the objects, in Parquet as binary', async () => {
  for (const kind of ['jsonl', 'parquet'] as const) {
    s3.addBucket(BUCKET);
    const ended = await engine.extract({
      selection: { table: { name: 'vault' } },
      destination: { profile: LAKE },
      format: { kind },
      compression: 'none',
      acceptLossy: true,
    });
    const [key] = success(ended).objects.map((object) => object.key);
    const content = s3.object(BUCKET, key!).toString('latin1');
    const found = new Set(leaked(content));
    // Moments are packed as differences in the pages; the first and the last are bounds in the footer.
    const expected = kind === 'jsonl' ? secrets : [...binary, moments[0]!, moments.at(-1)!];
    expect(expected.filter((secret) => !found.has(secret))).toEqual([]);
  }
});

test.each(FORMATS)('E6: objects in a bucket, and what lies beside them, have none: %j', async (how) => {
  const ended = await engine.extract({
    selection: { ...MASKED, where: 'tells(s) AND tells(j::text)' },
    destination: { profile: LAKE },
    compression: 'none',
    tags: { team: 'masked' },
    ...how,
  });
  expect(success(ended).rows).toBe(40);
  expect(inBucket().length).toBeGreaterThan(2);
  expectNoLeak([...inBucket(), ['told', JSON.stringify(ended)], ...(await inFolder(engine.dataFolder))]);
});

test('E6: the bounds in the footer of a Parquet file are those of the masked values', async () => {
  const ended = await engine.extract({
    selection: MASKED,
    destination: { profile: LAKE },
    format: { kind: 'parquet' },
    compression: 'none',
  });
  const [key] = success(ended).objects.map((object) => object.key);
  const file = s3.object(BUCKET, key!);
  const length = file.readUInt32LE(file.length - 8);
  const footer = file.subarray(file.length - 8 - length).toString('latin1');
  expect(footer).toContain('own');
  expectNoLeak([['footer', footer]]);
  const rows = await parquetReadObjects({ file: new Uint8Array(file).buffer });
  expect(new Set(rows.map(({ seen }) => (seen as Date).toISOString()))).toEqual(
    new Set(['2020-01-01T00:00:00.000Z']),
  );
  expect(new Set(rows.map(({ n, u, d, j }) => JSON.stringify([n, u ?? null, d ?? null, j ?? null])))).toEqual(
    new Set(['["7",null,null,null]']),
  );
});

describe('E6: a job file that `sluice run` runs', () => {
  test.each<
    [what: string, more: (random: Random) => Partial<ExtractSpecInput>, exitCodes: readonly number[]]
  >([
    ['succeeds', () => ({ format: { kind: 'parquet' } }), [0]],
    ['fails', () => ({ selection: { ...MASKED, where: 's::date > now()' } }), [3]],
    ['fails at random', (random) => ({ selection: { ...MASKED, where: failingCondition(random) } }), [3, 6]],
  ])(
    'tells none where it %s: not on its streams, not in its home, not in the bucket',
    async (_, more, exitCodes) => {
      const home = path.join(engine.dataFolder, `home-${String(Math.random())}`);
      const file = path.join(engine.dataFolder, 'job.json');
      const spec: ExtractSpecInput = {
        source: { settings: settingsOf(db) },
        selection: MASKED,
        destination: {
          s3: {
            bucket: BUCKET,
            prefix: 'run',
            region: s3.region,
            endpoint: s3.endpoint,
            pathStyle: true,
            credentials: { kind: 'default' },
          },
        },
        compression: 'none',
        ...more(new Random(SEED)),
      };
      await writeFile(file, JSON.stringify(spec));
      const env = {
        SLUICE_HOME: home,
        HOME: home,
        PGPASSWORD: db.password,
        AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      };
      for (const json of [[], ['--json']]) {
        const ended = await startProgram(['run', file, ...json], { env }).outcome;
        expect(exitCodes, ended.err).toContain(ended.exitCode);
        expectNoLeak([['stdout', ended.out] as const, ['stderr', ended.err] as const]);
      }
      expectNoLeak([...inBucket(), ...(await inFolder(home))]);
    },
    60_000,
  );
});

/** A page of the served app: its calls, and all that came over the socket, byte for byte. */
class Page {
  heard = '';
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: HostMessage) => void>();
  #next = 1;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      this.heard += text;
      const message = JSON.parse(text) as HostMessage;
      if (message.type === 'event') socket.send(JSON.stringify({ type: 'taken', count: 1 }));
      else this.#answers.get(message.id)?.(message);
    });
    socket.send(JSON.stringify({ type: 'listen' }));
  }

  /** The output, or undefined for an error, which is in {@link heard}. */
  async call<K extends CallName>(call: K, input: CallInput<K>): Promise<CallOutput<K> | undefined> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<HostMessage>();
    this.#answers.set(id, resolve);
    this.#socket.send(JSON.stringify({ type: 'call', id, call, input }));
    const answer = await promise;
    return answer.type === 'result' ? (answer.output as CallOutput<K>) : undefined;
  }
}

test('E6: the served app tells none over its socket: calls, events, plans, and the history read back', async () => {
  const app = await ServedApp.start(engine.engine);
  try {
    const page = new Page(await app.openSocket());
    const random = new Random(SEED + 1);
    const conditions = [
      undefined,
      's::date > now()',
      ...Array.from({ length: 8 }, () => failingCondition(random)),
    ];
    for (const [index, where] of conditions.entries()) {
      const spec: ExtractSpecInput = {
        source: { profile: SOURCE },
        selection: { ...MASKED, ...(where === undefined ? {} : { where }) },
        destination: { profile: LAKE },
        compression: 'none',
        ...FORMATS[index % FORMATS.length],
        ...(index % FORMATS.length === 3 ? { name: `served ${String(index)}` } : {}),
      };
      await page.call('extract.plan', { spec, count: true });
      if (spec.mode === 'incremental') await page.call('watermark.look', { spec });
      const started = await page.call('jobs.start', { spec });
      expect(started).toBeDefined();
      await engine.heard(
        (event) => event.type === 'run' && event.run.id === started!.runId && !isActive(event.run.state),
      );
      const read = await page.call('runs.get', { runId: started!.runId });
      expect(read?.run.state.tag).toBe(where === undefined ? 'succeeded' : 'failed');
    }
    await page.call('runs.list', {});
    expect(page.heard.length).toBeGreaterThan(1_000);
    expectNoLeak([
      ['socket', page.heard],
      ['log of the host', JSON.stringify(app.log)],
      ['log', JSON.stringify(engine.logged)],
      ...inBucket(),
      ...(await inFolder(engine.dataFolder)),
    ]);
  } finally {
    await app.close();
  }
}, 120_000);
