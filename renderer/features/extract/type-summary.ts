/** What a type report says in a line, and what of it is worth showing. */
import type { ColumnReport, TypeNote, TypeReport } from '../../../electron/contract/type-report.ts';
import { countOf } from '../../format/counts.ts';

/** A note of values that were counted, and are not there, is of no concern. */
export function matters({ count }: TypeNote): boolean {
  return count !== 0;
}

/** True where something of the column could be, or is, lost. */
export function isLossy({ notes }: ColumnReport): boolean {
  return notes.some((note) => note.severity === 'lossy' && matters(note));
}

/** True where there is something to accept: the box for it would only be in the way elsewhere. */
export function hasLosses({ columns, refusals }: TypeReport): boolean {
  return columns.some(isLossy) || refusals.some(({ acceptable }) => acceptable);
}

/** Columns that have something to say, the lossy ones first. */
export function notedColumns({ columns }: TypeReport): readonly ColumnReport[] {
  const lossy = columns.filter(isLossy);
  return [...lossy, ...columns.filter((column) => !isLossy(column) && column.notes.some(matters))];
}

export function typeSummary(report: TypeReport): string {
  const { columns, counted } = report;
  const lossy = columns.filter(isLossy).length;
  const noted = notedColumns(report).length - lossy;
  const all = countOf(columns.length, 'column');
  if (lossy > 0) {
    const can = counted ? (lossy === 1 ? 'loses' : 'lose') : 'can lose';
    return `${lossy} of ${all} ${can} something${noted === 0 ? '' : `, ${noted} with a note`}.`;
  }
  return noted === 0
    ? `${columns.length === 1 ? 'The column keeps' : `All ${all} keep`} every value.`
    : `${columns.length === 1 ? 'The column keeps' : `All ${all} keep`} every value, ${noted} with a note.`;
}

/**
 * The counts of one report in another one of the same columns and format, which differs in what is accepted alone: the
 * values are the same, so they need not be counted again. Notes are told apart by their place, because their words say
 * what happens to a value, and that is what differs.
 */
export function withCountsOf(counted: TypeReport, report: TypeReport): TypeReport {
  const before = new Map(counted.columns.map(({ name, notes }) => [name, notes]));
  const same = report.columns.every(({ name, notes }) => before.get(name)?.length === notes.length);
  if (!counted.counted || report.counted || !same) return report;
  return {
    ...report,
    counted: true,
    columns: report.columns.map((column) => ({
      ...column,
      notes: column.notes.map((note, index) => ({
        ...note,
        count: before.get(column.name)?.[index]?.count ?? null,
      })),
    })),
  };
}

/** What would end the run, in sentences; the notes of the columns say the rest. */
export function refusalTexts({ refusals }: TypeReport): readonly string[] {
  const atStart = refusals.filter(({ when }) => when === 'start');
  const first = atStart.slice(0, REFUSALS_SHOWN);
  const more = atStart.length - first.length;
  return [
    ...first.map(({ column, reason }) =>
      column === null || reason.includes(`"${column}"`) ? reason : `${column}: ${reason}`,
    ),
    ...(more > 0 ? [`${countOf(more, 'more column')} would be refused.`] : []),
    ...(refusals.length > atStart.length ? ['The run would end at the first value that is lost.'] : []),
  ];
}

/** Refused columns that are named one by one. */
const REFUSALS_SHOWN = 4;
