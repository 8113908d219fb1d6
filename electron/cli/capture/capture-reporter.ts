/** Tells about a capture: as lines of JSON on stdout, or to people on stderr. */
import type { CaptureNews } from '../../contract/capture-calls.ts';
import type { CaptureStatus, TableProgress } from '../../contract/capture-status.ts';
import { formatBytes, formatDuration, formatExact, formatRows } from '../amounts.ts';
import type { CliWorld } from '../cli-world.ts';
import { errorText } from '../human-reporter.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { withoutControls } from '../text-width.ts';

export interface CaptureReporter {
  started(status: CaptureStatus): void;
  status(status: CaptureStatus): void;
  news(news: CaptureNews): void;
  stopping(): void;
  finished(status: CaptureStatus): void;
}

/** Milliseconds between two lines of progress. */
const JSON_PROGRESS_MS = 1_000;
const LOG_PROGRESS_MS = 60_000;

/** What a line of progress says of a status: facts that change, and not the job again. */
function facts({ phase, marks, lagBytes, lagSeconds, heldBytes, ...status }: CaptureStatus) {
  const { changes, transactions, objects, bytes, changesPerSecond, snapshotTables, sequence, epoch } = status;
  return {
    phase,
    marks,
    lagBytes,
    lagSeconds,
    heldBytes,
    changes,
    transactions,
    objects,
    bytes,
    changesPerSecond,
    snapshotTables,
    sequence,
    epoch,
  };
}

export function createCaptureJsonReporter({ out, monotonicMs }: CliWorld): CaptureReporter {
  const begunMs = monotonicMs();
  let toldMs = Number.NEGATIVE_INFINITY;
  let phase = '';
  return {
    started: ({ name, slot, publication, spec }) =>
      out(
        jsonLine({
          type: 'started',
          name,
          slot,
          publication,
          tables: spec.tables ?? null,
          format: spec.format,
        }),
      ),
    status: (status) => {
      const now = monotonicMs();
      if (status.phase === phase && now - toldMs < JSON_PROGRESS_MS) return;
      toldMs = now;
      phase = status.phase;
      out(jsonLine({ type: 'progress', name: status.name, ...facts(status) }));
    },
    news: ({ kind, ...rest }) => out(jsonLine({ type: kind, ...rest })),
    stopping: () => undefined,
    finished: (status) => {
      const failed = status.phase === 'failed';
      const error = failed ? status.lastError?.error : undefined;
      const durationMs = monotonicMs() - begunMs;
      const last = finishedWithoutRun(failed ? 'failed' : 'succeeded', durationMs, {
        rows: status.changes,
        ...(error === undefined ? {} : { error }),
      });
      const { name, bytes, marks, sequence, epoch, checkpoint } = status;
      out(
        jsonLine({
          ...last,
          name,
          bytes,
          changes: status.changes,
          snapshotRows: status.snapshotTables.rows,
          objectsWritten: status.objects,
          durableLsn: marks.durable,
          sequence,
          epoch,
          checkpoint,
        }),
      );
    },
  };
}

export function createCaptureHumanReporter({
  err,
  monotonicMs,
  stderrIsTerminal,
  columns,
}: CliWorld): CaptureReporter {
  let toldMs = monotonicMs();
  let drawn = false;
  const say = (text: string) => {
    if (drawn) err('\r\u001b[K');
    drawn = false;
    err(`${text}\n`);
  };
  return {
    started: ({ name, slot, publication }) =>
      say(`Capture ${name}: slot ${slot}, publication ${publication}`),
    status: (status) => {
      const now = monotonicMs();
      if (now - toldMs < (stderrIsTerminal ? 500 : LOG_PROGRESS_MS)) return;
      toldMs = now;
      if (!stderrIsTerminal) return say(progressText(status));
      err(`\r\u001b[K${progressText(status).slice(0, columns() - 1)}`);
      drawn = true;
    },
    news: (news) => {
      const text = newsText(news);
      if (text !== undefined) say(withoutControls(text));
    },
    stopping: () => say('Stopping in good order; press Ctrl-C again to leave at once'),
    finished: (status) => {
      if (status.phase === 'failed' && status.lastError !== null)
        return say(errorText(status.lastError.error));
      say(
        `Stopped: ${formatExact(status.changes)} changes and ${formatRows(status.snapshotTables.rows)} of snapshots in ${formatExact(status.objects)} objects, ${formatBytes(status.bytes)}; durable up to ${status.marks.durable ?? 'nothing'}`,
      );
    },
  };
}

function progressText({
  phase,
  changes,
  changesPerSecond,
  lagBytes,
  lagSeconds,
  objects,
  snapshotTables,
}: CaptureStatus): string {
  const tables =
    snapshotTables.done < snapshotTables.all
      ? `, ${snapshotTables.done} of ${snapshotTables.all} tables, ${formatRows(snapshotTables.rows)}${readingText(snapshotTables.reading?.[0])}`
      : '';
  const behind =
    lagBytes === null
      ? ''
      : `, behind by ${formatBytes(lagBytes)}${lagSeconds === null ? '' : ` and ${formatDuration(lagSeconds * 1_000)}`}`;
  return `${phase}${tables}: ${formatExact(changes)} changes, ${formatExact(changesPerSecond)}/s, ${formatExact(objects)} objects${behind}`;
}

/** The table that is being read. */
function readingText(progress: TableProgress | undefined): string {
  if (progress === undefined) return '';
  const { table, done, all } = progress;
  return ` (${withoutControls(`${table.schema}.${table.name}`)}: ${done} of ${all} ranges)`;
}

function newsText(news: CaptureNews): string | undefined {
  switch (news.kind) {
    case 'streaming':
      return `Reading from ${news.fromLsn} (epoch ${news.epoch})`;
    case 'snapshot':
      return `Snapshot of ${news.table.schema}.${news.table.name} at ${news.lsn}${news.done > 0 ? `, goes on: ${news.done} of ${news.all} ranges are there` : ''}`;
    case 'waiting':
      return `warning: ${news.error.message} Trying again in ${formatDuration(news.seconds * 1_000)}`;
    case 'note':
      return `note: ${news.message}`;
    case 'entry':
      return news.entry === 'snapshot'
        ? `Snapshot of ${news.table?.schema ?? ''}.${news.table?.name ?? ''}: ${formatRows(news.rows)}`
        : undefined;
  }
}
