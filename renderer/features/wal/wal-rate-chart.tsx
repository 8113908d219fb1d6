import type { WalStatus } from '../../../electron/contract/wal.ts';
import { formatRate } from '../../format/bytes.ts';

const WIDTH = 120;
const HEIGHT = 26;

/** The rate of the last minutes as a line; the numbers are beside it and in its name. */
export function WalRateChart({ rates }: { readonly rates: WalStatus['rates'] }) {
  if (rates.length < 2) return null;
  const most = Math.max(1, ...rates.map(({ bytesPerSecond }) => bytesPerSecond));
  const first = Date.parse(rates[0]?.at ?? '');
  const span = Math.max(1, Date.parse(rates.at(-1)?.at ?? '') - first);
  const points = rates.map(({ at, bytesPerSecond }) => {
    const x = ((Date.parse(at) - first) / span) * WIDTH;
    const y = HEIGHT - 1 - (bytesPerSecond / most) * (HEIGHT - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const minutes = Math.max(1, Math.round(span / 60_000));
  return (
    <svg
      className="wal-chart"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`WAL written over ${minutes} min, at most ${formatRate(most)}`}
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
