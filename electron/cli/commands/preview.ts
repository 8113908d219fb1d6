import type { Command } from 'commander';
import { PREVIEW_PAGE_LIMIT, type PreviewCell, type PreviewColumn } from '../../contract/preview.ts';
import type { TableName } from '../../contract/table-name.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { formatRows } from '../amounts.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { parseTableName } from '../table-name.ts';
import { createTextTable, type TextTable } from '../text-table.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';

interface PreviewOptions extends SourceOptions {
  readonly table: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** Rows that `--limit` can ask for: more than that is an extract. */
const LIMIT_MAX = 1_000_000;
/** NULL on the terminal; the empty string is nothing at all. */
const NULL_SHOWN = '<null>';
/** Types whose values line up at their last digit. */
const NUMERIC = /^(?:smallint|integer|bigint|numeric|real|double precision|oid)\b/;

/** `sluice preview`: the first rows of a table, on stdout. */
export function addPreview(program: Command, context: CommandContext): void {
  const { world } = context;
  addSourceOptions(program.command('preview').description('show the first rows of a table'))
    .optionsGroup('What is shown:')
    .requiredOption('--table <name>', '[schema.]name of a table or view')
    .option('--limit <n>', 'rows to show', '20')
    .optionsGroup('Output:')
    .option('--json', 'write one JSON event a line to stdout: columns, row, finished')
    .action(async (options: PreviewOptions) => {
      const limit = parseWholeNumber(options.limit, '--limit', 1, LIMIT_MAX);
      const relation = parseTableName(options.table);
      const startedMs = world.monotonicMs();
      await withEngine(world, async (engine) => {
        const { connectionId, warnings } = await resolveSource(options, engine, world);
        for (const warning of warnings) world.err(`warning: ${warning}\n`);
        const signal = AbortSignal.any([world.interrupted, world.outClosed]);
        const writer = options.json === true ? jsonWriter(context, startedMs) : tableWriter(context);
        await showRows(engine, { connectionId, relation, limit, signal }, writer).catch((error: unknown) => {
          // `| head` took what it wanted: that is a good end.
          if (!world.outClosed.aborted) throw error;
        });
      });
    });
}

interface RowWriter {
  columns(columns: readonly PreviewColumn[], hidden: readonly string[]): void;
  /** @param escaped of each row, the places of values with bytes that are no text */
  rows(rows: readonly (readonly (string | null)[])[], escaped: readonly (readonly number[])[]): void;
  finished(rows: number, more: boolean): void;
  /** True when long values must be fetched whole. */
  readonly whole: boolean;
}

interface Shown {
  readonly connectionId: string;
  readonly relation: TableName;
  readonly limit: number;
  readonly signal: AbortSignal;
}

async function showRows(engine: Engine, shown: Shown, writer: RowWriter): Promise<void> {
  const { connectionId, relation, limit, signal } = shown;
  const opened = await callEngine(engine, 'preview.open', { connectionId, relation }, signal);
  const { previewId } = opened;
  try {
    writer.columns(opened.columns, opened.hidden);
    let from = 0;
    let end = false;
    while (from < limit && !end) {
      signal.throwIfAborted();
      const count = Math.min(PREVIEW_PAGE_LIMIT, limit - from);
      const page = await callEngine(engine, 'preview.page', { previewId, from, count }, signal);
      const rows: (string | null)[][] = [];
      for (const [index, cells] of page.rows.entries()) {
        rows.push(
          await readCells(engine, { previewId, row: from + index, whole: writer.whole }, cells, signal),
        );
      }
      writer.rows(rows, page.rows.map(escapedPlaces));
      from += page.rows.length;
      end = page.end || page.rows.length === 0;
    }
    writer.finished(from, !end);
  } finally {
    await callEngine(engine, 'preview.close', { previewId }, new AbortController().signal);
  }
}

async function readCells(
  engine: Engine,
  { previewId, row, whole }: { previewId: string; row: number; whole: boolean },
  cells: readonly PreviewCell[],
  signal: AbortSignal,
): Promise<(string | null)[]> {
  const values: (string | null)[] = [];
  for (const [column, cell] of cells.entries()) {
    if (cell === null || typeof cell === 'string') values.push(cell);
    else if (!whole) values.push(cell.cut);
    else values.push((await callEngine(engine, 'preview.value', { previewId, row, column }, signal)).value);
  }
  return values;
}

function escapedPlaces(cells: readonly PreviewCell[]): number[] {
  return cells.flatMap((cell, place) =>
    cell !== null && typeof cell === 'object' && cell.escaped === true ? [place] : [],
  );
}

function jsonWriter({ world }: CommandContext, startedMs: number): RowWriter {
  return {
    whole: true,
    columns: (columns, hidden) =>
      world.out(jsonLine({ type: 'columns', columns, ...(hidden.length === 0 ? {} : { hidden }) })),
    rows: (rows, escaped) =>
      rows.forEach((values, index) => {
        const marked = escaped[index] ?? [];
        world.out(jsonLine({ type: 'row', values, ...(marked.length === 0 ? {} : { escaped: marked }) }));
      }),
    finished: (rows) =>
      world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs, { rows }))),
  };
}

function tableWriter({ world }: CommandContext): RowWriter {
  let titles: readonly PreviewColumn[] = [];
  let table: TextTable | undefined;
  let escaped = 0;
  return {
    whole: false,
    columns: (columns, hidden) => {
      titles = columns;
      if (hidden.length > 0)
        world.err(`not shown, because this user may not read them: ${hidden.join(', ')}\n`);
    },
    rows: (rows, marks) => {
      escaped += marks.reduce((sum, places) => sum + places.length, 0);
      const texts = rows.map((row) => row.map((value) => value ?? NULL_SHOWN));
      if (table === undefined) {
        table = createTextTable(
          titles.map(({ name, type }) => ({ title: name, align: NUMERIC.test(type) ? 'right' : 'left' })),
          texts,
        );
        world.out(table.header());
      }
      world.out(table.rows(texts));
    },
    finished: (rows, more) => {
      if (escaped > 0) world.err(`values with bytes that are no text, shown as \\xNN: ${escaped}\n`);
      world.err(`${formatRows(rows)}${more ? '; there may be more: raise --limit' : ''}\n`);
    },
  };
}
