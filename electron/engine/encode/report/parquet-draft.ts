import type { ParquetFormat } from '../../../contract/format.ts';
import type { TypedColumn, ValueQuestion } from '../../source-look.ts';
import { lossOfChoice, parquetColumn, type ParquetColumn } from '../parquet/parquet-column.ts';
import { ask, jsonNotes, typeNameOf, type ColumnDraft, type NoteDraft } from './column-draft.ts';

/** Parquet: types of their own, with what each cannot hold. */
export function parquetDraft(column: TypedColumn, format: ParquetFormat, acceptLossy: boolean): ColumnDraft {
  const made = parquetColumn(column, format.unboundedNumeric);
  const target = targetOf(made);
  return {
    target: made.list ? `LIST of ${target}` : target,
    notes: [
      ...listNotes(made, acceptLossy),
      ...textNotes(column, made),
      ...valueNotes(column, made, acceptLossy),
    ],
  };
}

function targetOf({ kind, precision, scale }: ParquetColumn): string {
  switch (kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int2':
    case 'int4':
      return 'INT32';
    case 'int8':
    case 'oid':
      return 'INT64';
    case 'float4':
      return 'FLOAT';
    case 'float8':
    case 'numericDouble':
      return 'DOUBLE';
    case 'decimal':
      return `DECIMAL(${precision},${scale})`;
    case 'text':
      return 'STRING';
    case 'json':
    case 'jsonb':
      return 'JSON';
    case 'uuid':
      return 'UUID';
    case 'bytea':
      return 'BYTE_ARRAY';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return 'TIMESTAMP (local)';
    case 'timestamptz':
      return 'TIMESTAMP (UTC)';
  }
}

function listNotes({ list }: ParquetColumn, acceptLossy: boolean): NoteDraft[] {
  if (!list) return [];
  const becomes = acceptLossy ? 'is written as one that does' : 'ends the run';
  return [
    lossy('A LIST has one dimension: an array of arrays', { kind: 'nestedArray' }, acceptLossy),
    {
      severity: 'lossy',
      text: `A LIST has no bounds: an array that does not begin at 1 ${becomes}.`,
      question: { kind: 'oddBounds' },
      ends: true,
    },
  ];
}

/** What has no type of its own is text, and loses nothing. */
function textNotes(column: TypedColumn, made: ParquetColumn): NoteDraft[] {
  const { base } = typeNameOf(column);
  if (made.cast === null) return [];
  const money = base === 'money' ? ', with the currency sign of the server (lc_monetary)' : '';
  const numeric = base === 'numeric' ? ', with all digits' : '';
  const why = column.domain && made.list ? 'Elements of a domain are' : 'Parquet has no such type: it is';
  return [{ severity: 'note', text: `${why} text, as Postgres writes it${numeric}${money}.` }];
}

function valueNotes(column: TypedColumn, made: ParquetColumn, acceptLossy: boolean): NoteDraft[] {
  const type = typeNameOf(column);
  const lost = (what: string, question: ValueQuestion) => lossy(what, ask(question, type), acceptLossy);
  switch (made.kind) {
    case 'decimal':
      return decimalNotes(column, made, acceptLossy);
    case 'numericDouble':
      return [{ severity: 'lossy', text: `Digits are lost: ${lossOfChoice(made) ?? ''}.` }];
    case 'date':
      return [lost('DATE has no infinity: such a value', { kind: 'infinite' }), oddYears(column)];
    case 'timestamp':
    case 'timestamptz':
      return [
        lost('TIMESTAMP has no infinity: such a value', { kind: 'infinite' }),
        lost('TIMESTAMP ends at 294247-01-10: a later one', { kind: 'farFuture' }),
        oddYears(column),
      ];
    case 'time':
      return [lost('TIME has no 24:00: such a value', { kind: 'midnight24' })];
    case 'json':
      return jsonNotes(type);
    case 'boolean':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    case 'float4':
    case 'float8':
    case 'text':
    case 'jsonb':
    case 'uuid':
    case 'bytea':
      return [];
  }
}

function decimalNotes(column: TypedColumn, made: ParquetColumn, acceptLossy: boolean): NoteDraft[] {
  const type = typeNameOf(column);
  const lost = (what: string, question: ValueQuestion) => lossy(what, ask(question, type), acceptLossy);
  const notes = [lost('DECIMAL has no NaN: such a value', { kind: 'nan' })];
  // A precision of Postgres's keeps the rest out by itself.
  if (parquetColumn(column).kind === 'decimal') return notes;
  const { precision, scale } = made;
  return [
    ...notes,
    lost('DECIMAL has no infinity: such a value', { kind: 'infinite' }),
    lost(`A number of more than ${precision - scale} digits before the point`, {
      kind: 'tooLarge',
      precision,
      scale,
    }),
    {
      severity: 'lossy',
      text: `A number of more than ${scale} digits behind the point ${acceptLossy ? 'is rounded' : 'ends the run'}.`,
      question: ask({ kind: 'tooFine', scale }, type),
      ends: true,
    },
  ];
}

function lossy(what: string, question: ValueQuestion, acceptLossy: boolean): NoteDraft {
  return {
    severity: 'lossy',
    text: `${what} ${acceptLossy ? 'becomes NULL' : 'ends the run'}.`,
    question,
    ends: true,
  };
}

function oddYears(column: TypedColumn): NoteDraft {
  return {
    severity: 'note',
    text: 'Years before 1 or after 9999 are kept; many readers do not know them.',
    question: ask({ kind: 'oddYear' }, typeNameOf(column)),
  };
}
