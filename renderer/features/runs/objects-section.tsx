import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Manifest } from '../../../electron/contract/manifest.ts';
import type { SucceededState } from '../../../electron/contract/run.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';

export interface ObjectsSectionProps {
  readonly state: SucceededState;
  readonly manifest: Manifest | null;
}

/** What a run has written, with the proof: objects and manifest. */
export function ObjectsSection({ state, manifest }: ObjectsSectionProps) {
  return (
    <>
      <section className="run-section" aria-label="Objects">
        <h2>{countOf(state.objects.length, 'object')}</h2>
        <div className="run-table-box">
          <table className="objects-table">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col" className="is-number">
                  Rows
                </th>
                <th scope="col" className="is-number">
                  Size
                </th>
                <th scope="col">CRC32</th>
                <th scope="col">ETag</th>
              </tr>
            </thead>
            <tbody>
              {state.objects.map((object) => (
                <tr key={object.key}>
                  <td className="is-key">
                    <span className="object-key">
                      <code title={object.uri}>{object.key}</code>
                      <CopyButton text={object.uri} label={`Copy URI of ${object.key}`} />
                    </span>
                  </td>
                  <td className="is-number">{formatCount(object.rows)}</td>
                  <td className="is-number" title={countOf(object.bytes, 'byte')}>
                    {formatBytes(object.bytes)}
                  </td>
                  <td>
                    <code>{object.crc32}</code>
                  </td>
                  <td>
                    <code>{object.etag}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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
