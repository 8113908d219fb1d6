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
} from './column-draft.ts';

/** Delimited text as COPY writes it: whatever Postgres can write is there, so there is nothing to lose. */
export function csvDraft(column: TypedColumn): ColumnDraft {
  return { target: 'text, as Postgres writes it', notes: [...structureNotes(column), ...valueNotes(column)] };
}

function structureNotes(column: TypedColumn): NoteDraft[] {
  const { array, base } = typeNameOf(column);
  if (array) return [note('Arrays are in braces: {1,2}.')];
  if (column.family === 'composite') return [note('Composite values are in parentheses: (1,x).')];
  if (column.family === 'range') return [note('Ranges are in brackets: [1,5).')];
  if (column.extension !== null) return [note(`As the extension ${column.extension} writes its ${base}.`)];
  return [];
}

function valueNotes(column: TypedColumn): NoteDraft[] {
  const type = typeNameOf(column);
  const notes = [...textNotes(column), ...wordedDateNotes(type)];
  if (type.base === 'numeric' || FLOAT_TYPES.has(type.base)) {
    notes.push(
      { ...note('NaN is kept as a word.'), question: ask({ kind: 'nan' }, type) },
      { ...note('Infinity and -Infinity are kept as words.'), question: ask({ kind: 'infinite' }, type) },
    );
  }
  return notes;
}
