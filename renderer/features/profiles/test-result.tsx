import { AppError, fromWireError, type WireError } from '../../../electron/contract/app-error.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';

/** What a test of a profile has found. */
export type TestResult<Facts> =
  | { readonly ok: true; readonly facts: Facts }
  | { readonly ok: false; readonly error: WireError | AppError };

export interface TestResultViewProps<Facts> {
  readonly result: TestResult<Facts>;
  /** Facts as sentences; the first is the good news. */
  readonly sentences: (facts: Facts) => readonly [string, ...string[]];
}

export function TestResultView<Facts>({ result, sentences }: TestResultViewProps<Facts>) {
  if (!result.ok) {
    const { error } = result;
    return <ErrorNotice error={error instanceof AppError ? error : fromWireError(error)} />;
  }
  const [title, ...rest] = sentences(result.facts);
  return (
    <Notice tone="success" title={title}>
      <p>{rest.join(' ')}</p>
    </Notice>
  );
}
