import type { CsvFormat } from '../../contract/format.ts';
import type { SourceColumn } from '../ports.ts';
import { NO_BYTES, plainEncoder, type RowEncoder } from './row-encoder.ts';

/** The postgres dialect: what COPY CSV writes goes to the object as it is, so there is nothing to lose on the way. */
export function postgresCsv(format: CsvFormat, columns: readonly SourceColumn[]): RowEncoder {
  return plainEncoder({
    form: { kind: 'csv', delimiter: format.delimiter, nullToken: format.nullToken },
    header: format.header ? Buffer.from(headerLine(format, columns)) : NO_BYTES,
    encode: (batch) => batch.bytes,
  });
}

/** Written here and not by COPY, because every object of a run begins with it. Quoted by COPY's rules. */
function headerLine(format: CsvFormat, columns: readonly SourceColumn[]): string {
  const single = columns.length === 1;
  const names = columns.map(({ name }) => {
    const special =
      name === format.nullToken ||
      name.includes(format.delimiter) ||
      /["\r\n]/.test(name) ||
      // COPY quotes the old end-of-data mark where it would stand alone on a line.
      (single && name === '\\.');
    return special ? `"${name.replaceAll('"', '""')}"` : name;
  });
  return `${names.join(format.delimiter)}\n`;
}
