/** Values in lines of a capture, against what Postgres itself makes of them as JSON. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { DebeziumLines } from '../../electron/engine/capture/encode/debezium-lines.ts';
import { JsonBuffer } from '../../electron/engine/capture/encode/json-buffer.ts';
import { binaryValue } from '../../electron/engine/capture/encode/binary-value.ts';
import { insert, makeShape } from '../harness/capture/stream-script.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();

const TYPES = [
  { typeId: 23, type: 'int4', values: ['0', '-2147483648', '2147483647'] },
  { typeId: 20, type: 'int8', values: ['-9223372036854775808', '9223372036854775807'] },
  { typeId: 700, type: 'float4', values: ['1e-30', 'NaN', '-Infinity', '1.5', '3e+30'] },
  { typeId: 701, type: 'float8', values: ['1e+300', 'Infinity', '0.1', '-0', '5e-324'] },
  { typeId: 1700, type: 'numeric', values: ['NaN', '123456789012345678901234567890.1234567890', '-0.00'] },
  { typeId: 16, type: 'bool', values: ['t', 'f'] },
  { typeId: 25, type: 'text', values: ['', 'null', '"\\/\b\f\n\r\t', '\u0001\u001f\u007f', 'é€😀\u2028'] },
  { typeId: 2950, type: 'uuid', values: ['0b0c0d0e-0000-4000-8000-00000000000f'] },
  { typeId: 1082, type: 'date', values: ['2026-01-02'] },
] as const;

test('are the ones of to_json, digit by digit', async () => {
  await using db = await postgres().createDatabase();
  const client = await db.connect();
  for (const { typeId, type, values } of TYPES) {
    const shape = makeShape('v', [{ name: 'v', typeId, key: true }]);
    const encoder = new DebeziumLines(shape, { job: 'j', database: 'd', unchanged: 'list' });
    for (const value of values) {
      const { rows } = await client.query<{ text: string; json: string }>(
        `SELECT v::text AS text, to_json(v)::text AS json FROM (SELECT $1::${type} AS v) AS q`,
        [value],
      );
      const { text = '', json = '' } = rows[0] ?? {};
      const output = new JsonBuffer();
      // What pgoutput sends is the output function's text, in which booleans are one letter.
      const sent = type === 'bool' ? text.slice(0, 1) : text;
      const change = insert(shape, sent)(1n);
      encoder.encode(change, { xid: 1, commitLsn: 1n, time: 0n }, { total: 1, inTable: 1 }, output);
      const line = output.bytes().toString();
      expect(line.slice(0, line.indexOf(',"source"'))).toBe(`{"before":null,"after":{"v":${json}}`);
    }
  }
});

test('are the ones that Postgres sends in its binary form, where an object is Parquet', async () => {
  const seed = randomInt(2 ** 31);
  await using db = await postgres().createDatabase();
  const client = await db.connect();
  await client.query("SET TimeZone = 'Asia/Kathmandu'");
  const cases = [
    [
      'timestamptz',
      'timestamptz_send',
      `timestamptz '0044-01-01 BC' + random() * 100000000000 * interval '1 second'`,
    ],
    [
      'timestamp',
      'timestamp_send',
      `timestamp '0044-01-01 BC' + random() * 100000000000 * interval '1 second'`,
    ],
    ['date', 'date_send', `date '0044-01-01 BC' + (random() * 4000000)::int`],
    ['uuid', 'uuid_send', `md5(random()::text)::uuid`],
    ['int8', 'int8send', `((random() - 0.5) * 1.8e19)::int8`],
    ['float8', 'float8send', `(random() - 0.5) * 10 ^ (random() * 300)::int`],
    ['float4', 'float4send', `((random() - 0.5) * 10 ^ (random() * 30)::int)::float4`],
  ] as const;
  await client.query(`SELECT setseed($1)`, [(seed % 1000) / 1000]);
  for (const [kind, send, sql] of cases) {
    const { rows } = await client.query<{ text: string; binary: Buffer }>(
      `SELECT v::text AS text, ${send}(v) AS binary FROM (SELECT (${sql})::${kind} AS v FROM generate_series(1, 300)) AS q`,
    );
    for (const { text, binary } of rows)
      expect(binaryValue(kind, text)?.toString('hex'), `seed ${seed}: ${kind} ${text}`).toBe(
        binary.toString('hex'),
      );
  }
});
