import { AppError } from '../../contract/app-error.ts';
import type { SourceColumn } from '../ports.ts';

/** @throws AppError `DATA_TYPE_UNSUPPORTED` when two columns have one name: `holder` would lose one of them */
export function assertNamesDiffer(columns: readonly SourceColumn[], holder: string): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new AppError(
    'DATA_TYPE_UNSUPPORTED',
    `Two columns are named "${twice}", and ${holder} can hold one.`,
    {
      details: { column: twice },
    },
  );
}
