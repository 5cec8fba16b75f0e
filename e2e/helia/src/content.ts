// Content of any length that is the same in every run, and that compresses as little as ciphertext does.

import { createHash, createCipheriv } from 'node:crypto';

export const MIB = 1024 * 1024;

/** The lengths that both sides must agree on: nothing, a full chunk, one byte more, many chunks. */
export const SIZES = [0, MIB, MIB + 1, 20 * MIB];

/** Bytes that belong to a label. */
export function content(label: string, length: number): Uint8Array {
  const key = createHash('sha256').update(label).digest();
  return createCipheriv('chacha20', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** IPIP-499: the root of a chunk and of a chunk and a byte, of the key stream of this label. */
export const VECTORS: [number, string][] = [
  [MIB, 'bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta'],
  [MIB + 1, 'bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64'],
];
export const VECTOR_LABEL = 'chunk-v1-seed';
