/** A million messages, damaged at random: each gives a message or the one error. The seed is in every failure. */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { formatLsn, parseLsn } from '../../electron/engine/decode/lsn.ts';
import { PgoutputDecoder } from '../../electron/engine/decode/pgoutput/decoder.ts';
import type { Tuple } from '../../electron/engine/decode/pgoutput/tuple.ts';
import { CORPUS, PgoutputWriter, type TupleValue } from '../harness/pgoutput-writer.ts';

const MESSAGES = 1_000_000;

/** A small generator that can be started again: xorshift32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function damage(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  switch (random(5)) {
    case 0:
      return copy.subarray(0, random(copy.length + 1));
    case 1:
      return Buffer.concat([copy, Buffer.alloc(random(9), random(256))]);
    case 2:
      for (let i = random(4); i >= 0; i--) copy[random(copy.length)] = random(256);
      return copy;
    case 3:
      return Buffer.from(Array.from({ length: random(64) }, () => random(256)));
    default:
      return copy;
  }
}

test('a million damaged messages give a message or SLOT_MESSAGE_INVALID', () => {
  const seed = randomInt(2 ** 31);
  const random = randomFrom(seed);
  const corpus = Object.values(CORPUS);
  const { stackTraceLimit } = Error;
  onTestFinished(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  // Half a million stacks that nobody reads take longer than all the decoding.
  Error.stackTraceLimit = 0;
  let decoder = new PgoutputDecoder();
  let refused = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const bytes = damage(corpus[random(corpus.length)] as Buffer, random);
    try {
      const message = decoder.decode(bytes);
      // What has been accepted can be read to its end.
      if ('before' in message) readAll(message.before);
      if ('after' in message) readAll(message.after);
    } catch (error) {
      refused += 1;
      if (!(error instanceof AppError) || error.code !== 'SLOT_MESSAGE_INVALID') {
        throw new Error(`seed ${seed}, message ${i}: ${bytes.toString('hex')}`, { cause: error });
      }
      // A broken stream would refuse nearly everything that follows.
      decoder = new PgoutputDecoder();
    }
  }
  expect(refused, `seed ${seed}`).toBeGreaterThan(MESSAGES / 4);
  expect(refused, `seed ${seed}`).toBeLessThan(MESSAGES);
}, 60_000);

function readAll(tuple: Tuple | undefined): void {
  for (let field = 0; field < (tuple?.length ?? 0); field++) {
    tuple?.text(field);
    tuple?.bytes(field);
  }
}

describe('what was written is what is read', () => {
  const value: fc.Arbitrary<TupleValue> = fc.oneof(
    fc.constant(null),
    fc.constant('unchanged' as const),
    fc.string({ unit: 'grapheme' }).map((text) => ({ text })),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ binary: Buffer.from(bytes) })),
  );

  test('rows of any kind of value', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.nat(0xffff_ffff), (values, id) => {
        const bytes = PgoutputWriter.message('I').int32(id).int8(0x4e).tuple(values).bytes();
        const message = new PgoutputDecoder().decode(bytes);
        if (message.kind !== 'insert') throw new Error(message.kind);
        expect([message.relationId, message.after.length]).toEqual([id, values.length]);
        for (const [field, written] of values.entries()) {
          if (written === null) expect(message.after.kind(field)).toBe('null');
          else if (written === 'unchanged') expect(message.after.kind(field)).toBe('unchanged');
          else if ('text' in written)
            expect(message.after.text(field)).toBe(Buffer.from(written.text).toString());
          else expect(message.after.bytes(field)).toEqual(written.binary);
        }
      }),
    );
  });

  test('positions', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => {
        expect(parseLsn(formatLsn(lsn))).toBe(lsn);
      }),
    );
  });
});
