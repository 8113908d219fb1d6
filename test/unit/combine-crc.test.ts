/** Checksums of a whole from those of its parts, held against the bits themselves. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineCrc, CRC32, CRC64_NVME, type CrcKind } from '../../electron/engine/lib/combine-crc.ts';
import { crc64Base64, Crc64Nvme } from '../../electron/engine/lib/crc64-nvme.ts';
import { joinSums, sumsOf } from '../../electron/engine/s3/running-sums.ts';

/** The definition: bit by bit. */
function bitwise({ width, polynomial }: CrcKind, bytes: Uint8Array): bigint {
  const ones = (1n << width) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc % 2n === 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  }
  return crc ^ ones;
}

const CHECK = Buffer.from('123456789');
const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 8 });

/** https://reveng.sourceforge.io/crc-catalogue/ */
test('both are the CRCs of the catalogue', () => {
  expect(bitwise(CRC32, CHECK)).toBe(0xcbf43926n);
  expect(bitwise(CRC64_NVME, CHECK)).toBe(0xae8b14860a799888n);
});

describe('CRC-64/NVME by tables', () => {
  test('is what the bits say, however the bytes are cut', () => {
    fc.assert(
      fc.property(pieces, (list) => {
        const running = new Crc64Nvme();
        for (const piece of list) running.update(piece);
        expect(running.digest()).toBe(bitwise(CRC64_NVME, Buffer.concat(list)));
      }),
    );
  });

  test('looks at its bytes and not at their neighbours', () => {
    const running = new Crc64Nvme();
    running.update(Buffer.from('xx123456789yy').subarray(2, 11));
    expect(running.digest()).toBe(0xae8b14860a799888n);
    expect(crc64Base64(running.digest())).toBe('rosUhgp5mIg=');
  });
});

describe.each([
  ['CRC-32', CRC32],
  ['CRC-64/NVME', CRC64_NVME],
])('%s of a whole', (_, kind) => {
  test('follows from its parts', () => {
    fc.assert(
      fc.property(pieces, (list) => {
        const combined = list.reduce(
          (sum, piece) => combineCrc(kind, sum, bitwise(kind, piece), piece.length),
          0n,
        );
        expect(combined).toBe(bitwise(kind, Buffer.concat(list)));
      }),
    );
  });
});

test('a long second text: 5 GiB of zeros behind a byte, from two halves', () => {
  const half = 2.5 * 1024 ** 3;
  const mebibyte = Buffer.alloc(1024 ** 2);
  let zeros = 0;
  for (let i = 0; i < 2_560; i++) zeros = crc32(mebibyte, zeros);
  const twice = combineCrc(CRC32, BigInt(zeros), BigInt(zeros), half);
  const first = BigInt(crc32(Buffer.from('x')));
  expect(combineCrc(CRC32, first, twice, 2 * half)).toBe(
    combineCrc(CRC32, combineCrc(CRC32, first, BigInt(zeros), half), BigInt(zeros), half),
  );
});

describe('the sums of an object', () => {
  test('follow from those of its parts, and its ETag is the one that S3 would give it', () => {
    fc.assert(
      fc.property(pieces, (list) => {
        const whole = Buffer.concat(list);
        const md5s = list.map((piece) => createHash('md5').update(piece).digest());
        const joined = joinSums(
          list.map((piece) => sumsOf(piece, 'md5')),
          true,
          true,
        );
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(crc32(whole));
        expect(joined).toEqual({
          bytes: whole.length,
          crc32: bytes.toString('base64'),
          crc64nvme: undefined,
          etag: `${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-${list.length}`,
        });
        expect(
          joinSums(
            list.map((piece) => sumsOf(piece, 'crc64nvme')),
            true,
            true,
          ),
        ).toMatchObject({ crc64nvme: crc64Base64(bitwise(CRC64_NVME, whole)), etag: undefined });
      }),
    );
  });

  test('of one request has the MD5 for an ETag', () => {
    const md5 = createHash('md5').update(CHECK).digest('hex');
    expect(joinSums([sumsOf(CHECK, 'md5')], false, true).etag).toBe(md5);
    expect(joinSums([sumsOf(CHECK, 'md5')], false, false).etag).toBeUndefined();
  });
});
