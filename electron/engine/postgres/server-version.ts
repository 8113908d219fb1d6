import type { Session } from './session.ts';

/** The major version of the server: 18. @throws AppError of the SOURCE_ family */
export async function majorVersion(session: Session): Promise<number> {
  const [row] = await session.query<{ number: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS number`,
  );
  return row?.number ?? 0;
}
