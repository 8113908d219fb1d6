import { AppError } from '../../contract/app-error.ts';
import type { CaptureCheckpoint } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import { writeTableName } from '../../contract/table-name.ts';
import { isSameTable } from './table-states.ts';

/** Makes sure that a capture has these tables. @throws AppError `CONFIG_INVALID_INPUT` that names the one which it has not */
export function assertCaptured(
  tables: readonly CapturedTable[],
  checkpoint: CaptureCheckpoint | undefined,
): void {
  const known = checkpoint?.tables ?? [];
  const unknown = tables.find((table) => !known.some((other) => isSameTable(table, other.table)));
  if (unknown === undefined) return;
  const names = known.map(({ table }) => writeTableName(table)).join(', ');
  throw new AppError(
    'CONFIG_INVALID_INPUT',
    `table: ${writeTableName(unknown)} is not captured by this job${names === '' ? ', which has not begun' : `, which has ${names}`}`,
    { details: { field: 'tables' } },
  );
}
