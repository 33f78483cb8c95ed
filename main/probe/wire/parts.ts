/** The words by which `program/probe.sh` names what it is asked for and what it sends. */
export const parts = {
  livepatches: 'p',
  host: 'h',
  modules: 'm',
  /** Functions that ftrace redirects. */
  redirected: 'f',
  /** Sent with these: functions that ftrace has ever touched, and kprobes. */
  touched: 'u',
  kprobes: 'q',
  log: 'l',

  /** All threads whose state isn't the target, and why some could not be read. */
  states: 't',
  stateFailures: 'e',
  /** Known blocking threads and their children. */
  knownStates: 's',
  /** Files of blocking threads that nothing holds up. */
  details: 'd',
  /** The others are under way, on the stream of what comes late. */
  lateFollows: 'late',

  /** Files that may be held up, and why some could not be read. */
  slowFiles: 'k',
  slowFailures: 'xk',
  /** One such file whose path is the frame's word, with its bytes as they are; or it took too long. */
  wholeFile: 'C',
  slowFile: 'S',

  /** Lines of all threads' stacks that hold what is sought, why some could not be read, who runs. */
  soughtLines: 'g',
  soughtFailures: 'xg',
  running: 'w',

  /** Names of functions, by numbers that stand for their addresses. */
  sameNames: 'a',

  /** Frames within, compressed. */
  packed: 'z',
  /** The livepatches changed meanwhile: what was sent so far does not count. */
  again: 'again',
  end: 'end',
} as const;

/** Sections that are asked for when they are due, and that stay known until they come anew. */
export const polledSections = [parts.host, parts.modules, parts.redirected, parts.log] as const;

/** Sections that come with one that is polled. */
export const accompanying = [parts.touched, parts.kprobes] as const;

/** What is asked for and has no part of its own name: places in the stack, and details of new threads. */
export const requested = { stackOrders: 'o', newDetails: 'n' } as const;

/** What a request may ask for beyond the livepatches themselves. */
export type Section =
  | (typeof polledSections)[number]
  | typeof parts.details
  | (typeof requested)[keyof typeof requested];
