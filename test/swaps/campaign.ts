import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import { playRound } from './play-round.ts';

/** Rounds of tables that are replaced while they are read, and how much of both there was. */
export class SwapCampaign {
  readonly #server: PostgresServer;
  readings = 0;
  replaced = 0;

  constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** Plays the round of a seed. Returns the readings that gave what the table never held. */
  readonly play = async (seed: number): Promise<string | undefined> => {
    const { shape, readings, replaced, problems } = await playRound(this.#server, seed);
    this.readings += readings;
    this.replaced += replaced;
    return problems.length === 0 ? undefined : `${shape}:\n  ${problems.join('\n  ')}`;
  };
}
