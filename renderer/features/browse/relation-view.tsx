import { Button, Tabs } from '@mantine/core';
import { IconCloudUpload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Relation } from '../../../electron/contract/relation.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { openDialog } from '../../state/dialogs.ts';
import { ColumnsPanel } from './columns-panel.tsx';
import { KIND_NAMES, KindIcon } from './relation-kind.tsx';
import { RowsPanel } from './rows-panel.tsx';

export interface RelationViewProps {
  readonly connectionId: string;
  readonly relation: Relation;
}

/** One relation: what it is, its rows, its columns, and the way to S3. */
export function RelationView({ connectionId, relation }: RelationViewProps) {
  const [tab, setTab] = useState<string | null>('rows');
  // A new number makes a new preview: the rows as they are now.
  const [reading, setReading] = useState(0);
  return (
    <>
      <header className="relation-head">
        <div className="relation-heading">
          <h1 title={`${relation.schema}.${relation.name}`}>
            <KindIcon kind={relation.kind} size={18} />
            <span className="relation-title">
              <span className="faint">{relation.schema}.</span>
              {relation.name}
            </span>
          </h1>
          <p className="ellipsis" title={relation.comment ?? undefined}>
            {factsOf(relation)}
          </p>
        </div>
        <Button
          leftSection={<IconCloudUpload size={17} />}
          onClick={() => openDialog({ kind: 'extract', connectionId, relation })}
        >
          Extract to S3
        </Button>
      </header>
      <Tabs value={tab} onChange={setTab} className="relation-tabs" keepMounted={false}>
        <Tabs.List px={6}>
          <Tabs.Tab value="rows">Rows</Tabs.Tab>
          <Tabs.Tab value="columns">Columns</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rows" className="relation-panel">
          <RowsPanel
            key={reading}
            connectionId={connectionId}
            relation={relation}
            onReload={() => setReading((n) => n + 1)}
          />
        </Tabs.Panel>
        <Tabs.Panel value="columns" className="relation-panel">
          <ColumnsPanel connectionId={connectionId} relation={relation} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function factsOf(relation: Relation): string {
  const { kind, estimatedRows, bytes, comment } = relation;
  return [
    KIND_NAMES[kind],
    ...(estimatedRows === null ? [] : [`about ${countOf(estimatedRows, 'row')}`]),
    ...(bytes === null ? [] : [formatBytes(bytes)]),
    ...(comment === null ? [] : [comment]),
  ].join(' · ');
}
