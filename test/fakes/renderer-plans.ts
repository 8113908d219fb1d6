import { AppError } from '../../electron/contract/app-error.ts';
import type { ExtractSpec } from '../../electron/contract/extract-spec.ts';
import type { TypeReport } from '../../electron/contract/type-report.ts';
import { reportColumns } from '../../electron/engine/encode/report/report-columns.ts';
import type { FakeRelation } from './renderer-relations.ts';

/** The type report that the engine would make of a fake relation; every third kind of value is there seven times. */
export function typeReportOf(
  spec: ExtractSpec,
  count: boolean,
  relationOf: (ref: { schema: string; name: string }) => FakeRelation,
): TypeReport {
  if (!('table' in spec.selection)) {
    throw new AppError('CONFIG_NOT_SUPPORTED', 'The fake plans tables only');
  }
  const { table, columns: chosen } = spec.selection;
  const { relation, columns } = relationOf({ schema: table.schema ?? 'public', name: table.name });
  const typed = columns
    .filter(({ name }) => chosen?.includes(name) ?? true)
    .map(({ name, type }) => ({
      name,
      type,
      baseType: type,
      family: 'base' as const,
      domain: false,
      extension: null,
    }));
  const draft = reportColumns(typed, spec.format, spec.acceptLossy);
  const counts = count ? draft.tests.map((_, index) => (index % 3 === 0 ? 7 : 0)) : undefined;
  return {
    relation: { schema: relation.schema, name: relation.name },
    ...draft.finish(counts),
    estimatedRows: relation.estimatedRows,
    workers: 1,
    warnings:
      relation.kind === 'view'
        ? ['One worker reads: views and foreign tables have no blocks to divide.']
        : [],
    counted: count,
  };
}
