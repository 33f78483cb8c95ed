/** What a server may ask at once and a person may answer. Both ends of the contract hold to it. */
export const promptLimits = {
  /** Prompts of one round, and so answers. */
  count: 16,
  /** Prompts of one login: three rounds of as many. */
  perLogin: 48,
  /** Characters of one text of the server's; what is longer is cut. */
  text: 4096,
  /** Characters of an answer. */
  answer: 8192,
} as const;
