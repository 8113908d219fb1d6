/** How many connections may read side by side, so that the process keeps to its memory whatever a job asks for. Pure. */
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Compression } from '../../contract/format.ts';

const MB = 1_000_000;

/** What the process may take in all. */
const MEMORY_BYTES = 300 * MB;

/** What it takes whatever it reads: Node, the engine, the parts on their way, and what waits to be tidied up. Measured. */
const PROCESS_BYTES = 130 * MB;

/** The part that is being filled, an object of one part that is being completed, both buffers of the rows, and the read. */
const LANE_BYTES = 14.5 * MB;

/** The windows of a compressor. Measured. */
const COMPRESSOR_BYTES: Readonly<Record<Compression, number>> = { none: 0, gzip: 0.5 * MB, zstd: 6 * MB };

/** A thread of Parquet has a heap of its own; two share the memory of one row group, and of three each had too little. */
const PARQUET_LANES = 2;

type LaneSpec = Pick<ExtractSpec, 'format' | 'compression' | 'parallel'>;

/** The most lanes of a job. */
export function mostLanes({ format, compression }: Omit<LaneSpec, 'parallel'>): number {
  if (format.kind === 'parquet') return PARQUET_LANES;
  return Math.floor((MEMORY_BYTES - PROCESS_BYTES) / (LANE_BYTES + COMPRESSOR_BYTES[compression]));
}

/** What is to be said where fewer connections read than a job asks for; `workers` is how many do. */
export function laneWarning(spec: LaneSpec, workers: number): string | undefined {
  const { parallel = 1 } = spec;
  const most = mostLanes(spec);
  if (parallel <= most || workers < most) return undefined;
  return `${most} connections read, and not ${parallel}: each takes memory, and Sluice keeps to ${MEMORY_BYTES / MB} MB.`;
}
