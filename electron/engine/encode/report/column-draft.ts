import type { TypedColumn, ValueQuestion } from '../../source-look.ts';

/** A note of the type report, before its values have been counted. */
export interface NoteDraft {
  readonly severity: 'note' | 'lossy';
  readonly text: string;
  /** Asked of the column's values when counts are wanted; left out where the note speaks of the column as such. */
  readonly question?: ValueQuestion;
  /** True where such a value ends a run that does not accept losses. */
  readonly ends?: boolean;
}

/** What a format makes of a column. */
export interface ColumnDraft {
  readonly target: string;
  readonly notes: readonly NoteDraft[];
}

/** A type taken apart: `numeric(10,2)[]` is an array of `numeric`. */
export interface TypeName {
  /** As `format_type` writes it, without the length or precision. */
  readonly base: string;
  readonly array: boolean;
}

export function typeNameOf({ type }: TypedColumn): TypeName {
  const array = type.endsWith('[]');
  return { base: (array ? type.slice(0, -2) : type).replace(/\([^)]*\)/, ''), array };
}

export const DATE_TYPES = new Set(['date', 'timestamp without time zone', 'timestamp with time zone']);
export const FLOAT_TYPES = new Set(['real', 'double precision']);

/** A question about the values of the column, or about the elements of its arrays. */
export function ask(question: ValueQuestion, { array }: TypeName): ValueQuestion {
  return array ? { ...question, array: true } : question;
}

/** What is worth knowing of a column in every format that writes values as text. */
export function textNotes(column: TypedColumn): NoteDraft[] {
  const type = typeNameOf(column);
  const notes: NoteDraft[] = [];
  if (/timestamp with time zone$|^tstz/.test(type.base)) {
    notes.push({ severity: 'note', text: "Written in the time zone of the session, which is the role's." });
  }
  if (type.base === 'money') {
    notes.push({ severity: 'note', text: 'Written with the currency sign of the server (lc_monetary).' });
  }
  if (type.base === 'bytea') {
    notes.push({ severity: 'note', text: 'Written as hexadecimal digits (\\x00ff), zero bytes too.' });
  }
  if (type.base === 'json') notes.push(...jsonNotes(type));
  return notes;
}

/** Only `json` has such text: `jsonb` refuses it. */
export function jsonNotes(type: TypeName): NoteDraft[] {
  return [
    {
      severity: 'note',
      text: 'A lone surrogate (\\ud800) is kept as it is written; some readers refuse it.',
      question: ask({ kind: 'loneSurrogate' }, type),
    },
    {
      severity: 'note',
      text: 'A zero byte (\\u0000) is kept as it is written; some readers refuse it.',
      question: ask({ kind: 'jsonZeroByte' }, type),
    },
  ];
}

/** A remark that nothing is lost by. */
export function note(text: string): NoteDraft {
  return { severity: 'note', text };
}

/** What is told of dates in the formats that keep them as Postgres writes them. */
export function wordedDateNotes(type: TypeName): NoteDraft[] {
  if (!DATE_TYPES.has(type.base)) return [];
  return [
    { ...note('infinity and -infinity are kept as words.'), question: ask({ kind: 'infinite' }, type) },
    {
      ...note('Years before 1 or after 9999 are kept (0044-03-15 BC, 12000-01-01).'),
      question: ask({ kind: 'oddYear' }, type),
    },
  ];
}
