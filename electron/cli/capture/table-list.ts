import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { TableName } from '../../contract/table-name.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import { parseTableName } from '../table-name.ts';

/** What lies between commas that no double quotes are around. */
const ITEM = /(?:"(?:[^"]|"")*"|[^",])+/g;

/** Parses `--table a,b --table 'public."odd,name"'`. @throws AppError `CONFIG_USAGE` */
export function parseTableList(texts: readonly string[]): TableName[] {
  return texts.flatMap((text) => (text.match(ITEM) ?? ['']).map((item) => parseTableName(item.trim())));
}

/**
 * The tables with their schemas, found as every other command finds them.
 * @throws AppError `SOURCE_NO_RELATION`
 */
export async function resolveTables(
  names: readonly TableName[],
  engine: Engine,
  connectionId: string,
  signal: AbortSignal,
): Promise<CapturedTable[]> {
  const tables: CapturedTable[] = [];
  for (const { schema, name } of names) {
    if (schema !== undefined) tables.push({ schema, name });
    else {
      const asked = { connectionId, relation: { name } };
      tables.push((await callEngine(engine, 'relations.describe', asked, signal)).relation);
    }
  }
  return tables;
}
