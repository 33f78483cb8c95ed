/** stub */
export interface LogEntry {
  readonly seconds: number | null;
  readonly text: string;
}
