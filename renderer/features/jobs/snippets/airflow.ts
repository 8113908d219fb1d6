import type { JobTimer } from '../../../../electron/contract/saved-job.ts';
import { baseName, cronFields, shellQuoted, slug, type Snippet, type SnippetInput } from './snippet.ts';

/** A DAG of one task. Braces of the template language stand in no name that a job can have. */
export function airflow({ name, file, when }: SnippetInput): Snippet {
  const place = `/opt/jobs/${baseName(file)}`;
  return {
    files: [
      {
        place: `dags/sluice_${slug(name).replaceAll('-', '_')}.py`,
        text: `from airflow import DAG
from airflow.operators.bash import BashOperator
from datetime import datetime, timedelta

with DAG(
    ${JSON.stringify(`sluice_${slug(name).replaceAll('-', '_')}`)},
    start_date=datetime(2026, 1, 1),
    schedule=${schedule(when)},
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="extract",
        bash_command=${JSON.stringify(`sluice run ${shellQuoted(place)} --json`)},
        env={"PGPASSWORD": "{{ conn.postgres_default.password }}"},
        append_env=True,
    )
`,
      },
    ],
    notes: [
      `Put the job file for other computers to ${place} on the workers.`,
      'The last line goes to XCom: the manifest of the run is in it. Nothing is to be caught up: a run takes everything since the last one.',
    ],
  };
}

function schedule(when: JobTimer): string {
  return when.kind === 'daily' ? `"${cronFields(when).fields}"` : `timedelta(minutes=${when.minutes})`;
}
