import type { EqualNames } from '../model/otherNames';
import type { StatusDocument } from '../report/statusDocument';

/** What the reading tells of names that are of one function. */
export function lookedUp({ functions }: Pick<StatusDocument, 'functions'>): EqualNames {
  return functions.flatMap(({ object, name, aliases }) =>
    aliases ? [[name, ...aliases].map((one) => `${object.replaceAll('-', '_')}:${one}`)] : [],
  );
}
