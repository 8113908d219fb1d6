import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { TableShape } from './change.ts';
import { ChunkMemory } from './chunk-memory.ts';
import { createLineEncoder } from './encode/create-line-encoder.ts';
import { createPacker } from './encode/packer.ts';
import { OpenObject } from './open-object.ts';
import type { StagingDisk } from './staging-disk.ts';

/** Makes the objects of one writer, which share memory and disk. @param disk undefined where there is none */
export function objectMaker(
  { name: job, format, compression, unchanged }: CaptureSpec,
  database: string,
  disk: StagingDisk | undefined,
): (shape: TableShape) => OpenObject {
  const memory = new ChunkMemory();
  return (shape) =>
    new OpenObject(shape, {
      encoder: createLineEncoder(format, shape, { job, database, unchanged }),
      newPacker: () => createPacker(format, compression, shape),
      memory,
      disk,
    });
}
