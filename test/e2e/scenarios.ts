/** What holds for every way in. */
import type { Scenario } from './run-scenarios.ts';
import { newcomer } from './scenarios/newcomer.ts';

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a newcomer saves a connection and a destination, looks at rows and extracts them', run: newcomer },
];
