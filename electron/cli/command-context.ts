import type { CliWorld } from './cli-world.ts';

/** What a command gets besides its options. */
export interface CommandContext {
  readonly world: CliWorld;
  /** Sets the exit code of a command that ended without an error; 0 unless it is called. */
  readonly exitWith: (code: number) => void;
}
