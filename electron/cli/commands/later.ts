import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';

/** Commands that scripts will find one day; until then they must not look like typing errors. */
const LATER = {
  connect: 'Handing over to Kafka Connect',
} as const;

/** Commands of the fixed command line that this version does not have: each says so. */
export function addLater(program: Command): void {
  for (const [name, what] of Object.entries(LATER)) {
    program
      .command(name, { hidden: true })
      .argument('[args...]')
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        throw new AppError(
          'CONFIG_NOT_SUPPORTED',
          `${what} is not part of this version of Sluice; it has extract, preview, tables, profiles, run, resume, discard, cancel, pause, continue, serve, verify, wal, watermark and capture`,
        );
      });
  }
}
