/** Geometry of the drain curve. */

export interface Curve {
  readonly line: string;
  readonly area: string;
  /** Seconds from the first to the last point. */
  readonly seconds: number;
  readonly most: number;
}

/**
 * Steps through points of (seconds, blocking threads), zero at the lower edge.
 * Null where there are fewer than two points or no time between them.
 */
export function curveOf(
  points: readonly (readonly [number, number])[],
  width: number,
  height: number,
): Curve | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || last[0] <= first[0]) return null;
  const seconds = last[0] - first[0];
  const most = points.reduce((highest, [, count]) => Math.max(highest, count), 1);
  const x = (at: number) => round(((at - first[0]) / seconds) * width);
  const y = (count: number) => round(height - 1 - (count / most) * (height - 4));
  const steps = points.slice(1).map(([at, count]) => `H${x(at)}V${y(count)}`);
  const line = `M0 ${y(first[1])}${steps.join('')}`;
  return { line, area: `${line}V${height}H0Z`, seconds, most };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Beginning, thirds and end of the watched time. */
export function ticksOf(seconds: number): readonly number[] {
  if (seconds < 6) return [0, seconds];
  return [0, Math.round(seconds / 3), Math.round((seconds * 2) / 3), seconds];
}
