import { Group } from '@mantine/core';
import { fromWireError } from '../../../electron/contract/app-error.ts';
import type { Manifest } from '../../../electron/contract/manifest.ts';
import type { FailedState, Run } from '../../../electron/contract/run.ts';
import { PROMISE_SENTENCES, type IncrementalProof } from '../../../electron/contract/watermark-state.ts';
import { asSentence } from '../../format/sentence.ts';
import { countOf } from '../../format/counts.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { consistencyOf, resumableText } from './consistency.ts';
import { LoadSection } from './load-section.tsx';
import { ObjectsSection } from './objects-section.tsx';
import { RecoveryButtons } from './recovery-buttons.tsx';

export interface OutcomeSectionProps {
  readonly run: Run;
  readonly manifest: Manifest | null;
}

/** How a run has ended: what it wrote, why it failed, and what can be done about it. */
export function OutcomeSection({ run, manifest }: OutcomeSectionProps) {
  const { state } = run;
  switch (state.tag) {
    case 'failed':
      return <Failure run={run} state={state} />;
    case 'cancelled':
      return <p className="faint">The query was ended, and nothing was left behind at the destination.</p>;
    case 'succeeded':
      return (
        <>
          {manifest?.incremental !== undefined && <Increment proof={manifest.incremental} />}
          {manifest !== null && <Consistency manifest={manifest} />}
          {manifest !== null && <Losses manifest={manifest} />}
          <ObjectsSection state={state} destination={run.spec.destination} manifest={manifest} />
          {manifest !== null && <LoadSection manifest={manifest} manifestUri={state.manifest} />}
        </>
      );
    case 'queued':
    case 'running':
    case 'cancelling':
      return null;
  }
}

function Failure({ run, state }: { readonly run: Run; readonly state: FailedState }) {
  const { resumable } = state;
  return (
    <>
      <ErrorNotice error={fromWireError(state.error)} causes={state.error.causes} />
      {resumable !== undefined && (
        <Notice tone="warning" title={resumableText(resumable).title}>
          <p>{resumableText(resumable).text}</p>
          <Group gap="sm" mt={8}>
            <RecoveryButtons runId={run.id} />
          </Group>
        </Notice>
      )}
    </>
  );
}

const PASSES = {
  full: 'All rows, as the first run of the job',
  incremental: 'What was new',
  backfill: 'A range, again',
} as const;

/** What the rows of an incremental run are, together with those of the runs before. */
function Increment({ proof }: { readonly proof: IncrementalProof }) {
  const { pass, promise, reasons, from, to, after, column, nulls } = proof;
  const range = [...(from === null ? [] : [`from ${from}`]), ...(to === null ? [] : [`up to ${to}`])].join(
    ' ',
  );
  const since = pass === 'incremental' && after !== null ? ` since run ${after}` : '';
  const text = [
    `${PASSES[pass]}${since}${range === '' ? '' : `, ${column} ${range}`}.`,
    ...(nulls === null || nulls === 0
      ? []
      : [`${countOf(nulls, 'row has', 'rows have')} no value in ${column}.`]),
  ].join(' ');
  const title = asSentence(PROMISE_SENTENCES[promise]);
  if (promise !== 'exactly-once') {
    return (
      <Notice tone="warning" title={title}>
        <p>{[...reasons.map((reason) => `${asSentence(reason)}.`), text].join(' ')}</p>
      </Notice>
    );
  }
  return (
    <p className="run-consistency">
      <strong>{title}.</strong> {text}
    </p>
  );
}

/** What the files do not have as Postgres has it, because the job accepts losses. */
function Losses({ manifest: { lossy = [] } }: { readonly manifest: Manifest }) {
  if (lossy.length === 0) return null;
  return (
    <Notice tone="warning" title="Something was lost, as the job accepts">
      <ul className="notice-causes">
        {lossy.map(({ column, reason, count }) => (
          <li key={`${column} ${reason}`}>
            <code>{column}</code>: {countOf(count, 'value')}, {reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Consistency({ manifest }: { readonly manifest: Manifest }) {
  const { tone, title, text } = consistencyOf(manifest);
  if (tone === 'warning') {
    return (
      <Notice tone="warning" title={title}>
        <p>{text}</p>
      </Notice>
    );
  }
  return (
    <p className="run-consistency">
      <strong>{title}.</strong> {text}
    </p>
  );
}
