import { AppError } from '../../contract/app-error.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import { parseTableName, type TableName } from '../table-name.ts';

/** What lies between commas that no double quotes are around. */
const ITEM = /(?:"(?:[^"]|"")*"|[^",])+/g;

/** Parses `--table a,b --table 'public."odd,name"'`. @throws AppError `CONFIG_USAGE` */
export function parseTableList(texts: readonly string[]): TableName[] {
  return texts.flatMap((text) => (text.match(ITEM) ?? ['']).map((item) => parseTableName(item.trim())));
}

/**
 * The tables with their schemas. A name without one is that of the only table with it, or of the one in `public`.
 * @throws AppError `SOURCE_NO_RELATION`
 */
export async function resolveTables(
  names: readonly TableName[],
  engine: Engine,
  connectionId: string,
  signal: AbortSignal,
): Promise<CapturedTable[]> {
  if (names.every(({ schema }) => schema !== undefined)) {
    return names.map(({ schema = '', name }) => ({ schema, name }));
  }
  const { relations } = await callEngine(engine, 'relations.list', { connectionId }, signal);
  return names.map(({ schema, name }) => {
    if (schema !== undefined) return { schema, name };
    const found = relations.filter((relation) => relation.name === name);
    const chosen = found.length === 1 ? found[0] : found.find((relation) => relation.schema === 'public');
    if (chosen !== undefined) return { schema: chosen.schema, name };
    const what =
      found.length === 0
        ? `There is no table "${name}".`
        : `There are several tables "${name}" (${found.map((relation) => relation.schema).join(', ')}): name the schema.`;
    throw new AppError('SOURCE_NO_RELATION', what);
  });
}
