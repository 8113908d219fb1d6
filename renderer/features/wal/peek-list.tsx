import { IconListSearch } from '@tabler/icons-react';
import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { PeekChange, PeekTransaction } from '../../../electron/contract/peek.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { formatMoment } from '../../format/dates.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { peekLines, summaryOf, type PeekLine } from './peek-lines.ts';
import type { PeekState } from './peek-session.ts';

const LINE_HEIGHT = 28;
const OVERSCAN = 10;

export interface PeekListProps {
  readonly state: PeekState;
  /** The lines of test_decoding as they are, where there are some. */
  readonly raw: boolean;
  readonly selected: PeekChange | undefined;
  readonly onSelect: (change: PeekChange) => void;
}

/** Transactions and their changes; only the lines on the screen are drawn. */
export function PeekList({ state, raw, selected, onSelect }: PeekListProps) {
  const { changes, transactions, withdrawn } = state;
  const lines = useMemo(
    () => peekLines({ changes, transactions, withdrawn }),
    [changes, transactions, withdrawn],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const empty = lines.length === 0;
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const { current } = scroller;
    // Without lines there is nothing that scrolls.
    if (current === null || empty) return undefined;
    const observer = new ResizeObserver(() => setView((last) => ({ ...last, height: current.clientHeight })));
    observer.observe(current);
    return () => observer.disconnect();
  }, [empty]);

  if (empty) {
    if (state.phase !== 'ended' && state.phase !== 'idle') return <div className="peek-list" />;
    return (
      <div className="peek-list">
        <EmptyState
          icon={<IconListSearch size={36} stroke={1.4} />}
          title={state.phase === 'idle' ? 'Look at changes without moving a slot' : 'No changes'}
        >
          <p>
            {state.phase === 'idle'
              ? 'Choose a slot, or what happens from now on. The slot stays where it is, and its consumer does not notice.'
              : 'Nothing that was asked for is in the WAL that was read.'}
          </p>
        </EmptyState>
      </div>
    );
  }
  const first = Math.max(0, Math.floor(view.top / LINE_HEIGHT) - OVERSCAN);
  const end = Math.min(lines.length, Math.ceil((view.top + view.height) / LINE_HEIGHT) + OVERSCAN);
  const move = (by: number) => {
    const from = lines.findIndex((line) => line.kind === 'change' && line.change === selected);
    for (let index = from + by; index >= 0 && index < lines.length; index += by) {
      const line = lines[index];
      if (line?.kind !== 'change') continue;
      onSelect(line.change);
      reveal(scroller.current, index);
      return;
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    move(event.key === 'ArrowDown' ? 1 : -1);
  };
  return (
    <div
      ref={scroller}
      className="peek-list"
      role="listbox"
      aria-label="Changes"
      tabIndex={0}
      aria-activedescendant={selected === undefined ? undefined : `peek-change-${selected.index}`}
      onKeyDown={onKey}
      onScroll={({ currentTarget }) =>
        setView({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
      }
    >
      <div className="peek-spacer" style={{ height: lines.length * LINE_HEIGHT }}>
        {lines.slice(first, end).map((line, offset) => (
          <Line
            key={first + offset}
            line={line}
            raw={raw}
            top={(first + offset) * LINE_HEIGHT}
            selected={line.kind === 'change' && line.change === selected}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

function reveal(scroller: HTMLDivElement | null, index: number): void {
  if (scroller === null) return;
  const top = index * LINE_HEIGHT;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  const bottom = top + LINE_HEIGHT - scroller.clientHeight;
  if (bottom > scroller.scrollTop) scroller.scrollTop = bottom;
}

interface LineProps {
  readonly line: PeekLine;
  readonly raw: boolean;
  readonly top: number;
  readonly selected: boolean;
  readonly onSelect: (change: PeekChange) => void;
}

function Line({ line, raw, top, selected, onSelect }: LineProps) {
  if (line.kind === 'transaction') {
    return (
      <div className="peek-line is-transaction" role="presentation" style={{ top }}>
        {transactionText(line.xid, line.transaction)}
      </div>
    );
  }
  const { change, withdrawn } = line;
  return (
    <div
      id={`peek-change-${change.index}`}
      className={`peek-line is-change${selected ? ' is-selected' : ''}${withdrawn ? ' is-withdrawn' : ''}`}
      role="option"
      aria-selected={selected}
      style={{ top }}
      onClick={() => onSelect(change)}
    >
      <span className={`peek-operation is-${change.operation}`}>{change.operation}</span>
      <span className="peek-relation ellipsis">
        {change.relation === null ? (change.text ?? '') : `${change.relation.schema}.${change.relation.name}`}
      </span>
      <span className="peek-summary ellipsis mono">
        {withdrawn ? '(rolled back) ' : ''}
        {raw ? (change.text ?? summaryOf(change)) : summaryOf(change)}
      </span>
    </div>
  );
}

function transactionText(xid: number, transaction: PeekTransaction | undefined): string {
  if (xid === 0) return 'Outside of transactions';
  const { state = 'open', commitTime, commitLsn, origin, changes = 0, bytes = 0 } = transaction ?? {};
  return [
    `Transaction ${xid}`,
    state === 'open' ? 'its end was not read' : state,
    ...(commitTime === null || commitTime === undefined ? [] : [momentOf(commitTime)]),
    ...(commitLsn === null || commitLsn === undefined ? [] : [commitLsn]),
    ...(origin === null || origin === undefined ? [] : [`from ${origin}`]),
    ...(changes === 0 ? [] : [countOf(changes, 'change'), formatBytes(bytes)]),
  ].join(' · ');
}

/** Servers that are read through test_decoding write a time that only Postgres has to understand. */
function momentOf(time: string): string {
  // Postgres shortens the offset to its hours, which a browser does not take.
  const whole = time.replace(/([+-]\d\d)$/, '$1:00');
  return Number.isNaN(Date.parse(whole)) ? time : formatMoment(whole);
}
