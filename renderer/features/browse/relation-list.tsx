import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconChevronRight, IconLock, IconRefresh, IconSearch, IconSql } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { Relation, RelationRef } from '../../../electron/contract/relation.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount, formatEstimate } from '../../format/counts.ts';
import { KIND_NAMES, KindIcon } from './relation-kind.tsx';
import { lineKey, relationKey, treeLines, type TreeLine } from './relation-tree.ts';

const LINE_HEIGHT = 30;
const OVERSCAN = 8;

export interface RelationListProps {
  readonly relations: readonly Relation[];
  readonly selected: RelationRef | undefined;
  readonly onSelect: (relation: Relation) => void;
  /** Asks the server again. */
  readonly onReload: () => void;
  /** Extracts the rows of a query. */
  readonly onQuery: () => void;
}

/** The relations of a connection; only the lines on the screen are drawn, so ten thousand are no more than thirty. */
export function RelationList({ relations, selected, onSelect, onReload, onQuery }: RelationListProps) {
  const [filter, setFilter] = useState('');
  const [toggled, setToggled] = useState<ReadonlySet<string>>(() => new Set());
  const [active, setActive] = useState(0);
  const lines = useMemo(() => treeLines(relations, { filter, toggled }), [relations, filter, toggled]);
  const { scroller, range, reveal } = useWindow();
  const selectedKey = selected === undefined ? undefined : relationKey(selected);
  const current = Math.min(active, lines.length - 1);

  const toggle = (line: TreeLine) => {
    const next = new Set(toggled);
    if (!next.delete(lineKey(line))) next.add(lineKey(line));
    setToggled(next);
  };
  const choose = (line: TreeLine, index: number) => {
    setActive(index);
    if (line.kind === 'schema') toggle(line);
    else onSelect(line.relation);
  };
  const goTo = (index: number) => {
    const next = Math.min(Math.max(0, index), lines.length - 1);
    setActive(next);
    reveal(next);
  };
  const onKey = (event: KeyboardEvent) => {
    const line = lines[current];
    if (line === undefined) return;
    const page = Math.max(1, range.end - range.first - 2 * OVERSCAN);
    const canOpen = line.kind === 'schema' || line.partitions > 0;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(current + 1),
      ArrowUp: () => goTo(current - 1),
      PageDown: () => goTo(current + page),
      PageUp: () => goTo(current - page),
      Home: () => goTo(0),
      End: () => goTo(lines.length - 1),
      ArrowRight: () => {
        if (canOpen && !line.open) toggle(line);
      },
      ArrowLeft: () => {
        if (canOpen && line.open) toggle(line);
      },
      Enter: () => choose(line, current),
      ' ': () => choose(line, current),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };

  return (
    <div className="relations">
      <div className="relations-filter">
        <TextInput
          size="xs"
          flex={1}
          aria-label="Filter relations"
          placeholder={`Filter ${formatCount(relations.length)}`}
          leftSection={<IconSearch size={14} />}
          value={filter}
          onChange={(event) => {
            setFilter(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setFilter('');
            if (event.key === 'ArrowDown') scroller.current?.focus();
          }}
        />
        <Tooltip label="Extract a query">
          <ActionIcon variant="subtle" color="gray" aria-label="Extract a query" onClick={onQuery}>
            <IconSql size={17} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="List the relations again">
          <ActionIcon variant="subtle" color="gray" aria-label="List the relations again" onClick={onReload}>
            <IconRefresh size={15} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div
        ref={scroller}
        className="relations-scroll"
        role="tree"
        aria-label="Relations"
        tabIndex={0}
        aria-activedescendant={lines.length === 0 ? undefined : `relation-line-${current}`}
        onKeyDown={onKey}
      >
        <div className="relations-spacer" style={{ height: lines.length * LINE_HEIGHT }}>
          {lines.slice(range.first, range.end).map((line, offset) => {
            const index = range.first + offset;
            const key = lineKey(line);
            return (
              <Line
                key={key}
                line={line}
                index={index}
                current={index === current}
                selected={key === selectedKey}
                onChoose={() => choose(line, index)}
                onToggle={() => toggle(line)}
              />
            );
          })}
        </div>
        {lines.length === 0 && (
          <p className="relations-none">
            {filter === '' ? 'No relation that this user may see.' : 'No relation matches the filter.'}
          </p>
        )}
      </div>
    </div>
  );
}

interface LineProps {
  readonly line: TreeLine;
  readonly index: number;
  readonly current: boolean;
  readonly selected: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

function Line({ line, index, current, selected, onChoose, onToggle }: LineProps) {
  const style = { transform: `translateY(${index * LINE_HEIGHT}px)` };
  const classes = `relation-line${current ? ' is-current' : ''}${selected ? ' is-selected' : ''}`;
  if (line.kind === 'schema') {
    return (
      <div
        id={`relation-line-${index}`}
        role="treeitem"
        tabIndex={-1}
        aria-level={1}
        aria-expanded={line.open}
        aria-selected={false}
        aria-label={`${line.schema}, schema`}
        className={`${classes} is-schema`}
        style={style}
        onClick={onChoose}
      >
        <IconChevronRight
          size={14}
          className={line.open ? 'chevron is-open' : 'chevron'}
          aria-hidden="true"
        />
        <span className="ellipsis">{line.schema}</span>
        <span className="relation-facts">{line.count}</span>
      </div>
    );
  }
  const { relation, partitions } = line;
  return (
    <div
      id={`relation-line-${index}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={line.depth + 2}
      aria-expanded={partitions > 0 ? line.open : undefined}
      aria-selected={selected}
      aria-label={`${relation.name}, ${KIND_NAMES[relation.kind]}`}
      className={classes}
      style={{ ...style, paddingLeft: 24 + line.depth * 16 }}
      title={titleOf(relation)}
      onClick={onChoose}
    >
      {partitions > 0 && (
        <IconChevronRight
          size={14}
          className={line.open ? 'chevron is-nested is-open' : 'chevron is-nested'}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        />
      )}
      <KindIcon kind={relation.kind} />
      <span className="ellipsis relation-name">{relation.name}</span>
      {!relation.readable && <IconLock size={13} aria-label="no SELECT privilege" />}
      <span className="relation-facts tabular">{factsOf(relation)}</span>
    </div>
  );
}

function factsOf(relation: Relation): string {
  return relation.estimatedRows === null ? '' : formatEstimate(relation.estimatedRows);
}

function titleOf(relation: Relation): string {
  const { schema, name, kind, estimatedRows, bytes, comment, readable } = relation;
  return [
    `${schema}.${name}`,
    KIND_NAMES[kind],
    ...(estimatedRows === null ? [] : [`about ${countOf(estimatedRows, 'row')}`]),
    ...(bytes === null ? [] : [`${formatBytes(bytes)} on disk`]),
    ...(readable ? [] : ['no SELECT privilege']),
    ...(comment === null ? [] : [comment]),
  ].join('\n');
}

/** The part of a long list that can be seen, kept while its element is scrolled or changes its size. */
function useWindow() {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, end: 40 });
  useEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const measure = () => {
      const first = Math.max(0, Math.floor(current.scrollTop / LINE_HEIGHT) - OVERSCAN);
      const visible = Math.ceil(current.clientHeight / LINE_HEIGHT);
      const end = first + visible + 2 * OVERSCAN;
      setRange((known) => (known.first === first && known.end === end ? known : { first, end }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    current.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', measure);
    };
  }, []);
  const reveal = (index: number) => {
    const { current } = scroller;
    if (current === null) return;
    const top = index * LINE_HEIGHT;
    const lowest = top + LINE_HEIGHT - current.clientHeight;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (lowest > current.scrollTop) current.scrollTop = lowest;
  };
  return { scroller, range, reveal };
}
