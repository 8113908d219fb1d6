/** The S3 server in a process of its own, so that its work is not on the account of whoever uploads. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface S3Process extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const PROGRAM = path.join(import.meta.dirname, '..', 'harness', 's3', 'main.ts');

/** Starts one that counts the bytes of objects and forgets them, unless told otherwise: a disk is not what is measured. */
export async function startS3Process(
  bucket: string,
  folder: string,
  store: 'discard' | 'disk' = 'discard',
): Promise<S3Process> {
  const child = spawn(
    process.execPath,
    [
      PROGRAM,
      `--bucket=${bucket}`,
      `--folder=${folder}`,
      `--store=${store}`,
      '--etag=fast',
      '--until-stdin-ends',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], windowsHide: true },
  );
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, 'line') as Promise<[string]>;
  const [line] = await Promise.race([
    ready,
    exited.then(([code]) => Promise.reject(new Error(`the S3 server ended with ${String(code)}`))),
  ]);
  const { endpoint, region, accessKeyId, secretAccessKey } = JSON.parse(line) as S3Process;
  return {
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
