/** The peer of our COPY: psql, which throws the rows away as fast as it gets them. */
import path from 'node:path';
import type { BenchWorld } from '../bench-world.ts';
import { firstLineOf } from '../machine.ts';
import { runSide, type SideRun } from '../measured-process.ts';

/** A program that reads the whole table and keeps nothing. */
export interface CopyPeer {
  /** As it appears in the result. */
  readonly name: string;
  run(signal: AbortSignal): Promise<SideRun>;
}

export interface CopyPeers {
  /** Postgres's own text format: the least work for the server. */
  readonly text: CopyPeer;
  /** The format that our extract asks for, so that the server does the same work for both. */
  readonly csv: CopyPeer;
  /** Why they are not psql; empty when they are. */
  readonly notes: readonly string[];
}

/** psql where the system has it, else a program of our own, named as such. */
export async function findCopyPeers(world: BenchWorld): Promise<CopyPeers> {
  const { schema, name } = world.large;
  const side = { env: world.env, cwd: world.folder, stdout: 'discard' } as const;
  const hasPsql = (await firstLineOf('psql', ['--version'])) !== undefined;
  const peer = (options: string): CopyPeer => {
    const copy = `COPY "${schema}"."${name}" TO STDOUT${options}`;
    const [command, args] = hasPsql
      ? ['psql', ['--no-psqlrc', '--command', copy]]
      : [process.execPath, [path.join(import.meta.dirname, 'copy-drain.ts'), copy]];
    return {
      name: `${hasPsql ? 'psql' : 'own drain (no psql here)'}, \`COPY … TO STDOUT${options}\``,
      run: (signal) => runSide({ ...side, command, args }, signal),
    };
  };
  return { text: peer(''), csv: peer(' (FORMAT csv)'), notes: hasPsql ? [] : [NO_PSQL] };
}

const NO_PSQL =
  'There is no psql on this machine (Debian, Ubuntu: apt-get install postgresql-client). The peer is test/bench/peers/copy-drain.ts, which reads the same COPY from the socket and looks at nothing.';
