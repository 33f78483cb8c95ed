/** Names that every plain object answers to, as hosts, livepatches or functions may have them. */
export const prototypeNames = [
  'constructor',
  'valueOf',
  'toString',
  'hasOwnProperty',
  '__proto__',
  '__defineGetter__',
] as const;
