import { useEffect, useMemo, useState } from 'react';
import type { PeekChange } from '../../../electron/contract/peek.ts';
import type { GuardedSlot } from '../../../electron/contract/wal.ts';
import { useApp } from '../../state/app-context.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ChangePanel } from './change-panel.tsx';
import { PeekForm } from './peek-form.tsx';
import { PeekList } from './peek-list.tsx';
import { PeekProgress } from './peek-progress.tsx';
import { PeekSession } from './peek-session.ts';

export interface PeekPanelProps {
  readonly connectionId: string;
  readonly slots: readonly GuardedSlot[];
  /** The slot to be peeked; null: from now on. */
  readonly slot: string | null;
  readonly onSlot: (slot: string | null) => void;
}

/** A peek: what to read and where to stop, what has come, and one change with its before and after. */
export function PeekPanel({ connectionId, slots, slot, onSlot }: PeekPanelProps) {
  const { client } = useApp();
  const session = useMemo(() => new PeekSession(client), [client]);
  const state = useStore(session.state);
  const [selected, setSelected] = useState<PeekChange>();
  const [raw, setRaw] = useState(false);
  // A peek that nobody looks at would hold a slot for nothing.
  useEffect(() => () => session.stop(), [session]);
  const busy = state.phase === 'opening' || state.phase === 'reading';
  return (
    <div className="peek">
      <PeekForm
        slots={slots}
        slot={slot}
        onSlot={onSlot}
        busy={busy}
        onStop={() => session.stop()}
        onStart={(input) => {
          setSelected(undefined);
          void session.start({ connectionId, ...input });
        }}
      />
      {state.error !== undefined && (
        <ErrorNotice error={state.error} title="The peek could not be made, or broke off" />
      )}
      {state.warnings.map((warning) => (
        <Notice key={warning} tone="warning" title={warning} />
      ))}
      <PeekProgress state={state} slot={slot} raw={raw} onRaw={setRaw} />
      <div className="peek-body">
        <PeekList state={state} raw={raw} selected={selected} onSelect={setSelected} />
        {selected !== undefined && <ChangePanel change={selected} onClose={() => setSelected(undefined)} />}
      </div>
    </div>
  );
}
