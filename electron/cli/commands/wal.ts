import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addWalRecords, addWalStats } from './wal-inspect.ts';
import { addWalPeek } from './wal-peek.ts';
import { addWalPreflight, addWalHeartbeat } from './wal-preflight.ts';
import { addWalStatus } from './wal-status.ts';

/** `sluice wal …`: what is in the WAL, and what holds it back. */
export function addWal(program: Command, context: CommandContext): void {
  const wal = program
    .command('wal')
    .description('see what replication slots hold back, and peek at their changes without moving them');
  addWalStatus(wal, context);
  addWalPeek(wal, context);
  addWalRecords(wal, context);
  addWalStats(wal, context);
  addWalPreflight(wal, context);
  addWalHeartbeat(wal, context);
}
