/** CRC-64/NVME one byte at a time, in the plainest way: what the client computes is held against it. */
import type { RunningChecksum } from './checksum.ts';

/** Reversed polynomial. https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-nvme */
const POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** The register as two halves, because BigInt would take minutes for the bodies of the tests. */
const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc % 2n === 1n ? POLYNOMIAL : 0n);
  return crc;
});
const HIGH = Uint32Array.from(TABLE, (crc) => Number(crc >> 32n));
const LOW = Uint32Array.from(TABLE, (crc) => Number(crc % 2n ** 32n));

export function startCrc64(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const index = (low ^ bytes[i]!) & 0xff;
        low = (low >>> 8) | (high << 24);
        low ^= LOW[index]!;
        high = (high >>> 8) ^ HIGH[index]!;
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes;
    },
  };
}
