/** The lines that changes become. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, TableShape } from '../../electron/engine/capture/change.ts';
import { DebeziumLines } from '../../electron/engine/capture/encode/debezium-lines.ts';
import { FlatLines } from '../../electron/engine/capture/encode/flat-lines.ts';
import { JsonBuffer } from '../../electron/engine/capture/encode/json-buffer.ts';
import { EarlierValues } from '../../electron/engine/capture/earlier-values.ts';
import {
  insert,
  makeShape,
  read,
  remove,
  truncate,
  UNCHANGED,
  update,
  type ScriptedChange,
} from '../harness/capture/stream-script.ts';

const COLUMNS = [
  { name: 'id', typeId: 20, key: true },
  { name: 'n', typeId: 1700 },
  { name: 'f', typeId: 701 },
  { name: 'b', typeId: 16 },
  { name: 't', typeId: 25 },
];
const SHAPE = makeShape('Odd "name"', COLUMNS);
const ORIGIN = { xid: 7, commitLsn: 5_000_000_000n, time: 820_540_800_123_456n };

function lines(shape: TableShape, changes: readonly Change[], unchanged: 'list' | 'placeholder' = 'list') {
  const output = new JsonBuffer();
  const flat = new JsonBuffer();
  const facts = { job: 'shop', database: 'db', unchanged };
  const encoders = [new DebeziumLines(shape, facts), new FlatLines(shape, facts)] as const;
  const earlier = EarlierValues.of(shape);
  for (const [index, change] of changes.entries()) {
    const origin = change.operation === 'read' ? { ...ORIGIN, xid: undefined } : ORIGIN;
    const order = { total: index + 1, inTable: index + 1 };
    const known = earlier?.recall(change);
    encoders[0].encode(change, origin, order, output, known);
    encoders[1].encode(change, origin, order, flat, known);
    earlier?.remember(change, known);
  }
  const parsed = (buffer: JsonBuffer) =>
    buffer
      .bytes()
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
  return {
    text: output.bytes().toString(),
    flatText: flat.bytes().toString(),
    envelope: parsed(output),
    flat: parsed(flat),
  };
}

const at = (...changes: ScriptedChange[]) =>
  changes.map((make, index) => make(4_999_999_000n + BigInt(index)));

describe('a line of the envelope', () => {
  it('is what Debezium writes, with the digits that Postgres has', () => {
    const { text } = lines(SHAPE, at(insert(SHAPE, '9223372036854775807', '1.10', '1e+20', 't', 'a"b')));
    expect(text).toBe(
      `{"before":null,"after":{"id":9223372036854775807,"n":1.10,"f":1e+20,"b":true,"t":"a\\"b"},` +
        `"source":{"version":"sluice-1","connector":"postgresql","name":"shop","ts_ms":1767225600123,` +
        `"ts_us":1767225600123456,"ts_ns":1767225600123456000,"snapshot":"false","db":"db",` +
        `"sequence":"[\\"5000000000\\",\\"4999999000\\"]","schema":"public","table":"Odd \\"name\\"","txId":7,` +
        `"lsn":4999999000,"xmin":null,"commit_lsn":5000000000},"op":"c","ts_ms":1767225600123,` +
        `"transaction":{"id":"7:5000000000","total_order":1,"data_collection_order":1}}\n`,
    );
  });

  it('of a snapshot has no transaction', () => {
    const { envelope, flat } = lines(SHAPE, [read(SHAPE, 5_000_000_000n, '1', null, null, null, null)]);
    expect(envelope[0]).toMatchObject({
      op: 'r',
      transaction: null,
      source: { snapshot: 'true', txId: null },
    });
    expect(flat[0]).not.toHaveProperty('_xid');
  });

  it.each(['NaN', 'Infinity', '-Infinity'])('has %s as a string', (value) => {
    const { envelope } = lines(SHAPE, at(insert(SHAPE, '1', value, value, 'f', null)));
    expect(envelope[0]?.['after']).toEqual({ id: 1, n: value, f: value, b: false, t: null });
  });

  it('of a delete has what is known of the row, and nothing of what is not', () => {
    const changes = at(
      remove(SHAPE, 'key', '1', null, null, null, null),
      remove(SHAPE, 'full', '1', '2', null, 't', 'x'),
    );
    const { envelope, flat } = lines(SHAPE, changes);
    expect(envelope.map(({ before, after }) => [before, after])).toEqual([
      [{ id: 1 }, null],
      [{ id: 1, n: 2, f: null, b: true, t: 'x' }, null],
    ]);
    expect(flat[0]).toMatchObject({ _op: 'd', id: 1 });
    expect(flat[0]).not.toHaveProperty('t');
  });
});

describe('a stored value that an update did not touch', () => {
  const untouched = update(SHAPE, ['1', '2', '3', 't', UNCHANGED]);

  it('is left out and named, and never null', () => {
    const { envelope, flat } = lines(SHAPE, at(untouched));
    expect(envelope[0]).toMatchObject({ after: { id: 1 }, unchanged: ['t'] });
    expect(envelope[0]?.['after']).not.toHaveProperty('t');
    expect(flat[0]).toMatchObject({ _unchanged: ['t'] });
    expect(flat[0]).not.toHaveProperty('t');
  });

  it('has the text of Debezium where that is asked for, and is named as well', () => {
    const { envelope } = lines(SHAPE, at(untouched), 'placeholder');
    expect(envelope[0]).toMatchObject({ after: { t: '__debezium_unavailable_value' }, unchanged: ['t'] });
  });

  it('is taken from the old row where that has it', () => {
    const shape = makeShape('f', COLUMNS, 'full');
    const old = { kind: 'full' as const, values: ['1', '2', '3', 't', 'kept'] };
    const { envelope, flat } = lines(shape, at(update(shape, ['1', '2', '3', 'f', UNCHANGED], old)));
    expect(envelope[0]).toMatchObject({ after: { t: 'kept' } });
    expect(envelope[0]).not.toHaveProperty('unchanged');
    // A row without a key is named by all that it was, in a flat line too.
    expect(flat[0]).toMatchObject({ t: 'kept', _before: (envelope[0] as { before: object }).before });
    expect(flat[0]).not.toHaveProperty('_key');
  });

  it('is not taken from an old row that is only its key: what is null there is not known', () => {
    const old = { kind: 'key' as const, values: ['1', null, null, null, null] };
    const { envelope, flat } = lines(SHAPE, at(update(SHAPE, ['2', '2', '3', 'f', UNCHANGED], old)));
    expect(envelope[0]).toMatchObject({ before: { id: 1 }, unchanged: ['t'] });
    expect(flat[0]).toMatchObject({ _key: { id: 1 }, id: 2 });
  });

  const large = 'x'.repeat(3000);
  const given = insert(SHAPE, '1', '2', '3', 't', large);
  const moved = update(SHAPE, ['2', '2', '3', 't', UNCHANGED], {
    kind: 'key',
    values: ['1', null, null, null, null],
  });

  it('is taken from an earlier change of the same row, also when its key has changed', () => {
    const after = update(SHAPE, ['2', '2', '3', 'f', UNCHANGED]);
    const { envelope } = lines(SHAPE, at(given, untouched, moved, after));
    expect(envelope.map((line) => [line['after']?.['t'], line['unchanged']])).toEqual(
      Array.from({ length: 4 }, () => [large, undefined]),
    );
  });

  it.each([
    ['of another row', [insert(SHAPE, '9', '2', '3', 't', large)]],
    ['before a truncate', [given, truncate(SHAPE)]],
    ['of a row that was deleted', [given, remove(SHAPE, 'key', '1', null, null, null, null)]],
    ['of a row that has another key now', [given, moved]],
    ['that was replaced by null', [given, update(SHAPE, ['1', '2', '3', 't', null])]],
    ['that was replaced by a small one', [given, update(SHAPE, ['1', '2', '3', 't', 'small'])]],
  ])('is not taken from a change %s', (_, before) => {
    const { envelope } = lines(SHAPE, at(...before, untouched));
    expect(envelope.at(-1)).toMatchObject({ unchanged: ['t'] });
  });

  it('is not taken from anywhere where rows have no key', () => {
    const shape = makeShape('n', COLUMNS, 'nothing');
    const changes = at(
      insert(shape, '1', '2', '3', 't', large),
      update(shape, ['1', '2', '3', 't', UNCHANGED]),
    );
    expect(lines(shape, changes).envelope[1]).toMatchObject({ unchanged: ['t'] });
  });
});

describe('a flat line', () => {
  it('keeps columns apart from what happened to the row', () => {
    const shape = makeShape('u', [{ name: '_op', key: true }, { name: '__x' }]);
    expect(lines(shape, at(insert(shape, 'a', 'b'))).flat).toEqual([
      {
        _op: 'c',
        _lsn: 4_999_999_000,
        _commit_lsn: 5_000_000_000,
        _xid: 7,
        _commit_at: '2026-01-01T00:00:00.123456Z',
        _order: 1,
        __op: 'a',
        ___x: 'b',
      },
    ]);
  });

  it('of a truncate has no columns', () => {
    expect(Object.keys(lines(SHAPE, at(truncate(SHAPE))).flat[0] ?? {})).toEqual([
      '_op',
      '_lsn',
      '_commit_lsn',
      '_xid',
      '_commit_at',
      '_order',
    ]);
  });
});

describe('bytes of JSON', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary-ascii', maxLength: 9000 }),
  );
  it('say any text as JSON.parse understands it', () => {
    fc.assert(
      fc.property(anyText, fc.nat(4), (text, repeat) => {
        const source = Buffer.from(text.repeat(repeat + 1).toWellFormed());
        const output = new JsonBuffer();
        output.string(source, 0, source.length);
        expect(JSON.parse(output.bytes().toString())).toBe(source.toString());
      }),
    );
  });

  it('say any number', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => digitsOf(value) === String(value)));
  });

  it.each([0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 999_999_999, 1e9, 1e18 / 1000, 2 ** 53 - 1])(
    'say %d',
    (value) => {
      expect(digitsOf(value)).toBe(String(value));
    },
  );
});

function digitsOf(value: number): string {
  const output = new JsonBuffer();
  output.digits(value);
  return output.bytes().toString();
}
