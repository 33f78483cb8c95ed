import { cleanStart } from './cleanStart';
import { basicsText } from './text/basics';
import { detailsText } from './text/details';
import { hostText } from './text/host';
import { livepatchesText } from './text/livepatches';
import { seekText } from './text/seek';
import { serveText } from './text/serve';
import { threadsText } from './text/threads';

/**
 * The text that runs on a host: one POSIX sh program, the same for every host and every login. It is
 * put together here of the parts in `text/`, each of which is a few functions of it.
 *
 * What it may rely on: `sh` (dash, bash, busybox), coreutils or busybox (`cut`, `head`, `id`, `tail`,
 * `sed`, `uniq`), `grep` and `xargs`; `gzip`, `timeout` and `dmesg` are used where they are. It
 * opens files for reading only, signals nobody but a reader of its own that takes too long, and
 * leaves nothing behind: when its input ends, so does it.
 *
 * **Frames.** What it prints is divided by lines that begin with a mark, a UUID that the host's
 * kernel makes up when the program starts. The mark is printed once, before anything else; it is
 * never an argument of another program and never in the environment, so nothing on the host can know
 * it and forge a frame. Answers go to standard output. What may take long (stacks, command lines,
 * `stack_order`) is read in the background and goes to standard error, so that it holds up nothing.
 *
 * **Requests** are lines `ID SECTIONS SCAN DIR…`: `SECTIONS` is any of `h` (facts about the host),
 * `m` (modules), `f` (functions that ftrace redirects), `l` (kernel log), `o` (stack_order), and of
 * `d` (details of all blocking threads, DIRs included) or `n` (of newly found ones only), or `-`;
 * `SCAN` is `full`, or `known` for the DIRs (`/proc/PID/task/TID`) and their children only.
 *
 * `ID seek PATTERN…` and `ID look DIR…` ask about threads alone, and only when somebody wants to know
 * what a transition that has not begun would wait for: whose stack holds one of the patterns, and
 * details of some threads. Neither waits for a transition.
 *
 * The order of one answer: `transition` and `enabled` of each livepatch, its other attributes, the
 * threads if exactly one livepatch is in transition, then `transition` and `enabled` again. If they
 * have changed it all begins anew, at most twice. The builtin `read` is preferred to programs: a
 * settled host's answer starts one or two processes.
 */
const text = [
  basicsText,
  livepatchesText,
  hostText,
  threadsText,
  detailsText,
  seekText,
  serveText,
].join('');

const program = text.replaceAll(String.raw`\${`, '${').trimStart();

/** The program with its comments, for people; its last line, `serve NONCE ID …`, starts it. */
export const probeText = `${cleanStart(program)}\n${program}`;

/** The text as it is sent: without its comments and indentation. */
export const sentText = probeText
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'))
  .join('\n');
