import { PlannedFault } from '../planned-fault.ts';
import type { Database } from './database.ts';

/** Of `pg_stat_activity`: what Sluice has in the database that is asked. */
export const OURS = `application_name = 'sluice' AND datname = current_database()`;

/**
 * Ends sessions as an administrator or a failover does, or cancels what they run.
 * @param which a condition on `pg_stat_activity`
 * @returns how many there were
 */
export async function endSessions(
  database: Database,
  which = OURS,
  call: 'pg_terminate_backend' | 'pg_cancel_backend' = 'pg_terminate_backend',
): Promise<number> {
  const fault = new PlannedFault(`${call} where ${which}`);
  const { rows } = await database.query<{ ended: boolean }>(
    `SELECT ${call}(pid) AS ended FROM (SELECT pid FROM pg_stat_activity WHERE ${which}) AS them`,
  );
  fault.hit(rows.filter(({ ended }) => ended).length);
  return fault.hits;
}
