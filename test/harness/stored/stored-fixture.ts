/** What an earlier program left behind (`test/fixtures/stored`), laid out anew for a program of today. */
import { chmod, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Server } from '../s3/s3-server.ts';
import { clientOf } from '../s3/sdk-client.ts';

const FIXTURE = path.resolve(import.meta.dirname, '../../fixtures/stored');
export const BUCKET = 'stored';

/** Where it lies now, and what its names stand for. */
export interface StoredPlaces {
  /** The data folder. */
  readonly home: string;
  readonly folder: string;
  readonly s3: S3Server;
  /** Of the server that the saved connection leads to. */
  readonly port: number;
}

/** Copies all of it, and puts today's folder, port and endpoint where the neutral ones stand. */
export async function layOut({ home, folder, s3, port }: StoredPlaces): Promise<void> {
  await cp(path.join(FIXTURE, 'home'), home, { recursive: true });
  await cp(path.join(FIXTURE, 'folder'), folder, { recursive: true });
  for (const file of await filesIn(home)) {
    const text = await readFile(file, 'utf8');
    const fitted = text
      .replaceAll('/stored/folder', folder)
      .replaceAll('http://127.0.0.1:9000', s3.endpoint)
      .replaceAll('"port": 5432', `"port": ${port}`);
    await writeFile(file, fitted);
    // Git keeps no such mode, and a key that others may read is refused.
    await chmod(file, 0o600);
  }
  const sdk = clientOf(s3);
  const kept = JSON.parse(await readFile(path.join(FIXTURE, 'bucket.json'), 'utf8')) as Kept[];
  for (const { key, headers } of kept) {
    const Body = await readFile(path.join(FIXTURE, 'bucket', key));
    const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    const Metadata = Object.fromEntries(
      metadata.map(([name, value]) => [name.slice('x-amz-meta-'.length), value]),
    );
    await sdk.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: key,
        Body,
        ContentType: headers['content-type'],
        ChecksumAlgorithm: 'CRC32',
        Metadata,
      }),
    );
  }
  sdk.destroy();
}

interface Kept {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** A form of JSON at one of the two destinations, to look at and to change. */
export interface StoredForms {
  read(key: string): Promise<Record<string, unknown>>;
  write(key: string, form: unknown): Promise<void>;
}

/** Those of the folder. */
export function formsInFolder(folder: string): StoredForms {
  return {
    read: async (key) => parsed(await readFile(path.join(folder, key), 'utf8')),
    write: async (key, form) => await writeFile(path.join(folder, key), `${JSON.stringify(form, null, 2)}\n`),
  };
}

/** Those of the bucket, below its prefix. */
export function formsInBucket(s3: S3Server): StoredForms {
  return {
    read: (key) => Promise.resolve(parsed(s3.object(BUCKET, `lake/${key}`).toString())),
    write: async (key, form) => {
      const sdk = clientOf(s3);
      const Body = `${JSON.stringify(form, null, 2)}\n`;
      await sdk.send(new PutObjectCommand({ Bucket: BUCKET, Key: `lake/${key}`, Body }));
      sdk.destroy();
    },
  };
}

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
