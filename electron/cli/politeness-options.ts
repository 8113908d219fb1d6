/** How much of the server and of the line a run may take. */
import type { Command } from 'commander';
import type { Politeness } from '../contract/politeness.ts';
import { parseByteSize } from './byte-size.ts';
import { parseDuration } from './duration.ts';

/** As commander gives them. */
export interface PolitenessOptions {
  readonly bandwidth?: string;
  readonly lowPriority?: boolean;
  readonly statementTimeout?: string;
  readonly lockTimeout?: string;
}

/** Adds the options to a command. */
export function addPolitenessOptions(command: Command): Command {
  return command
    .optionsGroup('How much it may ask of the server:')
    .option('--bandwidth <bytes>', 'bytes a second to read from Postgres, such as 10MB (default: no limit)')
    .option('--low-priority', 'read with one connection, and no parallel workers of the server')
    .option('--statement-timeout <time>', 'statement_timeout, such as 30m; 0 for none (default: the role’s)')
    .option('--lock-timeout <time>', 'lock_timeout, such as 5s; 0 for none (default: 10s)');
}

/** Undefined where none was given. @throws AppError `CONFIG_USAGE` */
export function politenessFrom(options: PolitenessOptions): Politeness | undefined {
  const { bandwidth, lowPriority, statementTimeout, lockTimeout } = options;
  const politeness: Politeness = {
    ...(bandwidth === undefined
      ? {}
      : { bandwidth: parseByteSize(bandwidth.replace(/\/s$/i, ''), '--bandwidth') }),
    ...(lowPriority === undefined ? {} : { lowPriority }),
    ...(statementTimeout === undefined
      ? {}
      : { statementTimeoutMs: parseDuration(statementTimeout, '--statement-timeout') }),
    ...(lockTimeout === undefined ? {} : { lockTimeoutMs: parseDuration(lockTimeout, '--lock-timeout') }),
  };
  return Object.keys(politeness).length === 0 ? undefined : politeness;
}
