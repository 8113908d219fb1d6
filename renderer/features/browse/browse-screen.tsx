import './browse.css';
import '../../ui/grid.css';
import { Button, Loader } from '@mantine/core';
import { IconPlugConnectedX, IconSql, IconTable } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Relation, RelationRef } from '../../../electron/contract/relation.ts';
import { useApp } from '../../state/app-context.ts';
import { openDialog } from '../../state/dialogs.ts';
import { readPreference, writePreference } from '../../state/preferences.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { RelationList } from './relation-list.tsx';
import { RelationView } from './relation-view.tsx';
import { Splitter } from './splitter.tsx';
import { QUERY_RELATION } from '../extract/query-relation.ts';
import { relationKey } from './relation-tree.ts';

const PANE = { least: 160, usual: 264, most: 520, narrow: 216 };
/** Pixels of the window below which the list of relations begins narrow. */
const NARROW_WINDOW = 1_000;

export interface BrowseScreenProps {
  readonly connectionId: string;
  readonly selected: RelationRef | undefined;
}

/** The relations of a connection, and beside them the one that is selected. */
export function BrowseScreen({ connectionId, selected }: BrowseScreenProps) {
  const { profiles } = useApp();
  const known = useStore(profiles);
  const { state, retry } = useCall('relations.list', { connectionId });
  const [width, setWidth] = useState(firstWidth);
  useEffect(() => writePreference('connection', connectionId), [connectionId]);

  if (known.status === 'ready' && !known.value.connections.some((each) => each.id === connectionId)) {
    return (
      <EmptyState
        icon={<IconPlugConnectedX size={40} stroke={1.4} />}
        title="This connection has been deleted"
      />
    );
  }
  if (state.status === 'failed') {
    return (
      <div className="browse-error">
        <ErrorNotice error={state.error} title="The relations could not be listed" onRetry={retry}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => openDialog({ kind: 'connection', id: connectionId })}
          >
            Edit connection
          </Button>
        </ErrorNotice>
      </div>
    );
  }
  if (state.status === 'loading') {
    return (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Listing relations" />
      </div>
    );
  }
  const { relations } = state.value;
  const select = (relation: Relation) =>
    navigate({
      screen: 'browse',
      connectionId,
      relation: { schema: relation.schema, name: relation.name },
    });
  const extractQuery = () => openDialog({ kind: 'extract', connectionId, relation: QUERY_RELATION });
  return (
    <div className="browse">
      <div className="browse-pane" style={{ width }}>
        <RelationList
          relations={relations}
          selected={selected}
          onSelect={select}
          onReload={retry}
          onQuery={extractQuery}
        />
        <Splitter
          label="Width of the list of relations"
          width={width}
          min={PANE.least}
          max={PANE.most}
          onChange={(next) => {
            setWidth(next);
            writePreference('relationPaneWidth', String(next));
          }}
        />
      </div>
      <div className="browse-detail">
        {selected === undefined ? (
          <EmptyState icon={<IconTable size={40} stroke={1.4} />} title="Select a relation">
            <p>Its rows and columns are shown here, and it can be extracted to S3.</p>
            <Button variant="default" leftSection={<IconSql size={17} />} onClick={extractQuery}>
              Extract a query…
            </Button>
          </EmptyState>
        ) : (
          <RelationView
            key={`${connectionId} ${relationKey(selected)}`}
            connectionId={connectionId}
            relation={find(relations, selected)}
          />
        )}
      </div>
    </div>
  );
}

function firstWidth(): number {
  const usual = window.innerWidth < NARROW_WINDOW ? PANE.narrow : PANE.usual;
  return Number(readPreference('relationPaneWidth') ?? usual);
}

/** The relation of an address; where the list has it no more, the server may still know it, or say that it is gone. */
function find(relations: readonly Relation[], ref: RelationRef): Relation {
  return (
    relations.find((relation) => relation.schema === ref.schema && relation.name === ref.name) ?? {
      ...ref,
      kind: 'table',
      estimatedRows: null,
      bytes: null,
      readable: true,
      partitionOf: null,
      comment: null,
    }
  );
}
