import { Button, Group, Select } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { S3Settings } from '../../../electron/contract/destination-profile.ts';
import { loadScript, loadTargetsOf } from '../../../electron/contract/load-scripts/load-script.ts';
import { LOAD_TARGETS, type LoadTarget } from '../../../electron/contract/load-target.ts';
import type { LoadFile } from '../../../electron/contract/load-scripts/loadable-run.ts';
import type { Manifest } from '../../../electron/contract/manifest.ts';
import { useApp } from '../../state/app-context.ts';
import { useSelected } from '../../state/store.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { download } from '../../ui/download.ts';

export interface LoadSectionProps {
  readonly manifest: Manifest;
  readonly manifestUri: string;
}

/** The script that loads the files of the run into a warehouse, with what it needs beside it, once one is chosen. */
export function LoadSection({ manifest, manifestUri }: LoadSectionProps) {
  const settings = useSettings(manifest);
  const targets = loadTargetsOf(manifest);
  const [chosen, setChosen] = useState<LoadTarget>();
  const files = useMemo(
    () => (chosen === undefined ? [] : loadScript(chosen, { manifest, manifestUri, settings })),
    [chosen, manifest, manifestUri, settings],
  );
  return (
    <section className="run-section" aria-label="Load it">
      <h2>Load it</h2>
      <Select
        aria-label="Into"
        placeholder="Choose a warehouse"
        size="xs"
        w={200}
        allowDeselect={false}
        data={targets.map((target) => ({ value: target, label: LOAD_TARGETS[target] }))}
        value={chosen ?? null}
        onChange={(target) => setChosen(targets.find((one) => one === target))}
      />
      {files.map((file) => (
        <ScriptFile key={file.name} file={file} />
      ))}
    </section>
  );
}

function ScriptFile({ file: { name, text } }: { readonly file: LoadFile }) {
  const type = name.endsWith('.json') ? 'application/json' : 'text/plain';
  return (
    <figure className="load-file">
      <figcaption>
        <Group gap="xs" wrap="nowrap">
          <code className="ellipsis">{name}</code>
          <CopyButton text={text} label={`Copy ${name}`} />
          <Button
            flex="none"
            size="compact-sm"
            variant="default"
            aria-label={`Download ${name}`}
            leftSection={<IconDownload size={14} />}
            onClick={() => download(name, text, type)}
          >
            Download
          </Button>
        </Group>
      </figcaption>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard */}
      <pre className="run-manifest" tabIndex={0} aria-label={name}>
        {text}
      </pre>
    </figure>
  );
}

/** How the bucket of the run is reached, as far as its destination is still saved. */
function useSettings({ spec: { destination } }: Manifest): S3Settings | undefined {
  const { profiles } = useApp();
  return useSelected(profiles, (state) =>
    state.status === 'ready' && 'profile' in destination
      ? state.value.destinations.find(({ name }) => name === destination.profile)?.settings
      : undefined,
  );
}
