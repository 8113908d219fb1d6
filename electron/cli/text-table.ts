import { cutToWidth, textWidth, withoutControls } from './text-width.ts';

/** A column of a table on the terminal. */
export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Columns that one value may take, so that a long text does not push the others off the screen. */
const VALUE_WIDTH = 60;

/** Renders rows as aligned lines; the first call of `rows` decides the widths, so pages can follow one another. */
export interface TextTable {
  header(): string;
  rows(values: readonly (readonly string[])[]): string;
}

/** A table whose widths fit the titles and the rows in `first`. */
export function createTextTable(
  columns: readonly TextColumn[],
  first: readonly (readonly string[])[],
): TextTable {
  const titles = columns.map((column) => cell(column.title));
  const widths = titles.map((title, index) =>
    first.reduce((widest, row) => Math.max(widest, textWidth(cell(row[index] ?? ''))), textWidth(title)),
  );
  const line = (values: readonly string[]): string =>
    columns
      .map((column, index) => pad(values[index] ?? '', widths[index] ?? 0, column.align))
      .join('  ')
      .trimEnd();
  return {
    header: () => `${line(titles)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}\n`,
    rows: (values) => values.map((row) => `${line(row.map(cell))}\n`).join(''),
  };
}

function cell(text: string): string {
  return cutToWidth(withoutControls(text), VALUE_WIDTH);
}

function pad(text: string, width: number, align: TextColumn['align']): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'right' ? space + text : text + space;
}
