import './type-panel.css';
import { Button, Checkbox, Loader } from '@mantine/core';
import { IconAlertTriangle, IconArrowNarrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { ColumnReport, TypeReport } from '../../../electron/contract/type-report.ts';
import { countOf } from '../../format/counts.ts';
import { formatClock } from '../../format/durations.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useNow } from '../../ui/use-now.ts';
import { hasLosses, matters, notedColumns, refusalTexts, typeSummary } from './type-summary.ts';
import type { TypeReportState } from './use-type-report.ts';

export interface TypePanelProps {
  readonly state: TypeReportState;
  readonly acceptLossy: boolean;
  readonly onAcceptLossy: (accept: boolean) => void;
}

/** What becomes of each column, before the run: the type in the file, and what could be lost. */
export function TypePanel({ state, acceptLossy, onAcceptLossy }: TypePanelProps) {
  const { report, stale, error, countingSince, count, cancelCount, retry } = state;
  return (
    <section className="types" aria-label="Types" aria-busy={stale}>
      <header className="types-head">
        <h3>Types</h3>
        {(stale || countingSince !== undefined) && <Loader size={13} aria-label="Reading the types" />}
        {countingSince === undefined ? (
          report !== undefined && (
            <Button
              size="compact-xs"
              variant="default"
              title="Reads all rows once, on the server, and counts the values that the notes speak of"
              disabled={stale}
              onClick={count}
            >
              {report.counted ? 'Count again' : 'Count'}
            </Button>
          )
        ) : (
          <Counting since={countingSince} onCancel={cancelCount} />
        )}
      </header>
      {error !== undefined && (
        <ErrorNotice error={error} title="The types could not be read" onRetry={retry} />
      )}
      {report !== undefined && error === undefined && (
        <Report report={report} stale={stale} acceptLossy={acceptLossy} onAcceptLossy={onAcceptLossy} />
      )}
    </section>
  );
}

function Counting({ since, onCancel }: { readonly since: number; readonly onCancel: () => void }) {
  const now = useNow(1_000);
  return (
    <>
      <span className="faint tabular" role="status">
        Counting… {formatClock(Math.max(0, now - since))}
      </span>
      <Button size="compact-xs" variant="default" onClick={onCancel}>
        Cancel counting
      </Button>
    </>
  );
}

interface ReportProps {
  readonly report: TypeReport;
  readonly stale: boolean;
  readonly acceptLossy: boolean;
  readonly onAcceptLossy: (accept: boolean) => void;
}

function Report({ report, stale, acceptLossy, onAcceptLossy }: ReportProps) {
  const [all, setAll] = useState(false);
  const noted = notedColumns(report);
  const shown = all ? report.columns : noted;
  const foldable = report.columns.length > noted.length;
  return (
    <div className={stale ? 'types-body is-stale' : 'types-body'}>
      <p role="status">{typeSummary(report)}</p>
      {refusalTexts(report).map((text) => (
        <p key={text} className="types-refusal">
          <IconAlertTriangle size={14} aria-hidden="true" />
          <span>{text}</span>
        </p>
      ))}
      {(hasLosses(report) || acceptLossy) && (
        <Checkbox
          size="xs"
          label="Accept what is lost"
          description="A value that would end the run is lost instead, as the notes say, and the manifest counts it."
          checked={acceptLossy}
          onChange={(event) => onAcceptLossy(event.currentTarget.checked)}
        />
      )}
      {report.warnings.map((warning) => (
        <p key={warning} className="faint">
          {warning}
        </p>
      ))}
      {shown.length > 0 && (
        <ul className="types-list" aria-label="Columns with their types">
          {shown.map((column) => (
            <ColumnTypes key={column.name} column={column} />
          ))}
        </ul>
      )}
      {foldable && (
        <button type="button" className="types-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all
            ? noted.length === 0
              ? 'Hide the columns'
              : 'Show those with notes only'
            : `Show ${report.columns.length === 1 ? 'the column' : `all ${countOf(report.columns.length, 'column')}`}`}
        </button>
      )}
    </div>
  );
}

function ColumnTypes({ column: { name, type, target, notes } }: { readonly column: ColumnReport }) {
  return (
    <li>
      <span className="types-column">
        <strong title={name}>{name}</strong>
        <span className="types-types">
          {type} <IconArrowNarrowRight size={13} aria-label="becomes" /> {target}
        </span>
      </span>
      {notes.filter(matters).map((note) => (
        <span key={note.text} className={`types-note is-${note.severity}`}>
          {note.severity === 'lossy' && <span className="types-mark">lossy</span>}
          {note.text}
          {note.count !== null && <span className="types-count"> {countOf(note.count, 'row')}.</span>}
        </span>
      ))}
    </li>
  );
}
