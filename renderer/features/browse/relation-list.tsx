import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconRefresh, IconSearch, IconSql } from '@tabler/icons-react';
import { useMemo, useState, type KeyboardEvent } from 'react';
import type { Relation, RelationRef } from '../../../electron/contract/relation.ts';
import { formatCount } from '../../format/counts.ts';
import { useListWindow } from '../../ui/list-window.ts';
import { LINE_HEIGHT, RelationLine, relationLineId } from './relation-line.tsx';
import { lineKey, relationKey, treeLines, type TreeLine } from './relation-tree.ts';

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
  const { scroller, range, pageLines, reveal } = useListWindow(LINE_HEIGHT);
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
    const canOpen = line.kind === 'schema' || line.partitions > 0;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(current + 1),
      ArrowUp: () => goTo(current - 1),
      PageDown: () => goTo(current + pageLines),
      PageUp: () => goTo(current - pageLines),
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
        aria-activedescendant={lines.length === 0 ? undefined : relationLineId(current)}
        onKeyDown={onKey}
      >
        <div className="relations-spacer" style={{ height: lines.length * LINE_HEIGHT }}>
          {lines.slice(range.first, range.end).map((line, offset) => {
            const index = range.first + offset;
            const key = lineKey(line);
            return (
              <RelationLine
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
