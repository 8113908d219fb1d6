/** What holds for every way in, and what holds for the browser alone. */
import type { ServedWindow } from './browser-door.ts';
import type { Scenario } from './run-scenarios.ts';
import { everythingHasName, keyboard } from './scenarios/accessibility.ts';
import { cancelLargeRun } from './scenarios/cancel.ts';
import { capturedChanges } from './scenarios/capture.ts';
import { runOfCommandLine } from './scenarios/command-line.ts';
import { droppedTable, failingDestination, fieldErrors } from './scenarios/errors.ts';
import { incrementalJob, jobThatIsHeld, scheduledJob } from './scenarios/incremental.ts';
import { extractedToFolder } from './scenarios/folder.ts';
import { smallWindow } from './scenarios/layout.ts';
import { newcomer } from './scenarios/newcomer.ts';
import { pausedRun } from './scenarios/pause.ts';
import { athenaPreset } from './scenarios/presets.ts';
import { previewLargeTable } from './scenarios/preview.ts';
import { changedProfiles, importedProfiles } from './scenarios/profiles.ts';
import { extractedQuery } from './scenarios/query.ts';
import { lossyTable, maskedColumns } from './scenarios/types.ts';
import { verifiedRun } from './scenarios/verify.ts';
import { resumedRun } from './scenarios/resume.ts';
import { askedBeforeLeaving, lostServer, otherOrigin, refusedScript, usedLink } from './scenarios/served.ts';
import { peekAndGuard } from './scenarios/wal.ts';

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a newcomer saves profiles, looks at rows and extracts them; no secret comes back', run: newcomer },
  { name: 'a preset decides format and keys, and the run writes what the dialog showed', run: athenaPreset },
  { name: 'a folder of this computer takes the rows and their manifest', run: extractedToFolder },
  { name: 'a large run shows its progress, and Cancel leaves nothing behind', run: cancelLargeRun },
  { name: 'what a format loses is told, counted and accepted before the run', run: lossyTable },
  { name: 'the rows of a query are extracted, and what writes is refused', run: extractedQuery },
  { name: 'masked columns leave the database masked', run: maskedColumns },
  { name: 'a run is paused, and goes on', run: pausedRun },
  { name: 'Verify reads the objects of a run again, and says what differs', run: verifiedRun },
  { name: 'a large table shows the right rows everywhere, and is let go of', run: previewLargeTable },
  {
    name: 'profiles are imported from a file and a URL, and exported without secrets',
    run: importedProfiles,
  },
  { name: 'profiles are duplicated, renamed, deleted and brought back', run: changedProfiles },
  { name: 'a run of the command line appears in the history', run: runOfCommandLine },
  { name: 'a field that is wrong says so itself', run: fieldErrors },
  {
    name: 'a run says why the destination refused it, and succeeds when it does no more',
    run: failingDestination,
  },
  { name: 'a table that is dropped while it is looked at is missed with a hint', run: droppedTable },
  { name: 'changes are peeked with before and after, a slot in danger is dropped', run: peekAndGuard },
  {
    name: 'a capture writes rows and changes, is paused, stopped, verified and removed',
    run: capturedChanges,
  },
  {
    name: 'an incremental job takes each row once, says so before, and can be taken back',
    run: incrementalJob,
  },
  { name: 'of two runs of a job one wins, and the other says who holds it', run: jobThatIsHeld },
  { name: 'a job is scheduled, in the app and elsewhere', run: scheduledJob },
  { name: 'everything that can be used has a name', run: everythingHasName },
  { name: 'the keyboard is enough', run: keyboard },
  { name: 'a small window shows many long names in both themes', run: smallWindow },
];

export const SERVED_SCENARIOS: readonly Scenario<ServedWindow>[] = [
  { name: 'a run that failed goes on with the ranges that are missing', run: resumedRun },
  { name: 'a server that is gone is said to be, and found again', run: lostServer },
  { name: 'a link that was used explains itself', run: usedLink },
  { name: 'a page from elsewhere gets no connection', run: otherOrigin },
  { name: 'a window with a run asks before it closes', run: askedBeforeLeaving },
  { name: 'a script that is not ours does not run', run: refusedScript },
];
