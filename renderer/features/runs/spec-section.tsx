import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { Format } from '../../../electron/contract/format.ts';

/** What was asked for, in a few lines. */
export function SpecSection({ spec }: { readonly spec: ExtractSpec }) {
  const { selection } = spec;
  return (
    <section className="run-section" aria-label="Job">
      <h2>Job</h2>
      <dl className="run-spec">
        {'query' in selection ? (
          <>
            <dt>Query</dt>
            <dd>
              <code>{selection.query}</code>
            </dd>
          </>
        ) : (
          <>
            <dt>Columns</dt>
            <dd>{selection.columns === undefined ? 'all' : selection.columns.join(', ')}</dd>
            <dt>Filter</dt>
            <dd>{selection.where === undefined ? 'none' : <code>{selection.where}</code>}</dd>
          </>
        )}
        <dt>Format</dt>
        <dd>{formatText(spec.format)}</dd>
        <dt>Compression</dt>
        <dd>{spec.compression}</dd>
        <dt>Key template</dt>
        <dd>
          <code>{spec.key}</code>
          {spec.overwrite && ', overwriting what is there'}
        </dd>
      </dl>
    </section>
  );
}

const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '|': 'pipe',
  '\t': 'tab',
};

function formatText(format: Format): string {
  if (format.kind === 'jsonl') return 'JSON Lines';
  if (format.kind === 'parquet') return 'Parquet';
  const delimiter = DELIMITER_NAMES[format.delimiter] ?? format.delimiter;
  const token = format.nullToken === '' ? '' : `, NULL as ${format.nullToken}`;
  const header = format.header ? ', with a header' : '';
  return `Delimited text, ${format.dialect} dialect, delimiter ${delimiter}${header}${token}`;
}
