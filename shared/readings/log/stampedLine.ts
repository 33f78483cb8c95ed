/** What every form of log comes down to. */
import type { WallStamp } from './wallClock';

/** A line or record of a log. */
export interface StampedLine {
  /** Counted from 1, of lines or records. */
  readonly line: number;
  readonly seconds: number | null;
  readonly wall: WallStamp | null;
  /** journald's identifier of the boot, 32 hexadecimal digits; null where the form has none. */
  readonly boot: string | null;
  /** Another boot begins here, whatever the stamps say. */
  readonly beginsBoot: boolean;
  /** Whether it looks like a line of a log. */
  readonly isUnderstood: boolean;
  readonly message: string;
}
