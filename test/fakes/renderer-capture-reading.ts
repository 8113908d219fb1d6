/** What reading the files of a capture gives, for the renderer's fake engine. */
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';

export function fakeCaptureReading(): Pick<
  CallHandlers,
  'capture.verify' | 'capture.compact' | 'capture.script'
> {
  const table = { schema: 'public', name: 'Orders' };
  return {
    'capture.verify': ({ name, source }) =>
      Promise.resolve({
        name,
        proved: true,
        entries: 12,
        objects: 20,
        bytes: 1_234_567,
        durableLsn: '0/1A2B3C4D',
        comparedLsn: source === undefined ? null : '0/1A2B3C50',
        logProblems: [],
        objectProblems: [],
        tables: [
          {
            table,
            rows: 1_000,
            changes: 1_200,
            complete: true,
            irregular: 0,
            compared:
              source === undefined
                ? null
                : { rows: 1_000, missing: 0, extra: 0, different: 0, unknownValues: 0 },
            note: null,
          },
        ],
      }),
    'capture.compact': () =>
      Promise.resolve({
        replaced: 18,
        written: 1,
        bytesBefore: 90_000,
        bytesAfter: 60_000,
        entries: 1,
        removed: 0,
      }),
    'capture.script': ({ target }) =>
      Promise.resolve({
        scripts: [{ table, text: `-- ${target}\nCREATE OR REPLACE VIEW "Orders" AS\nSELECT 1;\n` }],
      }),
  };
}
