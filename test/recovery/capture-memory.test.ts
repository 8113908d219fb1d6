/** A table that is replayed lies on disk: it can be larger than the memory of the process that does it. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import { makeShape, read, transaction, update } from '../harness/capture/stream-script.ts';
import { JOB, openWriter } from '../harness/capture/writer-world.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const CHILD = path.resolve(import.meta.dirname, 'verify-child.ts');
const ROWS = 400_000;
const AT_ONCE = 1_000;
const CHANGES = 20_000;
/** As objects in memory, the rows would take more. A row group of Parquet is taken apart as a whole, with its garbage. */
const HEAP_MB = 96;
/** With the cache of the database, the code, and what the allocator keeps; a busy machine tidies up late. */
const PEAK_MB = 450;

test.each(['flat', 'parquet'] as const)(
  `${ROWS} rows of a capture as %s are replayed with a heap of ${HEAP_MB} MB`,
  { timeout: 300_000 },
  async (format) => {
    await using folder = await makeTemporaryFolder('replayed');
    const shape = makeShape('Orders', [
      { name: 'id', typeId: 23, key: true },
      { name: 'note' },
      { name: 'f', typeId: 701 },
    ]);
    {
      await using sink = new FolderSink(folder.path);
      const signal = AbortSignal.timeout(300_000);
      await using hand = await openWriter(sink, { spec: { format, rollRows: 150_000 }, lsn: 1_000n, signal });
      const table = { schema: 'public', name: 'Orders' };
      const snapshot = await hand.writer.snapshotTable({ table, lsn: 1_000n, at: new Date(0) });
      for (let id = 0; id < ROWS; id += AT_ONCE) {
        const rows = Array.from({ length: AT_ONCE }, (_, i) =>
          read(
            shape,
            1_000n,
            String(id + i),
            `a note of some length, number ${id + i}`,
            String((id + i) / 7),
          ),
        );
        await snapshot.write({ shape, rows });
      }
      await snapshot.complete();
      for (let i = 0; i < CHANGES; i += 100) {
        const changes = Array.from({ length: 100 }, (_, j) =>
          update(shape, [String(((i + j) * 7919) % ROWS), 'changed', '1.5']),
        );
        await hand.writer.write(transaction(2_000 + i * 2, ...changes));
      }
      await hand.writer.stop();
    }
    const given = [`--max-old-space-size=${HEAP_MB}`, CHILD, folder.path, JOB];
    const { stdout } = await promisify(execFile)(process.execPath, given);
    const found = JSON.parse(stdout) as { readonly peakMb: number };
    expect(found).toMatchObject({ proved: true, rows: ROWS, changes: ROWS + CHANGES, irregular: 0 });
    expect(found.peakMb).toBeLessThan(PEAK_MB);
  },
);
