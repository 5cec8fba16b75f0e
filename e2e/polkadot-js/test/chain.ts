// What the suites of the development chain share.

import type { ApiPromise } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { dev, fresh } from '../src/accounts.ts';
import { send } from '../src/client.ts';
import type { TeaNode } from '../src/node.ts';

/** The node and a client of it. */
export interface Chain {
  node: TeaNode;
  api: ApiPromise;
}

/** A new account with this balance. Bob pays, so that Alice, who gets the fees, is left out of it. */
export async function funded(api: ApiPromise, amount: bigint): Promise<KeyringPair> {
  const account = fresh();
  await send(api.tx.balances.transferKeepAlive(account.address, amount), dev('Bob'));
  return account;
}
