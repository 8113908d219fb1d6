import { AppError } from '../../contract/app-error.ts';
import type { CsvFormat } from '../../contract/format.ts';
import type { SourceColumn } from '../ports.ts';
import { encodeText, UnencodableText } from './encode-text.ts';
import { NO_BYTES } from './row-encoder.ts';

/**
 * The line of column names, in the encoding of the file. Written here and not by COPY, because every object of a run
 * begins with it.
 * @throws AppError `DATA_UNENCODABLE` for a name with a character that the encoding does not have
 */
export function headerBytes(
  { header, delimiter, encoding = 'UTF8' }: CsvFormat,
  columns: readonly SourceColumn[],
  write: (name: string) => string,
): Uint8Array {
  if (!header) return NO_BYTES;
  const names = columns.map(({ name }) => {
    try {
      return encodeText(write(name), encoding);
    } catch (error) {
      if (!(error instanceof UnencodableText)) throw error;
      throw new AppError(
        'DATA_UNENCODABLE',
        `The name of column "${name}" cannot go into the header: ${error.message}.`,
        { cause: error, details: { column: name, encoding } },
      );
    }
  });
  const between = Buffer.from(delimiter);
  return Buffer.concat([
    ...names.flatMap((name, index) => (index === 0 ? [name] : [between, name])),
    Buffer.from('\n'),
  ]);
}
