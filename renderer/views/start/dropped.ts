/** TARGET of the command line's contract for something that was dropped onto the window. */
export function targetOfPath(path: string, isFolder: boolean): string {
  return isFolder ? `dir:${path}` : path;
}
