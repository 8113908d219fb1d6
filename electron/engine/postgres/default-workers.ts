/** Bytes from which a second connection pays for itself. */
const SECOND_BYTES = 512 * 1024 ** 2;

/** Bytes for each connection from there on. */
const BYTES_PER_WORKER = 256 * 1024 ** 2;

/** More than these gain little on one machine, and are a guest who takes all the chairs. */
const MOST_WORKERS = 4;

/** What decides how many connections read where nobody has said so. */
export interface WorkerFacts {
  /** Bytes of the table. */
  readonly bytes: number;
  /** Cores of this machine. */
  readonly cores: number;
  /** The server has more important work: one connection reads. */
  readonly lowPriority: boolean;
  /** The most that the format can keep up with in its memory. */
  readonly most: number;
}

/** Connections that read side by side where the job does not say: what the size is worth and the machine can take. */
export function defaultWorkers({ bytes, cores, lowPriority, most }: WorkerFacts): number {
  if (lowPriority || bytes < SECOND_BYTES) return 1;
  return Math.min(MOST_WORKERS, most, Math.max(1, cores - 1), Math.floor(bytes / BYTES_PER_WORKER));
}
