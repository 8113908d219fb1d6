import type { Politeness } from '../../contract/politeness.ts';
import type { SessionLimits } from '../ports.ts';

/** What the sessions of a run may ask of the server. */
export function sessionLimits(politeness: Politeness | undefined): SessionLimits {
  return {
    statementTimeoutMs: politeness?.statementTimeoutMs,
    lockTimeoutMs: politeness?.lockTimeoutMs,
    serial: politeness?.lowPriority === true,
  };
}
