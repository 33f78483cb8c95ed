/**
 * The text files of a supportconfig, SUSE's report: output of commands and files, each below a heading
 * (supportutils, bin/supportconfig.rc, log_entry, _log_cmd, conf_files and log_files).
 */
export interface Section {
  /** `Command`, `Configuration File`, `Log File`, `Note` … */
  readonly kind: string;
  /** The command with the path of its program, or the path of the file. */
  readonly label: string;
  /** Lines of the file before its text. */
  readonly linesBefore: number;
  readonly text: string;
}

/** `#==[ Command ]===…===#`, and below it `# /usr/bin/uname -a`. */
const heading = /^#==\[ ([A-Za-z ]{1,40}) \]=+#?[ \t\r]*\n#[ \t]?(.*)(?:\n|$)/gm;

export function isSupportText(text: string): boolean {
  return new RegExp(heading.source, 'm').test(text);
}

export function sectionsIn(text: string): Section[] {
  const sections: Section[] = [];
  const headings = [...text.matchAll(heading)];
  let counted = 0;
  let lines = 0;
  for (const [index, match] of headings.entries()) {
    const [whole, kind = '', label = ''] = match;
    const start = match.index + whole.length;
    lines += newlinesIn(text, counted, start);
    counted = start;
    const body = text.slice(start, headings[index + 1]?.index ?? text.length);
    sections.push({ kind, label: label.trim(), linesBefore: lines, text: body });
  }
  return sections;
}

function newlinesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

/** The output of a command, whatever folder its program lies in; null: it was not run, or failed. */
export function outputOf(sections: readonly Section[], command: string): Section | null {
  const found = sections.find(
    ({ kind, label }) =>
      kind === 'Command' && (label === command || label.replace(/^\/\S*\//, '') === command),
  );
  return found && !found.text.trimStart().startsWith('ERROR: ') ? found : null;
}

export interface KlpPatch {
  readonly name: string;
  /** Whether it is in use; null: not said, or in other words. */
  readonly active: boolean | null;
}

/**
 * `klp -v patches`: a name each, and below it `    active: 1` (kernel-livepatch-tools, klp(1)).
 *
 * @returns null where there is a line that is neither
 */
export function parseKlpPatches(text: string): KlpPatch[] | null {
  const patches: KlpPatch[] = [];
  for (const line of text.split('\n')) {
    const active = /^\s+active:\s*(\S+)/.exec(line)?.[1];
    const last = patches.at(-1);
    if (active !== undefined && last) {
      patches[patches.length - 1] = { name: last.name, active: activityOf(active) };
    } else if (/^[\w.-]{1,64}\s*$/.test(line)) {
      patches.push({ name: line.trim(), active: null });
    } else if (line.trim() !== '' && !/^\s/.test(line)) return null;
  }
  return patches;
}

function activityOf(word: string): boolean | null {
  if (/^(?:[1-9]\d{0,9}|yes)$/.test(word)) return true;
  return /^(?:0|no)$/.test(word) ? false : null;
}

/** `lsmod` as lines of /proc/modules: what it leaves out, a module's state, stays out. */
export function modulesOfLsmod(text: string): string {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, size, count, users] =
      /^(\S{1,64}) +(\d{1,12}) +(-?\d{1,10})(?: +(\S+))?\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [`${name} ${size} ${count} ${users ? `${users},` : '-'}`];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** The seconds in `up 12 days,  3:04,` of uptime(1), which counts whole minutes; null: none. */
export function parseUptimeCommand(text: string): number | null {
  const [, days = '0', hours, minutes] =
    /\bup\s+(?:(\d{1,6}) days?,?\s+)?(?:(\d{1,2}):)?(\d{1,2})(?: min)?,/.exec(text) ?? [];
  if (minutes === undefined) return null;
  return (Number(days) * 24 + Number(hours ?? 0)) * 3600 + Number(minutes) * 60;
}
