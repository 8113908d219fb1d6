import { Button, Menu } from '@mantine/core';
import { IconCopy, IconShieldCheck, IconStack3 } from '@tabler/icons-react';
import type { CaptureCompaction } from '../../../electron/contract/capture-compaction.ts';
import {
  CAPTURE_SCRIPT_TARGETS,
  type CaptureScriptTarget,
} from '../../../electron/contract/capture-scripts/capture-script.ts';
import type { CaptureSpec } from '../../../electron/contract/capture-spec.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { useApp } from '../../state/app-context.ts';
import { copyText } from '../../ui/clipboard.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { notifyError, notifyInfo } from '../../ui/notify.ts';
import { useReading, type ReadingResult } from './use-reading.ts';
import { VerificationResult } from './verification-result.tsx';

const TARGET_NAMES: Readonly<Record<CaptureScriptTarget, string>> = {
  duckdb: 'DuckDB',
  athena: 'Athena',
  snowflake: 'Snowflake',
  redshift: 'Redshift',
};

export interface ReadingSectionProps {
  readonly spec: CaptureSpec;
  /** True where nobody works on it: then it has to have all that was committed, or only its files can be proved. */
  readonly ended: boolean;
}

/** What can be done with the files that a capture has written. */
export function ReadingSection({ spec, ended }: ReadingSectionProps) {
  const { busy, result, perform, cancel } = useReading(spec, ended);
  return (
    <section className="run-section" aria-label="Reading it back">
      <h2>Reading it back</h2>
      <div className="capture-reading">
        <QueryMenu spec={spec} />
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconShieldCheck size={15} />}
          loading={busy === 'verify'}
          disabled={busy === 'merge'}
          title="Reads every object again, replays them, and compares with the tables."
          onClick={() => perform('verify')}
        >
          Verify
        </Button>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconStack3 size={15} />}
          loading={busy === 'merge'}
          disabled={busy === 'verify'}
          title="Makes few large objects of many small ones; the capture may go on meanwhile."
          onClick={() => perform('merge')}
        >
          Merge small objects
        </Button>
        {busy !== undefined && (
          <Button variant="subtle" color="gray" size="compact-md" onClick={cancel}>
            Cancel
          </Button>
        )}
      </div>
      {result !== undefined && <Result result={result} />}
    </section>
  );
}

function QueryMenu({ spec }: { readonly spec: CaptureSpec }) {
  const { name, destination } = spec;
  const { client } = useApp();
  const limit = queryLimit(spec);
  const copy = async (target: CaptureScriptTarget) => {
    try {
      const { scripts } = await client.call('capture.script', { name, destination, target });
      await copyText(scripts.map(({ text }) => text).join('\n'));
      notifyInfo(`The query for ${TARGET_NAMES[target]} is on the clipboard.`);
    } catch (failure) {
      notifyError('The query could not be copied', failure);
    }
  };
  return (
    <Menu position="bottom-start" width={180}>
      <Menu.Target>
        <Button variant="default" size="compact-md" leftSection={<IconCopy size={15} />}>
          Copy query
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Current rows, for</Menu.Label>
        {limit !== undefined && <Menu.Label>{limit.why}</Menu.Label>}
        {CAPTURE_SCRIPT_TARGETS.map((target) => (
          <Menu.Item
            key={target}
            disabled={limit !== undefined && limit.without.includes(target)}
            onClick={() => void copy(target)}
          >
            {TARGET_NAMES[target]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface QueryLimit {
  readonly why: string;
  readonly without: readonly CaptureScriptTarget[];
}

/** Which warehouses have no query; undefined where all have one. */
function queryLimit({ format, destination }: CaptureSpec): QueryLimit | undefined {
  if ('folder' in destination)
    return { why: 'Of a local folder, DuckDB alone', without: ['athena', 'snowflake', 'redshift'] };
  return format === 'parquet' ? { why: 'Of Parquet, not Redshift', without: ['redshift'] } : undefined;
}

function Result({ result }: { readonly result: ReadingResult }) {
  switch (result.kind) {
    case 'verified':
      return <VerificationResult result={result.value} notCompared={result.notCompared} />;
    case 'merged':
      return <Merged result={result.value} />;
    case 'failed': {
      const what =
        result.work === 'verify' ? 'The files could not be verified' : 'The objects could not be merged';
      return <ErrorNotice error={result.error} title={what} />;
    }
  }
}

function Merged({ result }: { readonly result: CaptureCompaction }) {
  const { replaced, written, bytesBefore, bytesAfter } = result;
  if (written === 0) return <Notice tone="success" title="There are no small objects to merge." />;
  return (
    <Notice
      tone="success"
      title={`${countOf(written, 'object')} now ${written === 1 ? 'stands' : 'stand'} for ${countOf(replaced, 'small one')}.`}
    >
      <p>
        {formatBytes(bytesBefore)} became {formatBytes(bytesAfter)}. The small ones stay until{' '}
        <code>sluice capture compact --remove-after</code> removes them.
      </p>
    </Notice>
  );
}
