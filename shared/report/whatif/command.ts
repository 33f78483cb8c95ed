/** What one would type as root; Klpscope never runs it. */
import { patchPath } from '../../readings/paths';
import type { StatusDocument } from '../statusDocument';
import type { WhatIfAction } from './document';

/** @returns null for what no single command does, or where there is nothing to type */
export function commandOf({ transition }: StatusDocument, action: WhatIfAction): string | null {
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
