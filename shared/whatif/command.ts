/** What one would type as root; Klpscope never runs it. */
import { patchPath } from '../readings/paths';
import { visible } from '../base/text';
import type { StatusDocument } from '../report/statusDocument';
import type { WhatIfAction } from './document';

/**
 * @returns null for what no single command does, where there is nothing to type, and for a name with
 *   characters that a terminal would obey: a command with those is not to be pasted
 */
export function commandOf(status: StatusDocument, action: WhatIfAction): string | null {
  const command = writtenFor(status, action);
  return command !== null && visible(command) === command ? command : null;
}

function writtenFor({ transition }: StatusDocument, action: WhatIfAction): string | null {
  switch (action.do) {
    case 'disable':
      return `echo 0 > ${quoted(`${patchPath(action.patch)}/enabled`)}`;
    case 'reverse': {
      if (transition?.patch !== action.patch || transition.direction === null) return null;
      const opposite = transition.direction === 'unpatching' ? 1 : 0;
      return `echo ${opposite} > ${quoted(`${patchPath(action.patch)}/enabled`)}`;
    }
    case 'force':
      return `echo 1 > ${quoted(`${patchPath(action.patch)}/force`)}`;
    case 'replace':
      return null;
  }
}

/** For a shell, where the name has anything that a shell would take for its own. */
function quoted(path: string): string {
  return /^[\w/.,:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
