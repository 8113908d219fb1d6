/** Loaded before each file of tests. Its hook is the outermost: whatever the test and its own hooks do has been done. */
import { afterEach } from 'vitest';
import { takeMissedFaults } from './planned-fault.ts';

afterEach(() => {
  const missed = takeMissedFaults();
  if (missed.length > 0) throw new Error(`faults that were planned have hit nothing: ${missed.join('; ')}`);
});
