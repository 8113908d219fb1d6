import { useEffect, useRef } from 'react';
import type { RunLogLine } from '../../../electron/contract/run.ts';
import { formatTime } from '../../format/dates.ts';

/** Pixels from the end at which the log still follows new lines. */
const FOLLOW_WITHIN = 24;

/** The log of a run; it follows its end, unless the reader has scrolled away from it. */
export function LogSection({ log }: { readonly log: readonly RunLogLine[] }) {
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const { current } = list;
    if (current !== null && follows.current) current.scrollTop = current.scrollHeight;
    // A longer log is what moves the end away.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [log]);
  return (
    <section className="run-section" aria-label="Log">
      <h2>Log</h2>
      <ol
        ref={list}
        className="run-log"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight <= FOLLOW_WITHIN;
        }}
      >
        {log.map((line, index) => (
          // Lines are only ever added at the end.
          <li key={index} className={`is-${line.level}`}>
            <time dateTime={line.at}>{formatTime(line.at)}</time>
            <span>{line.message}</span>
          </li>
        ))}
        {log.length === 0 && <li className="faint">Nothing yet</li>}
      </ol>
    </section>
  );
}
