import type { PostgresFault } from './fault-case.ts';
import type { FaultWorld } from './world.ts';

/** Waits until so many bytes have come from the server since now, and does what is to happen. False once the run has ended. */
export async function cause(fault: PostgresFault, world: FaultWorld, ended: AbortSignal): Promise<boolean> {
  await world.wire.passed(world.wire.received + fault.afterBytes, ended);
  if (ended.aborted) return false;
  switch (fault.kind) {
    case 'terminate one':
      await terminate(world, 'LIMIT 1');
      break;
    case 'terminate all':
      await terminate(world, '');
      break;
    case 'restart':
      await world.postgres.restart();
      break;
    case 'crash':
      await world.postgres.restart('immediate');
      break;
    case 'cut':
      world.wire.cut();
      break;
    case 'half-open':
      world.wire.freeze();
      break;
  }
  return true;
}

async function terminate(world: FaultWorld, limit: string): Promise<void> {
  await world.database.query(
    `SELECT pg_terminate_backend(pid) FROM (
       SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice' ORDER BY pid ${limit}) AS ours`,
  );
}
