import { Button, Group } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationRef } from '../../../electron/contract/extract-spec.ts';
import type { Manifest } from '../../../electron/contract/manifest.ts';
import type { SucceededState } from '../../../electron/contract/run.ts';
import { countOf } from '../../format/counts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ObjectsTable } from './objects-table.tsx';
import { useVerification } from './use-verification.ts';
import { VerificationView } from './verification-view.tsx';

export interface ObjectsSectionProps {
  readonly state: SucceededState;
  readonly destination: DestinationRef;
  readonly manifest: Manifest | null;
}

/** What a run has written, with the proof: objects and manifest. */
export function ObjectsSection({ state, destination, manifest }: ObjectsSectionProps) {
  const { state: verified, verify, cancel } = useVerification(destination, state.manifest);
  return (
    <>
      <section className="run-section" aria-label="Objects">
        <div className="run-section-head">
          <h2>{countOf(state.objects.length, 'object')}</h2>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconShieldCheck size={15} />}
            title="Reads every object again and compares rows, bytes and checksum with the manifest"
            disabled={verified.tag === 'reading'}
            onClick={verify}
          >
            Verify
          </Button>
        </div>
        <VerificationView state={verified} run={state} onRetry={verify} onCancel={cancel} />
        <ObjectsTable
          objects={state.objects}
          verification={verified.tag === 'read' ? verified.verification : undefined}
        />
      </section>
      <ManifestSection uri={state.manifest} manifest={manifest} />
    </>
  );
}

function ManifestSection({ uri, manifest }: { readonly uri: string; readonly manifest: Manifest | null }) {
  const [open, setOpen] = useState(false);
  const text = manifest === null ? '' : JSON.stringify(manifest, null, 2);
  return (
    <section className="run-section" aria-label="Manifest">
      <h2>Manifest</h2>
      <Group gap="xs" wrap="nowrap">
        <code className="ellipsis" title={uri}>
          {uri}
        </code>
        <CopyButton text={uri} label="Copy URI of the manifest" />
        {manifest !== null && (
          <>
            <Button
              flex="none"
              size="compact-sm"
              variant="default"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              {open ? 'Hide manifest' : 'Show manifest'}
            </Button>
            <CopyButton text={text} label="Copy the manifest" />
          </>
        )}
      </Group>
      {open && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard
        <pre className="run-manifest" tabIndex={0}>
          {text}
        </pre>
      )}
    </section>
  );
}
