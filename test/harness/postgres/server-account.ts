import { execFileSync } from 'node:child_process';

/** The user that the server runs as, in the form that `spawn` takes; empty means the current one. */
export interface ServerAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** Accounts without privileges that systems have; initdb insists on one that is known by name. */
const CANDIDATES = ['postgres', 'nobody', 'daemon'];

/** Postgres refuses to run as root: then it runs as the first unprivileged user that the system has. */
export function serverAccount(): ServerAccount {
  if (process.getuid?.() !== 0) return {};
  for (const name of CANDIDATES) {
    const uid = numericId('-u', name);
    const gid = numericId('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Error(
    `Postgres does not run as root, and there is no user ${CANDIDATES.join(', ')} to run it as`,
  );
}

function numericId(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(
      execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return undefined;
  }
}
