import type { Database } from '../harness/postgres/database.ts';

/** The sessions that the app has in this database, by what they do now: `active`, `idle in transaction`. */
export async function sourceSessions(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ state: string }>(
    `SELECT state FROM pg_stat_activity
     WHERE application_name = 'sluice' AND datname = current_database()
     ORDER BY state`,
  );
  return rows.map(({ state }) => state);
}
