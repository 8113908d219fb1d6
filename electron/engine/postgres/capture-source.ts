/** The {@link CaptureSource} for Postgres. */
import { availableParallelism } from 'node:os';
import type { CaptureSource } from '../capture/capture-source.ts';
import { ShapeBook } from '../capture/shape-book.ts';
import { openCapture } from './capture-open.ts';
import { dropPublication, publishStatement, publishTables } from './capture-publish.ts';
import { openTable, readTable, type CaptureReadLimits } from './capture-read.ts';
import { readSlotFacts } from './capture-slot-facts.ts';
import { exportBySlot, slotCommands } from './capture-snapshot.ts';
import { dropCommand, dropSlot, makeSlot } from './make-slot.ts';

/** A range that is lost is read again: it is no larger than a minute's reading, and no smaller than is worth a query. */
const READ_LIMITS: CaptureReadLimits = {
  cores: availableParallelism(),
  minRangeBytes: 64 * 1024 ** 2,
  maxRangeBytes: 1024 ** 3,
};

/** @param limits how tables are divided among connections */
export function postgresCapture(limits: CaptureReadLimits = READ_LIMITS): CaptureSource {
  // One for the snapshot and the stream, so that a table has one shape in both.
  const shapes = new ShapeBook();
  return {
    facts: readSlotFacts,
    publish: publishTables,
    publishStatement,
    slotCommands: async (access, slot, signal) => ({
      ...(await slotCommands(access, slot, signal)),
      drop: dropCommand(slot),
    }),
    createSlot: makeSlot,
    exportSnapshot: exportBySlot,
    readTable: (access, request, signal) => readTable(access, request, shapes, limits, signal),
    openTable: (access, request, signal) => openTable(access, request, shapes, limits, signal),
    open: async (access, request, signal) => await openCapture(access, request, shapes, signal),
    dropPublication,
    dropSlot: async (access, { slot }, signal) => await dropSlot(access, slot, signal),
  };
}
