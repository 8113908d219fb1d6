import { Button, Loader } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { WatermarkLook } from '../../../electron/contract/watermark-look.ts';
import { countOf } from '../../format/counts.ts';
import { formatClock } from '../../format/durations.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { costText, nullsText, promiseText, rowsText } from './look-text.ts';
import type { LookState } from './use-look.ts';

export interface LookPanelProps {
  readonly state: LookState;
  readonly column: string;
  readonly takesNulls: boolean;
}

/** What the next run would take, and who can still commit rows that it does not see. */
export function LookPanel({ state, column, takesNulls }: LookPanelProps) {
  const { look, stale, error, count, retry } = state;
  return (
    <section className="types look" aria-label="Next run" aria-busy={stale}>
      <header className="types-head">
        <h3>Next run</h3>
        {stale && <Loader size={13} aria-label="Asking the server" />}
        {look?.rows === null && error === undefined && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={stale}
            title="Counts on the server, for twenty seconds at most"
            onClick={count}
          >
            Count
          </Button>
        )}
      </header>
      {error !== undefined && (
        <ErrorNotice error={error} title="The next run could not be looked at" onRetry={retry} />
      )}
      {look !== undefined && error === undefined && (
        <div className={stale ? 'types-body is-stale' : 'types-body'}>
          <Look look={look} column={column} takesNulls={takesNulls} />
        </div>
      )}
    </section>
  );
}

interface LookProps {
  readonly look: WatermarkLook;
  readonly column: string;
  readonly takesNulls: boolean;
}

function Look({ look, column, takesNulls }: LookProps) {
  const nulls = nullsText(look, column, takesNulls);
  const cost = look.indexed ? undefined : costText(look);
  return (
    <>
      <p role="status">
        <strong>{rowsText(look)}</strong>
      </p>
      <p>{promiseText(look)}</p>
      {look.from !== null && (
        <p>
          Taken so far up to <code>{look.from}</code>.
        </p>
      )}
      {look.warnings.map((warning) => (
        <p key={warning} className="look-warning">
          <IconAlertTriangle size={14} aria-hidden="true" />
          <span>{warning}</span>
        </p>
      ))}
      {!look.indexed && (
        <p className="look-warning">
          <IconAlertTriangle size={14} aria-hidden="true" />
          <span>
            {look.pass === 'full' && `No index begins with “${column}”: later runs read the whole table. `}
            {cost} An index on it makes a run as quick as its rows are few.
          </span>
        </p>
      )}
      {nulls !== undefined && <p>{nulls}</p>}
      {look.assumes.map((assumed) => (
        <p key={assumed} className="faint">
          Given that: {assumed}
        </p>
      ))}
      <Sessions sessions={look.sessions} />
      {look.pass === 'full' && <p className="faint">Deletes cannot be seen this way: capture sees them.</p>}
    </>
  );
}

/** Who has written and not committed yet: those rows come with a later run. */
function Sessions({ sessions }: { readonly sessions: WatermarkLook['sessions'] }) {
  const writing = sessions.filter(({ writes }) => writes);
  const others = sessions.length - writing.length;
  const idle =
    others === 0 ? '' : ` ${countOf(others, 'other transaction is', 'other transactions are')} open.`;
  if (writing.length === 0) return <p className="faint">Nobody is writing now.{idle}</p>;
  return (
    <>
      <p>Still writing, so that their rows come later:</p>
      <ul className="look-sessions" aria-label="Sessions that are still writing">
        {writing.map(({ pid, application, user, ageMs }) => (
          <li key={pid}>
            <span className="tabular">{pid}</span>
            <span className="ellipsis" title={`${application} (${user})`}>
              {application === '' ? user : application}
            </span>
            <span className="tabular faint">{formatClock(ageMs)}</span>
          </li>
        ))}
      </ul>
      {idle !== '' && <p className="faint">{idle.trim()}</p>}
    </>
  );
}
