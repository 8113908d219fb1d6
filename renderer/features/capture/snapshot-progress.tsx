import { Progress } from '@mantine/core';
import type { TableProgress } from '../../../electron/contract/capture-status.ts';
import { readingText } from './capture-words.ts';

/** The tables of which a part is read, the one that is being read first. */
export function SnapshotProgress({ reading }: { readonly reading: readonly TableProgress[] }) {
  return (
    <section className="run-section" aria-label="Snapshot">
      <h2>Snapshot</h2>
      <ul className="capture-snapshot">
        {reading.map((progress) => {
          const { table, done, all } = progress;
          const name = `${table.schema}.${table.name}`;
          return (
            <li key={name}>
              <span className="ellipsis" title={name}>
                {name}
              </span>
              <Progress
                size="sm"
                aria-label={`Ranges of ${name}`}
                value={all === 0 ? 0 : (done / all) * 100}
              />
              <span className="faint tabular">{readingText(progress)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
