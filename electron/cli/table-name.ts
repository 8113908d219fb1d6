import { AppError } from '../contract/app-error.ts';
import { readTableName, type TableName } from '../contract/table-name.ts';

/** Parses `[schema.]name`, see {@link readTableName}. @throws AppError `CONFIG_USAGE` */
export function parseTableName(text: string): TableName {
  const table = readTableName(text);
  if (table !== undefined) return table;
  throw new AppError(
    'CONFIG_USAGE',
    `--table: "${text}" is not [schema.]name; put a name that has a dot or a quote in it in double quotes: 'public."odd.name"'`,
  );
}
