import { endSessions } from '../harness/postgres/end-sessions.ts';
import type { FaultAction } from '../harness/s3/faults.ts';
import type { Disturbance } from './round-case.ts';
import { within, type CaptureWorld } from './world.ts';

const AWAY: FaultAction = { kind: 'status', status: 503, code: 'ServiceUnavailable' };

/** Lets something go wrong, and mends what does not mend itself before it comes back. */
export async function disturb(what: Disturbance, world: CaptureWorld, ended: AbortSignal): Promise<void> {
  const { s3, wire, postgres } = world;
  switch (what.kind) {
    case 's3':
      s3.faults.add(...what.rules);
      return;
    case 's3 away':
      s3.faults.add({ op: '*', times: 'always', action: AWAY });
      await within(what.ms, ended);
      s3.faults.clear();
      return;
    case 's3 silence':
      s3.faults.add({ op: '*', times: 'always', action: { kind: 'hang' } });
      await within(what.ms, ended);
      s3.faults.clear();
      s3.cut();
      return;
    case 'cut':
      wire.cut();
      return;
    case 'silence':
      wire.freeze();
      await within(what.ms, ended);
      wire.forget();
      return;
    case 'terminate senders':
      await endSessions(postgres, `backend_type = 'walsender'`);
      return;
    case 'restart':
      await postgres.restart(what.mode);
  }
}
