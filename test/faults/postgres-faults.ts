import { endSessions, OURS } from '../harness/postgres/end-sessions.ts';
import type { PostgresFault } from './fault-case.ts';
import type { FaultWorld } from './world.ts';

/** Waits until so many bytes have come from the server since now, and does what is to happen. False where it hits nothing. */
export async function cause(fault: PostgresFault, world: FaultWorld, ended: AbortSignal): Promise<boolean> {
  await world.wire.passed(world.wire.received + fault.afterBytes, ended);
  if (ended.aborted) return false;
  switch (fault.kind) {
    case 'terminate one':
      return (await endSessions(world.database, `${OURS} ORDER BY pid LIMIT 1`)) > 0;
    case 'terminate all':
      return (await endSessions(world.database, OURS)) > 0;
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
