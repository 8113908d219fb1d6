import type { Environment } from './cli-world.ts';

/** The first of these that is there; an empty variable of the environment is not. */
export function firstSet(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}

/** The region that an option or the environment names. */
export function namedRegion(
  { s3Region }: { readonly s3Region?: string },
  env: Environment,
): string | undefined {
  return firstSet(s3Region, env['AWS_REGION'], env['AWS_DEFAULT_REGION']);
}
