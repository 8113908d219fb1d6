import { IconAlertCircle, IconCircleCheck } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { WrittenObject } from '../../../electron/contract/run.ts';
import type { Verification } from '../../../electron/contract/verification.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { TableHead } from '../../ui/table-head.tsx';

export interface ObjectsTableProps {
  readonly objects: readonly WrittenObject[];
  /** What reading them again has shown; undefined before. */
  readonly verification: Verification | undefined;
}

/** The objects of a run with their proof, and what became of them since. */
export function ObjectsTable({ objects, verification }: ObjectsTableProps) {
  const found = new Map(verification?.objects.map((object) => [object.key, object]));
  const columns = verification === undefined ? 5 : 6;
  return (
    <div className="run-table-box">
      <table className="table objects-table">
        <TableHead
          columns={[
            'Key',
            ...(verification === undefined ? [] : ['Now']),
            { name: 'Rows', number: true },
            { name: 'Size', number: true },
            'CRC32',
            'ETag',
          ]}
        />
        <tbody>
          {objects.map((object) => {
            const problem = found.get(object.key)?.problem ?? null;
            return (
              <Fragment key={object.key}>
                <tr>
                  <td className="is-key">
                    <span className="object-key">
                      <code title={object.uri}>{object.key}</code>
                      <CopyButton text={object.uri} label={`Copy URI of ${object.key}`} />
                    </span>
                  </td>
                  {verification !== undefined && <Finding problem={problem} />}
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
                {problem !== null && (
                  <tr className="object-problem">
                    <td colSpan={columns}>{problem}</td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Finding({ problem }: { readonly problem: string | null }) {
  const [Icon, look, text] =
    problem === null ? [IconCircleCheck, 'is-right', 'as it was'] : [IconAlertCircle, 'is-wrong', 'differs'];
  return (
    <td className={`object-finding ${look}`}>
      <Icon size={15} aria-hidden="true" /> {text}
    </td>
  );
}
