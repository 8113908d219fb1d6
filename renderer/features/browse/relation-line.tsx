import { IconChevronRight, IconLock } from '@tabler/icons-react';
import type { Relation } from '../../../electron/contract/relation.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatEstimate } from '../../format/counts.ts';
import { KIND_NAMES, KindIcon } from './relation-kind.tsx';
import type { TreeLine } from './relation-tree.ts';

/** In pixels, as in browse.css. */
export const LINE_HEIGHT = 30;

/** For `aria-activedescendant`. */
export function relationLineId(index: number): string {
  return `relation-line-${index}`;
}

export interface RelationLineProps {
  readonly line: TreeLine;
  /** From the top of the list. */
  readonly index: number;
  /** Where the arrow keys are. */
  readonly current: boolean;
  readonly selected: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

/** A schema, or a relation with what is known of it. */
export function RelationLine({ line, index, current, selected, onChoose, onToggle }: RelationLineProps) {
  const style = { transform: `translateY(${index * LINE_HEIGHT}px)` };
  const classes = `relation-line${current ? ' is-current' : ''}${selected ? ' is-selected' : ''}`;
  if (line.kind === 'schema') {
    return (
      <div
        id={relationLineId(index)}
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
      id={relationLineId(index)}
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
