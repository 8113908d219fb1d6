import type { Command } from 'commander';
import type { Relation } from '../../contract/relation.ts';
import { formatBytes, formatExact } from '../amounts.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { createTextTable, type TextColumn } from '../text-table.ts';
import { withEngine } from '../with-engine.ts';

/** A last column, where there is a relation that this user may not read. */
const REMARK: TextColumn = { title: 'Remark', align: 'left' };

const COLUMNS: readonly TextColumn[] = [
  { title: 'Schema', align: 'left' },
  { title: 'Name', align: 'left' },
  { title: 'Kind', align: 'left' },
  { title: 'Rows (about)', align: 'right' },
  { title: 'Size', align: 'right' },
];

/** `sluice tables`: what can be extracted, on stdout. */
export function addTables(program: Command, context: CommandContext): void {
  const { world } = context;
  addSourceOptions(program.command('tables').description('list tables and views with their size'))
    .optionsGroup('Output:')
    .option('--json', 'write one JSON event a line to stdout: relation, finished')
    .action(async (options: SourceOptions & { json?: boolean }) => {
      const startedMs = world.monotonicMs();
      await withEngine(world, async (engine) => {
        const { connectionId, warnings } = await resolveSource(options, engine, world);
        for (const warning of warnings) world.err(`warning: ${warning}\n`);
        const { relations } = await callEngine(engine, 'relations.list', { connectionId }, world.interrupted);
        if (options.json !== true) return showTable(relations, context);
        for (const relation of relations) world.out(jsonLine({ type: 'relation', ...relation }));
        const durationMs = world.monotonicMs() - startedMs;
        world.out(jsonLine(finishedWithoutRun('succeeded', durationMs, { rows: relations.length })));
      });
    });
}

function showTable(relations: readonly Relation[], { world }: CommandContext): void {
  if (relations.length === 0) return world.err('The database has no tables and no views that you can see\n');
  const remarks = relations.some(({ readable }) => !readable);
  const rows = relations.map(({ schema, name, kind, estimatedRows, bytes, readable }) => [
    schema,
    name,
    kind,
    estimatedRows === null ? '' : formatExact(estimatedRows),
    bytes === null ? '' : formatBytes(bytes),
    ...(remarks ? [readable ? '' : 'no SELECT privilege'] : []),
  ]);
  const table = createTextTable(remarks ? [...COLUMNS, REMARK] : COLUMNS, rows);
  world.out(table.header() + table.rows(rows));
}
