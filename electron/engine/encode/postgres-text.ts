import type { CsvFormat } from '../../contract/format.ts';
import type { SourceColumn } from '../ports.ts';
import { headerBytes } from './header-bytes.ts';
import { plainEncoder, type RowEncoder } from './row-encoder.ts';

/** The text dialect: what COPY writes in its text format goes to the object as it is. @throws AppError `DATA_UNENCODABLE` */
export function postgresText(format: CsvFormat, columns: readonly SourceColumn[]): RowEncoder {
  const { delimiter, nullToken, encoding } = format;
  return plainEncoder({
    form: { kind: 'text', delimiter, nullToken, encoding },
    header: headerBytes(format, columns, (name) => escapedName(name, delimiter)),
    encode: (batch) => batch.bytes,
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** https://www.postgresql.org/docs/current/sql-copy.html (File Formats, Text Format) */
function escapedName(name: string, delimiter: string): string {
  return Array.from(name, (c) => ESCAPES[c] ?? (c === delimiter ? `\\${c}` : c)).join('');
}
