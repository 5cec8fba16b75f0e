// A client of the chain: connect, send, and see what became of it.

import '@polkadot/api-augment';
import { ApiPromise, HttpProvider, WsProvider } from '@polkadot/api';
import type { SignerOptions, SubmittableExtrinsic } from '@polkadot/api/types';
import type { EventRecord } from '@polkadot/types/interfaces';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { ISubmittableResult } from '@polkadot/types/types';

/** Connect without any types bundle: all that is needed comes from the chain's metadata. */
export async function connect(url: string): Promise<ApiPromise> {
  const api = new ApiPromise({ provider: new WsProvider(url), noInitWarn: true });
  await api.isReadyOrError;
  return api;
}

/** The same over HTTP, which some dApps use; no subscriptions there. */
export async function connectHttp(url: string): Promise<ApiPromise> {
  const provider = new HttpProvider(url.replace(/^ws/, 'http'));
  const api = new ApiPromise({ provider, noInitWarn: true });
  await api.isReadyOrError;
  return api;
}

/** One call as it is, past the client, which would look at the parameters first. */
export async function request<T>(url: string, method: string, params: unknown[]): Promise<T> {
  const provider = new WsProvider(url);
  try {
    await provider.isReady;
    return await provider.send<T>(method, params);
  } finally {
    await provider.disconnect();
  }
}

/** A transaction in a block. */
export interface Outcome {
  /** The block. */
  blockHash: string;
  /** Events of this transaction, in order. */
  events: EventRecord[];
  /** What the signer has paid, from the event TransactionFeePaid. */
  fee: bigint;
}

/** The dispatch of a transaction has failed in a block. */
export class DispatchFailed extends Error {
  /** `Pallet.Error`, `Token.FundsUnavailable`, `BadOrigin` … */
  readonly reason: string;
  /** The explanation that the metadata gives for an error of a pallet. */
  readonly docs: string;
  readonly outcome: Outcome;

  constructor(reason: string, docs: string, outcome: Outcome) {
    super(docs ? `${reason}: ${docs}` : reason);
    this.name = 'DispatchFailed';
    this.reason = reason;
    this.docs = docs;
    this.outcome = outcome;
  }
}

/** How far to follow a transaction. */
export type Until = 'inBlock' | 'finalized';

/**
 * Sign and send, and wait for the block. Rejects with the node's words when the transaction is not accepted, and
 * with DispatchFailed when it is in a block but failed.
 */
export async function send(
  tx: SubmittableExtrinsic<'promise'>,
  signer: KeyringPair,
  until: Until = 'inBlock',
  options: Partial<SignerOptions> = {},
): Promise<Outcome> {
  return follow(await tx.signAsync(signer, { nonce: -1, ...options }), until);
}

/** Send a transaction that is already signed and wait for its block. */
export function follow(tx: SubmittableExtrinsic<'promise'>, until: Until = 'inBlock'): Promise<Outcome> {
  return new Promise((done, fail) => {
    let unsubscribe: (() => void) | undefined;
    let settled = false;
    const settle = (end: () => void): void => {
      settled = true;
      unsubscribe?.();
      end();
    };
    tx.send((result) => {
      if (settled) return;
      if (result.isError) {
        settle(() => fail(new Error(`the transaction is ${result.status.type}`)));
      } else if (until === 'inBlock' ? result.isInBlock : result.isFinalized) {
        settle(() => {
          try {
            done(judge(tx, result));
          } catch (error) {
            fail(error);
          }
        });
      }
    }).then((stop) => {
      unsubscribe = stop;
      if (settled) stop();
    }, fail);
  });
}

function judge(tx: SubmittableExtrinsic<'promise'>, result: ISubmittableResult): Outcome {
  const paid = result.findRecord('transactionPayment', 'TransactionFeePaid');
  const fee = paid?.event.data[1];
  const block = result.status.isFinalized ? result.status.asFinalized : result.status.asInBlock;
  const outcome: Outcome = {
    blockHash: block.toHex(),
    events: result.events,
    fee: fee === undefined ? 0n : BigInt(fee.toString()),
  };
  const error = result.dispatchError;
  if (error?.isModule) {
    const { section, name, docs } = tx.registry.findMetaError(error.asModule);
    throw new DispatchFailed(`${section}.${name}`, docs.join(' ').trim(), outcome);
  }
  if (error) {
    const inner = error.isToken ? error.asToken : error.isArithmetic ? error.asArithmetic : undefined;
    throw new DispatchFailed(inner ? `${error.type}.${inner.type}` : error.type, '', outcome);
  }
  return outcome;
}

/** The data of the first event of that name. */
export function eventData(outcome: Outcome, section: string, method: string): EventRecord['event']['data'] {
  const record = outcome.events.find(({ event }) => event.section === section && event.method === method);
  if (!record) {
    const seen = outcome.events.map(({ event }) => `${event.section}.${event.method}`).join(', ');
    throw new Error(`there is no event ${section}.${method} among ${seen}`);
  }
  return record.event.data;
}

/** Free balance of an account, in the smallest unit. */
export async function freeBalance(api: ApiPromise, address: string): Promise<bigint> {
  const { data } = await api.query.system.account(address);
  return data.free.toBigInt();
}
