/** The type report of columns in a format. Pure: the counts come from whoever can ask the values. */
import { AppError } from '../../../contract/app-error.ts';
import type { Format } from '../../../contract/format.ts';
import type { ColumnReport, Refusal } from '../../../contract/type-report.ts';
import type { TypedColumn, ValueTest } from '../../source-look.ts';
import { assertEncodable } from '../create-encoder.ts';
import { lossOfChoice, parquetColumn } from '../parquet/parquet-column.ts';
import { pythonKind } from '../python-kinds.ts';
import type { ColumnDraft } from './column-draft.ts';
import { csvDraft } from './csv-draft.ts';
import { jsonDraft } from './json-draft.ts';
import { parquetDraft } from './parquet-draft.ts';
import { pythonDraft } from './python-draft.ts';

/** A report whose values can still be counted. */
export interface ReportDraft {
  readonly tests: readonly ValueTest[];
  /** @param counts one for each of the tests; left out where nothing was counted */
  finish(counts?: readonly number[]): {
    readonly columns: ColumnReport[];
    readonly refusals: Refusal[];
  };
}

export function reportColumns(
  columns: readonly TypedColumn[],
  format: Format,
  acceptLossy: boolean,
): ReportDraft {
  const drafts = columns.map((column) => draftOf(column, format, acceptLossy));
  const tests = drafts.flatMap(({ notes }, column) =>
    notes.flatMap(({ question }) => (question === undefined ? [] : [{ column, question }])),
  );
  return {
    tests,
    finish: (counts) => {
      const refusals = refusalsAtStart(columns, format, acceptLossy);
      let next = 0;
      const reports = columns.map(({ name, type }, index): ColumnReport => {
        const { target, notes } = drafts[index] as ColumnDraft;
        const counted = notes.map(({ severity, text, question, ends = false }) => {
          const count = question === undefined ? null : (counts?.[next++] ?? null);
          if (ends && !acceptLossy && count !== null && count > 0) {
            refusals.push({ column: name, reason: text, when: 'value', acceptable: true });
          }
          return { severity, text, count };
        });
        return { name, type, target, notes: counted };
      });
      return { columns: reports, refusals };
    },
  };
}

function draftOf(column: TypedColumn, format: Format, acceptLossy: boolean): ColumnDraft {
  switch (format.kind) {
    case 'jsonl':
      return jsonDraft(column);
    case 'parquet':
      return parquetDraft(column, format, acceptLossy);
    case 'csv':
      return format.dialect === 'python' ? pythonDraft(column, acceptLossy) : csvDraft(column);
  }
}

/** All columns that would be refused, where the run would name the first. */
function refusalsAtStart(columns: readonly TypedColumn[], format: Format, acceptLossy: boolean): Refusal[] {
  const single = columns.flatMap((column) => refusalOf(column, format, acceptLossy) ?? []);
  if (single.length > 0) return single;
  const reason = reasonOf(() => assertEncodable(format, columns, acceptLossy));
  return reason === undefined ? [] : [{ column: null, reason, when: 'start', acceptable: false }];
}

function refusalOf(column: TypedColumn, format: Format, acceptLossy: boolean): Refusal | undefined {
  if (format.kind === 'csv' && format.dialect === 'python') {
    const reason = reasonOf(() => pythonKind(column));
    if (reason !== undefined) return { column: column.name, reason, when: 'start', acceptable: false };
  }
  if (format.kind === 'parquet' && !acceptLossy) {
    const loss = lossOfChoice(parquetColumn(column, format.unboundedNumeric));
    if (loss !== undefined) {
      return { column: column.name, reason: `Digits are lost: ${loss}.`, when: 'start', acceptable: true };
    }
  }
  return undefined;
}

function reasonOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
