import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureVerification } from '../../../electron/contract/capture-verification.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { Notice } from '../../ui/notice.tsx';
import { TableHead } from '../../ui/table-head.tsx';
import { comparedText, notComparedText } from './compared-text.ts';

const COLUMNS = [
  'Table',
  { name: 'Rows of the files', number: true },
  { name: 'Changes', number: true },
  'Compared with the table',
] as const;

/** Problems that are listed; the command line lists all. */
const SHOWN = 20;

export interface VerificationResultProps {
  readonly result: CaptureVerification;
  /** Why only the files were read; undefined where they were compared. */
  readonly notCompared: AppError | undefined;
}

/** What replaying the files of a capture has shown, table by table. */
export function VerificationResult({ result, notCompared }: VerificationResultProps) {
  const { proved, objects, bytes, logProblems, objectProblems, tables } = result;
  const problems = [...logProblems, ...objectProblems.map(({ key, problem }) => `${key}: ${problem}`)];
  return (
    <div className="capture-verified">
      <Notice
        tone={proved ? 'success' : 'error'}
        title={proved ? 'Each change is there once.' : 'Something is wrong with the files.'}
      >
        <p>
          {countOf(objects, 'object')} ({formatBytes(bytes)}) up to {result.durableLsn} were read
          {result.comparedLsn === null ? '' : `, and compared with the tables at ${result.comparedLsn}`}.
        </p>
        {problems.length > 0 && (
          <ul className="notice-causes" aria-label="Problems">
            {problems.slice(0, SHOWN).map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        )}
      </Notice>
      {notCompared !== undefined && (
        <Notice tone="warning" title="The files were not compared with the tables.">
          <p>{notComparedText(notCompared)}</p>
        </Notice>
      )}
      {tables.length > 0 && (
        <table className="table" aria-label="Verified tables">
          <TableHead columns={COLUMNS} />
          <tbody>
            {tables.map((each) => (
              <tr key={`${each.table.schema}.${each.table.name}`}>
                <td>
                  {each.table.schema}.{each.table.name}
                </td>
                <td className="is-number">{formatCount(each.rows)}</td>
                <td className="is-number">{formatCount(each.changes)}</td>
                <td>{comparedText(each)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
