/** TARGET of the command line's contract for something that was dropped onto the window. */
export function targetOfPath(path: string, isFolder: boolean): string {
  if (isFolder) return `dir:${path}`;
  return /\.json$/i.test(path) ? `demo:${path}` : path;
}
