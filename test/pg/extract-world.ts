/** An engine and a database for a file of tests, and a folder to extract to. The hooks belong to the file that imports it. */
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import { TestEngine, success, type EndedRun } from '../harness/engine/test-engine.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';

export const postgres = sharedPostgres();
export let db: TemporaryDatabase;
export let engine: TestEngine;
export let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  // Tables of tests are small: so are the ranges that they are divided into.
  engine = await TestEngine.start({ readLimits: { minRangeBytes: 2 * 1024 ** 2 } });
  await engine.useDatabase(db);
  folder = path.join(engine.dataFolder, 'out');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

export type Spec = Omit<ExtractSpecInput, 'source' | 'destination'>;

export async function extract(spec: Spec): Promise<EndedRun> {
  return await engine.extract({ ...spec, destination: { folder } });
}

/** The objects of a run that has succeeded, in order. */
export async function objectsOf(ended: EndedRun): Promise<Buffer[]> {
  return await Promise.all(success(ended).objects.map(({ key }) => readFile(path.join(folder, key))));
}

export async function text(spec: Spec): Promise<string> {
  return Buffer.concat(await objectsOf(await extract(spec))).toString();
}

export async function copied(query: string): Promise<string> {
  const file = path.join(postgres().dataFolder, `copied-${String(Math.random()).slice(2)}.csv`);
  await db.query(`COPY (${query}) TO '${file}' (FORMAT csv)`);
  return await readFile(file, 'utf8');
}
