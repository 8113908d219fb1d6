import { Button, SegmentedControl } from '@mantine/core';
import { IconFileSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { WalRecords, WalStats } from '../../../electron/contract/wal-inspect.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { PositionField, typedPosition } from './position-field.tsx';
import { RecordsTable, StatsTable } from './records-tables.tsx';
import { SizeField, sizeLabel } from './size-field.tsx';

const SHOWN = [
  { value: 'records', label: 'Records' },
  { value: 'stats', label: 'Statistics' },
] as const;
type Shown = (typeof SHOWN)[number]['value'];

const MB = 1024 * 1024;
const SIZES = [MB / 16, MB, 16 * MB, 64 * MB];

const RECORDS = 500;
const INSTALL = 'CREATE EXTENSION pg_walinspect;';

type Found =
  | { readonly kind: 'records'; readonly value: WalRecords }
  | { readonly kind: 'stats'; readonly value: WalStats };

/** The WAL as it lies on the disk: its records, or what it is made of. */
export function RecordsPanel({ connectionId }: { readonly connectionId: string }) {
  const { client } = useApp();
  const [shown, setShown] = useState<Shown>('records');
  const [from, setFrom] = useState('');
  const [bytes, setBytes] = useState(MB);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<AppError>();
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController>(undefined);
  // The server would go on reading for a screen that is not there any more.
  useEffect(() => () => abort.current?.abort(), []);

  const { lsn: fromLsn, wrong } = typedPosition(from);
  const read = async () => {
    abort.current?.abort();
    const own = new AbortController();
    abort.current = own;
    const range = {
      connectionId,
      bytes,
      ...(fromLsn === undefined ? {} : { fromLsn }),
    };
    setBusy(true);
    setError(undefined);
    try {
      setFound(
        shown === 'records'
          ? {
              kind: 'records',
              value: await client.call('wal.records', { ...range, limit: RECORDS }, own.signal),
            }
          : {
              kind: 'stats',
              value: await client.call('wal.stats', { ...range, perRecord: true }, own.signal),
            },
      );
    } catch (failure) {
      if (isAbort(failure)) return;
      setFound(undefined);
      setError(appErrorOf(failure));
    }
    setBusy(false);
  };

  return (
    <div className="peek">
      <form
        className="peek-form"
        aria-label="Records of the WAL"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) void read();
        }}
      >
        <SegmentedControl
          size="xs"
          aria-label="What is shown"
          data={[...SHOWN]}
          value={shown}
          onChange={setShown}
        />
        <PositionField
          label="From position"
          placeholder="so much before the end"
          width={170}
          value={from}
          onChange={setFrom}
        />
        <SizeField label="At most" width={100} sizes={SIZES} value={bytes} onChange={setBytes} />
        <Button
          size="xs"
          type="submit"
          disabled={wrong}
          loading={busy}
          leftSection={<IconFileSearch size={15} />}
        >
          Read
        </Button>
        <p className="peek-cost faint">
          {wrong
            ? 'A position looks like 16/B374D848.'
            : `The server reads up to ${sizeLabel(bytes)} of WAL from its disk, for 15 seconds at the most.`}
        </p>
      </form>
      {error !== undefined && (
        <div className="wal-error">
          <ErrorNotice error={error} title="The WAL could not be read" />
          {error.code === 'SLOT_NO_WALINSPECT' && (
            <p className="wal-sql">
              <code>{INSTALL}</code>
              <CopyButton text={INSTALL} label="Copy SQL" />
            </p>
          )}
        </div>
      )}
      {found !== undefined && (
        <>
          <p className="peek-progress" role="status">
            {sentenceOf(found)}
          </p>
          <div className="wal-scroll wal-records">
            {found.kind === 'records' ? (
              <RecordsTable records={found.value.records} />
            ) : (
              <StatsTable stats={found.value.stats} />
            )}
          </div>
        </>
      )}
      {found === undefined && error === undefined && !busy && (
        <EmptyState icon={<IconFileSearch size={36} stroke={1.4} />} title="Look at the WAL itself">
          <p>
            Its records as they lie on the disk, of every database of the server, or what it is made of: by
            the extension pg_walinspect, from Postgres 15 on.
          </p>
        </EmptyState>
      )}
    </div>
  );
}

function sentenceOf({ kind, value }: Found): string {
  const range = `${formatBytes(value.bytes)} of WAL, ${value.fromLsn} to ${value.uptoLsn}`;
  if (kind === 'stats') return range;
  const { records, more } = value;
  return `${countOf(records.length, 'record')}${more ? ', and more: begin later to see them' : ''}; ${range}`;
}
