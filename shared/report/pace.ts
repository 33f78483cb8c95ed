/** How often a host is read, where slowness decides it. */

export interface Pace {
  readonly everyMs: number;
  readonly roundMs: number;
}

/** @returns `every 4.8 s: a round takes 1.2 s` */
export function slownessText(pace: Pace): string {
  return slownessWords(pace).join(': ');
}

/** @returns `every 4.8 s` and `a round takes 1.2 s` */
export function slownessWords({ everyMs, roundMs }: Pace): readonly [every: string, why: string] {
  return [`every ${secondsText(everyMs)}`, `a round takes ${secondsText(roundMs)}`];
}

/** One digit below ten seconds, where it still says something. */
function secondsText(ms: number): string {
  const digits = ms < 9950 ? 1 : 0;
  return `${Number((ms / 1000).toFixed(digits))} s`;
}
