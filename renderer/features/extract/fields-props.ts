import type { ExtractProblems } from './extract-problems.ts';
import type { ExtractValues } from './extract-values.ts';

/** What every section of the dialog gets. */
export interface FieldsProps {
  readonly values: ExtractValues;
  readonly problems: ExtractProblems;
  readonly onChange: (values: ExtractValues) => void;
}
