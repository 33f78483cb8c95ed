import { useEffect, useMemo, useState } from 'react';
import type { Answer, Ask } from '../../shared/api/contract';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf, WhatIfAction } from '../../shared/whatif/document';
import { whatIf } from '../../shared/whatif/whatIf';
import { ask } from '../state/bridge';

/** How far the stacks of all threads have been looked through for the shown answer. */
export type Search =
  | { readonly is: 'under-way' | 'done' | 'not-needed' }
  | { readonly is: 'failed'; readonly why: string };

export interface Answered {
  readonly answer: WhatIf;
  readonly search: Search;
}

interface Reply {
  readonly question: string;
  readonly reply: Answer<'host:what-if'>;
}

/**
 * What would change is worked out here, at once and anew with each reading. Who would block is asked
 * of the host, when the question changes or what it is about does, and when somebody asks again.
 *
 * @param round another number asks again
 */
export function useAnswer(
  id: string,
  status: StatusDocument,
  action: WhatIfAction | null,
  round: number,
): Answered | null {
  const local = useMemo(() => action && whatIf(status, action, null), [status, action]);
  const isNeeded = local !== null && local.unchecked === null && local.allowed;
  const question = isNeeded
    ? JSON.stringify({ ask: { id, action }, about: subjectOf(status), round })
    : null;
  const [last, setLast] = useState<Reply | null>(null);
  useEffect(() => {
    // The text of the question, not its parts, which are new with each reading.
    if (question === null) return;
    let isStale = false;
    const take = (reply: Reply['reply']) => {
      if (!isStale) setLast({ question, reply });
    };
    ask('host:what-if', askIn(question)).then(take, () => take(null));
    return () => {
      isStale = true;
    };
  }, [question]);
  return useMemo(() => {
    if (local === null) return null;
    if (question === null) return { answer: local, search: { is: 'not-needed' } };
    if (last?.question !== question) return { answer: local, search: { is: 'under-way' } };
    return combined(local, last.reply);
  }, [local, question, last]);
}

function askIn(question: string): Ask<'host:what-if'> {
  const { ask: asked }: { ask: Ask<'host:what-if'> } = JSON.parse(question);
  return asked;
}

/** What decides whose stacks are in the way. */
function subjectOf({ transition, patches }: StatusDocument): unknown {
  const names = patches.map(({ name, enabled }) => [name, enabled]);
  return [transition?.patch, transition?.direction, names];
}

function combined(local: WhatIf, reply: Reply['reply']): Answered {
  if (reply === null) return { answer: local, search: { is: 'failed', why: 'It did not answer.' } };
  if (!reply.ok) return { answer: local, search: { is: 'failed', why: reply.problem.message } };
  const { wouldBlock, unchecked, running } = reply.value;
  return { answer: { ...local, wouldBlock, unchecked, running }, search: { is: 'done' } };
}
