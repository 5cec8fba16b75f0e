// Accounts and money.

import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { randomAsHex } from '@polkadot/util-crypto';

/** One TEA in the smallest unit. */
export const TEA = 10n ** 12n;

const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });

/** A development account (`Alice`, `Bob` …): rich, and everybody knows its key. */
export function dev(name: string): KeyringPair {
  return keyring.addFromUri(`//${name}`, { name });
}

/** An account that nobody has seen before. */
export function fresh(): KeyringPair {
  return keyring.addFromSeed(Buffer.from(randomAsHex(32).slice(2), 'hex'));
}
