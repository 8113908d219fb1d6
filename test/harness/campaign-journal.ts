/** What a campaign has played so far, so that one that was cut goes on. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const ROOT = path.join(import.meta.dirname, '..', '..');
const FOLDER = path.join(ROOT, '.campaigns');

const PLAYED = z.object({ seed: z.number(), wrong: z.boolean() });

export class CampaignJournal {
  readonly #file: string;
  /** Rounds that were played, by seed: whether they were wrong. */
  readonly #played = new Map<number, boolean>();

  /**
   * Reads what there is of a campaign with this title. What another commit has played says nothing of this one, so the commit
   * is part of the name; rounds that were cut are not there, and are played again.
   */
  constructor(name: string, title: string, afresh: boolean, folder = FOLDER) {
    this.#file = path.join(folder, `${name}-${title.replaceAll(/[^a-z0-9]+/g, '-')}-${commit()}.jsonl`);
    mkdirSync(folder, { recursive: true });
    if (afresh) this.end();
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      // The last line is cut where the process was.
      const played = line.endsWith('}') ? PLAYED.safeParse(JSON.parse(line)) : undefined;
      if (played?.success === true) this.#played.set(played.data.seed, played.data.wrong);
    }
  }

  get played(): ReadonlyMap<number, boolean> {
    return this.#played;
  }

  /** Writes at once: what is not in the file when the process is killed would be played again. */
  add(seed: number, wrong: boolean): void {
    this.#played.set(seed, wrong);
    appendFileSync(this.#file, `${JSON.stringify({ seed, wrong })}\n`);
  }

  /** Removes what is there: the campaign has come to its end. */
  end(): void {
    rmSync(this.#file, { force: true });
  }
}

/** The commit that is played, or `none` where the source lies in no repository. */
function commit(): string {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : 'none';
}
