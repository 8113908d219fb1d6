/** A source whose one table has the rows that a test says. */
import { vi } from 'vitest';
import type { CaptureSchemaFile } from '../../../electron/contract/capture-log.ts';
import type { CaptureSource } from '../../../electron/engine/capture/capture-source.ts';
import { FIELD_NULL, FIELD_TEXT, Tuple } from '../../../electron/engine/decode/pgoutput/tuple.ts';

export function tupleOf(values: readonly (string | null)[]): Tuple {
  const fields: number[] = [];
  const bytes = values.map((value) => Buffer.from(value ?? ''));
  let at = 0;
  for (const [i, value] of bytes.entries()) {
    fields.push(values[i] === null ? FIELD_NULL : FIELD_TEXT, at, value.length);
    at += value.length;
  }
  return new Tuple(Buffer.concat(bytes), fields);
}

/** A snapshot at a position, with these rows. */
export function tableSource(
  lsn: bigint,
  file: CaptureSchemaFile,
  rows: readonly (readonly (string | null)[])[],
): CaptureSource {
  const shape = { file, digest: '' };
  const unused = vi.fn<() => never>();
  return {
    facts: unused,
    publish: unused,
    publishStatement: unused,
    slotCommands: unused,
    createSlot: unused,
    open: unused,
    dropSlot: unused,
    dropPublication: unused,
    exportSnapshot: () =>
      Promise.resolve({
        name: 'snapshot',
        lsn,
        lost: new AbortController().signal,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    openTable: unused,
    async *readTable() {
      await Promise.resolve();
      const read = { kind: 'change', operation: 'read', shape, lsn, old: 'none', before: undefined } as const;
      yield { shape, rows: rows.map((row) => ({ ...read, after: tupleOf(row) })) };
    },
  };
}
