import type { ExtractProblems } from './extract-problems.ts';
import { isSingleObject, type ExtractValues } from './extract-values.ts';

export interface KeyStripProps {
  readonly values: ExtractValues;
  readonly problems: ExtractProblems;
  /** Address of the first object; undefined while there is none to show. */
  readonly uri: string | undefined;
}

/** Where the rows will lie, were the run to start now; always in sight. */
export function KeyStrip({ values, problems, uri }: KeyStripProps) {
  const [label, text] = shown(values, problems, uri);
  return (
    <p className="key-strip">
      <span className="key-strip-label">{label}</span>
      {text === uri ? <code title={uri}>{uri}</code> : <span className="key-strip-problem">{text}</span>}
    </p>
  );
}

function shown(
  values: ExtractValues,
  problems: ExtractProblems,
  uri: string | undefined,
): readonly [label: string, text: string] {
  if (problems.destination !== undefined) return ['Destination', problems.destination];
  if (problems.key !== undefined) return ['Key template', problems.key];
  if (uri === undefined)
    return ['Key template', 'Makes a key of more than 1,024 bytes, which is more than there can be'];
  return [isSingleObject(values) ? 'Object' : 'First object', uri];
}
