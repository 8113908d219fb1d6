/**
 * The python dialect. What is lost here is lost by the script too, and the file is to be the script's byte for byte: so it
 * is told, and the run goes on. Only what the script cannot read ends the run.
 */
import type { TypedColumn } from '../../source-look.ts';
import { ask, textNotes, typeNameOf, type ColumnDraft, type NoteDraft } from './column-draft.ts';

/** Types whose values can be the empty text. */
const TEXT_TYPES = new Set(['text', 'character varying', 'character', 'bpchar', 'name', 'citext', 'xml']);

export function pythonDraft(column: TypedColumn, acceptLossy: boolean): ColumnDraft {
  const type = typeNameOf(column);
  switch (type.base) {
    case 'boolean':
      return { target: 'True or False', notes: [] };
    case 'numeric':
      return {
        target: 'str(Decimal)',
        notes: [{ severity: 'note', text: 'All digits; numbers below 0.000001 with an exponent (1E-7).' }],
      };
    case 'real':
    case 'double precision':
      return {
        target: 'repr(float)',
        notes: [{ severity: 'note', text: 'As Python writes floats: 1.0, 1e-07, inf, nan.' }],
      };
    case 'date':
      return { target: 'str(date)', notes: dateNotes(column, acceptLossy) };
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return {
        target: 'str(datetime)',
        notes: [
          { severity: 'note', text: 'Fractions of a second have six digits, or are left out.' },
          ...textNotes(column),
          ...dateNotes(column, acceptLossy),
        ],
      };
    case 'time without time zone':
    case 'time with time zone':
      return { target: 'str(time)', notes: [midnight(column)] };
    default:
      return { target: 'text', notes: TEXT_TYPES.has(type.base) ? [EMPTY_TEXT] : textNotes(column) };
  }
}

const EMPTY_TEXT: NoteDraft = {
  severity: 'lossy',
  text: 'The empty text looks like NULL, as it does in the script.',
  question: { kind: 'emptyText' },
};

function dateNotes(column: TypedColumn, acceptLossy: boolean): NoteDraft[] {
  const type = typeNameOf(column);
  return [
    {
      severity: 'lossy',
      text: "The infinities become the ends of Python's calendar (0001-01-01, 9999-12-31), as in the script.",
      question: ask({ kind: 'infinite' }, type),
    },
    {
      severity: 'lossy',
      text: `Python knows the years 1 to 9999: any other ${acceptLossy ? 'becomes NULL' : 'ends the run'}.`,
      question: ask({ kind: 'oddYear' }, type),
      ends: true,
    },
  ];
}

function midnight(column: TypedColumn): NoteDraft {
  return {
    severity: 'lossy',
    text: '24:00 becomes 00:00:00, as in the script.',
    question: ask({ kind: 'midnight24' }, typeNameOf(column)),
  };
}
