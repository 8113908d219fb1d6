import { Button, Menu } from '@mantine/core';
import { IconCopy, IconShieldCheck, IconStack3 } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureCompaction } from '../../../electron/contract/capture-compaction.ts';
import {
  CAPTURE_SCRIPT_TARGETS,
  type CaptureScriptTarget,
} from '../../../electron/contract/capture-scripts/capture-script.ts';
import type { CaptureSpec } from '../../../electron/contract/capture-spec.ts';
import type { CaptureVerification } from '../../../electron/contract/capture-verification.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import { copyText } from '../../ui/clipboard.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { notifyError, notifyInfo } from '../../ui/notify.ts';
import { VerificationResult } from './verification-result.tsx';

const TARGET_NAMES: Readonly<Record<CaptureScriptTarget, string>> = {
  duckdb: 'DuckDB',
  athena: 'Athena',
  snowflake: 'Snowflake',
  redshift: 'Redshift',
};

type Result =
  | { readonly kind: 'verified'; readonly value: CaptureVerification }
  | { readonly kind: 'merged'; readonly value: CaptureCompaction }
  | { readonly kind: 'failed'; readonly title: string; readonly error: AppError };

export interface ReadingSectionProps {
  readonly spec: CaptureSpec;
  /** True where nobody works on it: its files never reach what the tables have now, and only they can be proved. */
  readonly ended: boolean;
}

/** What can be done with the files that a capture has written. */
export function ReadingSection({ spec, ended }: ReadingSectionProps) {
  const { client } = useApp();
  const [busy, setBusy] = useState<'verify' | 'merge'>();
  const [result, setResult] = useState<Result>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const { name, destination, source } = spec;
  const perform = async (kind: 'verify' | 'merge') => {
    const mine = new AbortController();
    abort.current = mine;
    setBusy(kind);
    setResult(undefined);
    try {
      setResult(
        kind === 'verify'
          ? {
              kind: 'verified',
              value: await client.call(
                'capture.verify',
                { name, destination, ...(!ended && { source }) },
                mine.signal,
              ),
            }
          : {
              kind: 'merged',
              value: await client.call('capture.compact', { name, destination }, mine.signal),
            },
      );
    } catch (failure) {
      if (!isAbort(failure)) {
        const title =
          kind === 'verify' ? 'The files could not be verified' : 'The objects could not be merged';
        setResult({ kind: 'failed', title, error: appErrorOf(failure) });
      }
    }
    if (abort.current === mine) setBusy(undefined);
  };
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
    <section className="run-section" aria-label="Reading it back">
      <h2>Reading it back</h2>
      <div className="capture-reading">
        <Menu position="bottom-start" width={180}>
          <Menu.Target>
            <Button variant="default" size="compact-md" leftSection={<IconCopy size={15} />}>
              Copy query
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Current rows, for</Menu.Label>
            {CAPTURE_SCRIPT_TARGETS.map((target) => (
              <Menu.Item key={target} onClick={() => void copy(target)}>
                {TARGET_NAMES[target]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconShieldCheck size={15} />}
          loading={busy === 'verify'}
          disabled={busy === 'merge'}
          title={
            ended
              ? 'Reads every object again and replays them. Start the capture to compare with the tables.'
              : 'Reads every object again, replays them, and compares with the tables.'
          }
          onClick={() => void perform('verify')}
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
          onClick={() => void perform('merge')}
        >
          Merge small objects
        </Button>
        {busy !== undefined && (
          <Button variant="subtle" color="gray" size="compact-md" onClick={() => abort.current?.abort()}>
            Cancel
          </Button>
        )}
      </div>
      {result?.kind === 'verified' && <VerificationResult result={result.value} />}
      {result?.kind === 'merged' && <Merged result={result.value} />}
      {result?.kind === 'failed' && <ErrorNotice error={result.error} title={result.title} />}
    </section>
  );
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
