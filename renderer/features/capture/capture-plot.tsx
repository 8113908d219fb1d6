import type { CaptureSample } from '../../../electron/contract/capture-status.ts';
import { formatBytes } from '../../format/bytes.ts';
import { changesText, secondsText } from './capture-words.ts';
import { plotLine } from './plot-line.ts';

const SIZE = { width: 600, height: 56 };

interface Curve {
  readonly name: string;
  readonly valueOf: (sample: CaptureSample) => number | null;
  readonly text: (value: number) => string;
}

const CURVES: readonly Curve[] = [
  { name: 'Rate of changes', valueOf: (sample) => sample.changesPerSecond, text: changesText },
  { name: 'Lag in bytes', valueOf: (sample) => sample.lagBytes, text: formatBytes },
  { name: 'Lag in time', valueOf: (sample) => sample.lagSeconds, text: secondsText },
];

/** Changes and lag over the hour before the last sample, one drawing each: they have no scale in common. */
export function CapturePlot({ samples }: { readonly samples: readonly CaptureSample[] }) {
  const end = Date.parse(samples.at(-1)?.at ?? '');
  if (samples.length < 2)
    return <p className="faint">The plot begins with the first seconds of the capture.</p>;
  return (
    <div className="capture-plots">
      {CURVES.map(({ name, valueOf, text }) => {
        const { lines, most } = plotLine(samples, valueOf, end, SIZE);
        return (
          <figure key={name} className="capture-plot">
            <figcaption>
              <span>{name}</span>
              <span className="faint">at most {text(most)}</span>
            </figcaption>
            <svg
              viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`${name} over the last hour, at most ${text(most)}`}
            >
              {lines.map((points) => (
                <polyline key={points.slice(0, 20)} points={points} vectorEffect="non-scaling-stroke" />
              ))}
            </svg>
            <p className="capture-axis faint">
              <span>1 h ago</span>
              <span>30 min</span>
              <span>now</span>
            </p>
          </figure>
        );
      })}
    </div>
  );
}
