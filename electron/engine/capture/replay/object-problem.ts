import { UnreadableParquet } from '../../encode/parquet/read-row-groups.ts';
import { problemOf } from '../../lib/stored-bytes.ts';

/** An object is not what the log says; the message is a sentence about it. */
export class ObjectProblem extends Error {
  readonly key: string;

  constructor(key: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectProblem';
    this.key = key;
  }
}

/** An error as one that says something about the object; undefined where it says something about the destination. */
export function objectProblem(key: string, error: unknown): ObjectProblem | undefined {
  if (error instanceof ObjectProblem) return error;
  const problem = whatIsWrong(error);
  return problem === undefined ? undefined : new ObjectProblem(key, problem, { cause: error });
}

function whatIsWrong(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return 'It has a line that is no change.';
  if (error instanceof UnreadableParquet) return 'It is damaged: it cannot be read as Parquet.';
  return problemOf(error);
}
