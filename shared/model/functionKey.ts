/** A patched function's identity as one text: functions of one name differ by object and position. */
export function functionKey(object: string, name: string, sympos: number | null): string {
  return JSON.stringify([object, name, sympos]);
}
