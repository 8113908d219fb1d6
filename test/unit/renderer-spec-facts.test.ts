import { expect, it } from 'vitest';
import { extractSpecSchema, type ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { specFacts } from '../../renderer/features/runs/spec-facts.ts';

const factsOf = (part: Partial<ExtractSpecInput>) =>
  Object.fromEntries(
    specFacts(
      extractSpecSchema.parse({
        source: { profile: 'Demo' },
        selection: { table: { schema: 'public', name: 'Orders' } },
        destination: { profile: 'Demo' },
        ...part,
      }),
    ).map(({ name, text }) => [name, text]),
  );

it('a plain job is told in a few lines', () => {
  expect(factsOf({})).toEqual({
    Columns: 'all',
    Filter: 'none',
    Format: 'Delimited text, postgres dialect, delimiter comma',
    Compression: 'none',
    'Key template': '{schema}/{table}/{run_id}/part-{part}.{ext}',
  });
});

it('everything that was asked for is said', () => {
  expect(
    factsOf({
      selection: { query: 'SELECT 1' },
      objectSize: 128_000_000,
      overwrite: true,
      recovery: 'resume',
      politeness: { lowPriority: true, bandwidth: 2_000_000, statementTimeoutMs: 0, lockTimeoutMs: 90_000 },
      tags: { team: 'data', stage: 'x' },
      loadScripts: ['redshift', 'duckdb'],
    }),
  ).toMatchObject({
    Query: 'SELECT 1',
    Objects: 'a new one every 128 MB',
    Overwrite: 'objects that are there already are replaced',
    Politeness: 'low priority, at most 2.00 MB/s, statement_timeout none, lock_timeout 1 min 30 s',
    Recovery: 'resume: ranges that are finished stay when the snapshot is lost',
    Tags: 'team=data, stage=x',
    'Load scripts': 'Redshift, DuckDB',
  });
  expect(
    factsOf({
      selection: {
        table: { name: 'people' },
        masks: [
          { column: 'card', mask: { kind: 'keepLast', count: 4 } },
          { column: 'name', mask: { kind: 'constant', text: 'secret' } },
        ],
      },
      acceptLossy: true,
      format: { kind: 'parquet', rowGroup: { rows: 5_000 }, unboundedNumeric: { precision: 20, scale: 2 } },
    }),
  ).toMatchObject({
    Masks: 'card: the last 4 kept, name: a constant',
    Losses: 'accepted',
    Format: 'Parquet, row groups of 5,000 rows, numeric as DECIMAL(20,2)',
  });
  expect(
    factsOf({ format: { kind: 'csv', quote: "'", forceQuote: 'all', encoding: 'LATIN1' } }),
  ).toMatchObject({
    Format: "Delimited text, postgres dialect, delimiter comma, quote ', quotes around all, LATIN1",
  });
  expect(factsOf({ parallel: 3 })).toMatchObject({ Connections: '3' });
});
