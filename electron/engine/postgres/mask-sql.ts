/**
 * Masks as SQL. What must not be seen (the salt, constants) stands in settings of the session, which were given to the
 * server as parameters: the statement that runs, and pg_stat_activity with it, shows their names only.
 */
import { AppError } from '../../contract/app-error.ts';
import type { ColumnMask, Mask } from '../../contract/mask.ts';
import { keepLastSql } from './keep-last-sql.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/** The setting with the salt. */
export const SALT_SETTING = 'sluice.mask_salt';

/** The setting with the constant of mask number `index`. */
export function constantSetting(index: number): string {
  return `sluice.mask_constant_${index}`;
}

/**
 * The settings that a session needs for masks.
 * @throws AppError `CONFIG_INVALID_INPUT` for a constant without its text
 */
export function maskSettings(masks: readonly ColumnMask[], salt: string | undefined): Record<string, string> {
  // What functions tell beside their result can hold clear values, and nobody reads it.
  const settings: Record<string, string> = { client_min_messages: 'error' };
  if (salt !== undefined) settings[SALT_SETTING] = salt;
  for (const [index, { column, mask }] of masks.entries()) {
    if (mask.kind !== 'constant') continue;
    if (mask.text === undefined) {
      throw new AppError('CONFIG_INVALID_INPUT', `The constant that masks "${column}" has no text.`, {
        details: { field: `selection.masks.${index}.mask.text`, column },
      });
    }
    settings[constantSetting(index)] = mask.text;
  }
  return settings;
}

/** A column of the relation, as the masks have to know it. */
export interface MaskedColumn {
  readonly name: string;
  /** As `format_type` writes it. */
  readonly type: string;
  /** The same as a statement names it. */
  readonly typeSql: string;
  /** The type below a domain, as a statement names it. */
  readonly resolvedSql: string;
  /** Name of that type in pg_type, such as `timestamptz`. */
  readonly baseType: string;
  /** Of the database, as `getdatabaseencoding()` names it. */
  readonly encoding: string;
}

/** The setting is asked for once and not for every row, because it stands in a SELECT of its own. */
const setting = (name: string) => `(SELECT pg_catalog.current_setting(${quoteLiteral(name)}))`;

/** Types whose values are, or can be read as, a row of characters. */
const CHARACTERS = new Set([
  'text',
  'varchar',
  'bpchar',
  'name',
  'citext',
  'int2',
  'int4',
  'int8',
  'numeric',
  'uuid',
]);

/**
 * The expression for a masked column: in place of its name in the list of a SELECT.
 * @throws AppError `CONFIG_INVALID_INPUT` for a mask that the type cannot take
 */
export function maskExpression(column: MaskedColumn, mask: Mask, index: number): string {
  const name = quoteIdentifier(column.name);
  switch (mask.kind) {
    case 'null':
      // The type below the domain: a domain can forbid NULL.
      return `NULL::${column.resolvedSql}`;
    case 'constant':
      return constantExpression(column, index);
    case 'sha256':
      return `pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(${setting(SALT_SETTING)} OPERATOR(pg_catalog.||) ${name}::pg_catalog.text, 'UTF8')), 'hex')`;
    case 'keepLast':
      if (!CHARACTERS.has(column.baseType))
        throw unsuited(column, index, 'keep-last takes text or whole numbers');
      return keepLastSql(`${name}::pg_catalog.text`, mask.count, column.encoding);
    case 'truncateDate':
      return truncateDate(column, name, mask.to, index);
  }
}

/** `(SELECT …)`, so that it is converted once. */
export function constantExpression({ typeSql }: Pick<MaskedColumn, 'typeSql'>, index: number): string {
  return `(SELECT pg_catalog.current_setting(${quoteLiteral(constantSetting(index))})::${typeSql})`;
}

/**
 * Dates by counting days back, because a date can lie where no timestamp does. `extract` gives NULL for infinity, which
 * then stays what it is. With a zone in UTC, so that the result does not depend on the role's.
 */
function truncateDate(
  column: MaskedColumn,
  name: string,
  part: 'year' | 'month' | 'day',
  index: number,
): string {
  switch (column.baseType) {
    case 'date':
      if (part === 'day') return name;
      return `coalesce(${name}::pg_catalog.date OPERATOR(pg_catalog.-) (extract(${part === 'year' ? 'doy' : 'day'} FROM ${name})::int OPERATOR(pg_catalog.-) 1), ${name}::pg_catalog.date)`;
    case 'timestamp':
      return `pg_catalog.date_trunc('${part}', ${name})`;
    case 'timestamptz':
      return `pg_catalog.date_trunc('${part}', ${name}, 'UTC')`;
    default:
      throw unsuited(column, index, `${part} takes a date or a timestamp`);
  }
}

function unsuited({ name, type }: MaskedColumn, index: number, what: string): AppError {
  return new AppError(
    'CONFIG_INVALID_INPUT',
    `The mask of column "${name}" does not suit its type, ${type}: ${what}.`,
    { details: { field: `selection.masks.${index}.mask`, column: name } },
  );
}
