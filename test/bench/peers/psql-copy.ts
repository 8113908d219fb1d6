/** The peer of our COPY: psql, which throws the rows away as fast as it gets them. */
import path from 'node:path';
import type { BenchWorld } from '../bench-world.ts';
import { firstLineOf } from '../machine.ts';
import { runSide, type SideRun } from '../measured-process.ts';

/** A program that reads the whole table and keeps nothing. */
export interface CopyPeer {
  /** As it appears in the result. */
  readonly name: string;
  /** Why it is not psql; undefined when it is. */
  readonly note: string | undefined;
  run(signal: AbortSignal): Promise<SideRun>;
}

/** psql where the system has it, else a program of our own, named as such. */
export async function findCopyPeer(world: BenchWorld): Promise<CopyPeer> {
  const { schema, name } = world.large;
  const copy = `COPY "${schema}"."${name}" TO STDOUT`;
  const side = { env: world.env, cwd: world.folder, stdout: 'discard' } as const;
  if ((await firstLineOf('psql', ['--version'])) !== undefined) {
    const args = ['--no-psqlrc', '--command', copy];
    return {
      name: '`psql -c "COPY … TO STDOUT" > /dev/null`',
      note: undefined,
      run: (signal) => runSide({ ...side, command: 'psql', args }, signal),
    };
  }
  const args = [path.join(import.meta.dirname, 'copy-drain.ts'), copy];
  return {
    name: 'own COPY drain (no psql here)',
    note: 'There is no psql on this machine (Debian, Ubuntu: apt-get install postgresql-client): the peer is test/bench/peers/copy-drain.ts, which reads the same COPY from the socket and looks at nothing.',
    run: (signal) => runSide({ ...side, command: process.execPath, args }, signal),
  };
}
