/**
 * Copies of what authors write, made once when it comes into the kernel: a literal that is changed
 * afterwards changes nothing there.
 */
import type { CallbackLiteral, ModuleLiteral, ObjectLiteral, ShadowTypeLiteral } from './literals';

type Callbacks = NonNullable<ObjectLiteral['callbacks']>;

export function copyCallbacks(given: Callbacks): Callbacks {
  const { prePatch, postPatch, preUnpatch, postUnpatch } = given;
  return {
    ...(prePatch && { prePatch: copyCallback(prePatch) }),
    ...(postPatch && { postPatch: copyCallback(postPatch) }),
    ...(preUnpatch && { preUnpatch: copyCallback(preUnpatch) }),
    ...(postUnpatch && { postUnpatch: copyCallback(postUnpatch) }),
  };
}

function copyCallback({ says, shadow, ...rest }: CallbackLiteral): CallbackLiteral {
  return {
    ...rest,
    ...(says && { says: says.map((line) => (typeof line === 'string' ? line : { ...line })) }),
    ...(shadow && { shadow: shadow.map((action) => ({ ...action })) }),
  };
}

export function copyShadowType({ id, ctor, dtor }: ShadowTypeLiteral): ShadowTypeLiteral {
  return {
    id,
    ...(ctor && { ctor: { ...ctor, ...(ctor.says && { says: [...ctor.says] }) } }),
    ...(dtor && { dtor: { ...dtor, ...(dtor.says && { says: [...dtor.says] }) } }),
  };
}

export function copyModule({ symbols, uses, ...rest }: ModuleLiteral): ModuleLiteral {
  return { ...rest, ...(symbols && { symbols: { ...symbols } }), ...(uses && { uses: [...uses] }) };
}
