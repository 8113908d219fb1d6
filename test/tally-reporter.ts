import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** How many tests ended in which way. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test as far as counting it goes. */
interface Counted {
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
}

/**
 * Counts tests. A file that does not load, a hook that throws and an error outside of any test are failures too, although
 * no test of theirs has failed: a tally without them would say that all is well. A test that never ran is skipped.
 */
export function tallyOf(tests: readonly Counted[], otherFailures: number): Tally {
  const count = (...states: Counted['state'][]) => tests.filter((test) => states.includes(test.state)).length;
  return {
    passed: count('passed'),
    failed: count('failed') + otherFailures,
    skipped: count('skipped', 'pending'),
  };
}

export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Prints the tally as the last line of the process, alone, after the names of the files with skipped tests.
 */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const silent = modules.filter((module) => !module.ok() && !hasFailedTest(module));
    const tally = tallyOf(
      tests.map((test) => ({ state: test.result().state })),
      silent.length + unhandled.length,
    );
    const skipped = modules.flatMap((module) => {
      const count = [...module.children.allTests()].filter(
        (test) => test.result().state === 'skipped',
      ).length;
      return count === 0 ? [] : [`SKIPPED: ${count} of ${module.relativeModuleId}\n`];
    });
    // At the exit, because other reporters and the closing of workers may still print after this.
    process.once('exit', () => {
      process.stdout.write(`\n${skipped.join('')}${tallyLine(tally)}\n`);
    });
  }
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests()].some((test) => test.result().state === 'failed');
}
