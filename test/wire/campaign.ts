import { playRound } from './play-round.ts';
import type { WireWorld } from './world.ts';

/**
 * Conversations with a server that sends what it should not, and how they ended. Hears what nobody has caught while it lives,
 * because that would end the process of a user.
 */
export class WireCampaign implements Disposable {
  readonly #world: WireWorld;
  readonly #uncaught: unknown[] = [];
  readonly #note = (error: unknown) => void this.#uncaught.push(error);
  /** Conversations by how they ended. */
  readonly outcomes = new Map<string, number>();

  constructor(world: WireWorld) {
    this.#world = world;
    process.on('uncaughtException', this.#note);
    process.on('unhandledRejection', this.#note);
  }

  /** Plays the conversation of a seed. Returns what was wrong, if it ended neither with the right rows nor with an error of its own. */
  readonly play = async (seed: number): Promise<string | undefined> => {
    const { what, mutation, outcome, problem } = await playRound(this.#world, seed);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    // Several go on at the same time: which of them it was, the seeds around it tell.
    const escaped = this.#uncaught
      .splice(0)
      .map((error) => `nobody caught: ${error instanceof Error ? error.stack : String(error)}`);
    const problems = [...(problem === undefined ? [] : [problem]), ...escaped];
    if (problems.length === 0) return undefined;
    return `${what}, ${mutation.kind} at message ${mutation.at} (${outcome}): ${problems.join('\n')}`;
  };

  /** How many ended in which way, the most frequent first. */
  text(): string {
    return [...this.outcomes]
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ');
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.#note);
    process.off('unhandledRejection', this.#note);
  }
}
