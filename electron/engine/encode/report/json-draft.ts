import type { TypedColumn } from '../../source-look.ts';
import {
  ask,
  FLOAT_TYPES,
  note,
  textNotes,
  typeNameOf,
  wordedDateNotes,
  type ColumnDraft,
  type NoteDraft,
  type TypeName,
} from './column-draft.ts';

const NUMBERS = new Set(['smallint', 'integer', 'bigint', 'numeric', ...FLOAT_TYPES]);
const EXACT_NUMBERS = new Set(['bigint', 'numeric']);

/** JSON Lines, as `row_to_json` writes values. */
export function jsonDraft(column: TypedColumn): ColumnDraft {
  const type = typeNameOf(column);
  if (column.castsToJson === true) return { target: 'string', notes: [CAST_NOTE, ...textNotes(column)] };
  const target = targetOf(column, type);
  return {
    target: type.array ? `array of ${target}` : target,
    notes: [
      ...structureNotes(column, type),
      ...numberNotes(type),
      ...textNotes(column),
      ...wordedDateNotes(type),
    ],
  };
}

const CAST_NOTE = note(
  'A string, as Postgres writes it, and not what its cast to json gives: that can lose values, or write what is no JSON.',
);

function targetOf(column: TypedColumn, { base }: TypeName): string {
  if (NUMBERS.has(base)) return 'number';
  if (base === 'boolean') return 'true or false';
  if (base === 'json' || base === 'jsonb') return 'JSON, as it is';
  if (column.family === 'composite') return 'object';
  if (column.extension !== null) return 'JSON';
  return 'string';
}

function structureNotes(column: TypedColumn, { array, base }: TypeName): NoteDraft[] {
  const notes: NoteDraft[] = [];
  if (array) {
    notes.push(
      { ...note('Arrays of arrays are nested.'), question: { kind: 'nestedArray' } },
      {
        ...note('An array that does not begin at 1 is a string, as Postgres writes it: "[0:1]={1,2}".'),
        question: { kind: 'oddBounds' },
      },
    );
  }
  if (column.family === 'range') notes.push(note('Ranges are strings, as Postgres writes them: "[1,5)".'));
  if (base === 'json' || base === 'jsonb') {
    notes.push({
      severity: 'lossy',
      text: 'The document null looks like NULL: JSON has one word for both.',
      question: ask({ kind: 'jsonNull' }, { array, base }),
    });
  }
  if (base === 'json') notes.push(note('Line ends between the tokens of a document become blanks.'));
  if (column.extension !== null) {
    notes.push(note(`As the extension ${column.extension} turns ${base} into JSON, or else a string.`));
  }
  return notes;
}

function numberNotes(type: TypeName): NoteDraft[] {
  const notes: NoteDraft[] = [];
  if (EXACT_NUMBERS.has(type.base)) {
    notes.push({
      ...note('All digits are kept; a reader that uses doubles rounds beyond 2^53 (counted) and 15 digits.'),
      question: ask({ kind: 'beyondDouble' }, type),
    });
  }
  if (type.base === 'numeric' || FLOAT_TYPES.has(type.base)) {
    notes.push(
      { ...note('NaN is a string: "NaN".'), question: ask({ kind: 'nan' }, type) },
      { ...note('The infinities are strings: "Infinity".'), question: ask({ kind: 'infinite' }, type) },
    );
  }
  return notes;
}
