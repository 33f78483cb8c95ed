/** The contract's schemas, loaded apart from the first paint. */
import type { ZodType } from 'zod';
import type { EventName, RequestName } from '../../shared/api/channels';
import { events, requests, type Answer, type EventOf } from '../../shared/api/contract';

export const requestSchemas: {
  readonly [N in RequestName]: { readonly answer: ZodType<Answer<N>> };
} = requests;

export const eventSchemas: { readonly [N in EventName]: ZodType<EventOf<N>> } = events;
