import { baseName, cronFields, shellQuoted, slug, type Snippet, type SnippetInput } from './snippet.ts';

/** A CronJob that has the job file from a ConfigMap. JSON is YAML, so names are written as JSON. */
export function kubernetes({ name, file, when }: SnippetInput): Snippet {
  const { fields, note } = cronFields(when);
  const id = `sluice-${slug(name)}`.slice(0, 52);
  const key = `${slug(name)}.json`;
  return {
    files: [
      {
        place: 'Once, and after each change of the job',
        text: `kubectl create configmap ${id} --from-file=${key}=${shellQuoted(baseName(file))} --dry-run=client -o yaml | kubectl apply -f -\n`,
      },
      {
        place: `${id}.yaml`,
        text: `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${id}
spec:
  schedule: "${fields}"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          serviceAccountName: sluice
          containers:
            - name: sluice
              image: registry.example/sluice:1
              args: ["sluice", "run", "/jobs/${key}", "--json"]
              env:
                - name: PGPASSWORD
                  valueFrom: { secretKeyRef: { name: sluice-postgres, key: password } }
              volumeMounts:
                - { name: jobs, mountPath: /jobs }
          volumes:
            - name: jobs
              configMap: { name: ${id} }
`,
      },
    ],
    notes: [
      ...(note === undefined ? [] : [note]),
      'The schedule is in the time zone of the control plane, UTC mostly. The container needs the job file for other computers.',
    ],
  };
}
