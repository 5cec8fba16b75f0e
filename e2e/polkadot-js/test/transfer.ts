import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiPromise } from '@polkadot/api';
import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';
import { u8aToHex } from '@polkadot/util';
import { TEA, dev, fresh } from '../src/accounts.ts';
import { type Outcome, eventData, follow, freeBalance, send } from '../src/client.ts';
import { type Chain, funded } from './chain.ts';

/** Money moves, exactly, and finally. */
export function transferTests(chain: Chain): void {
  describe('transfers', () => {
    it('pays a new account and is seen in the finalised block', async () => {
      const { api } = chain;
      const [alice, receiver] = [dev('Alice'), fresh()];
      const outcome = await send(api.tx.balances.transferKeepAlive(receiver.address, 3n * TEA), alice, 'finalized');

      const [from, to, amount] = eventData(outcome, 'balances', 'Transfer');
      assert.equal(from.toString(), alice.address);
      assert.equal(to.toString(), receiver.address);
      assert.equal(BigInt(amount.toString()), 3n * TEA);
      eventData(outcome, 'system', 'ExtrinsicSuccess');
      assert.equal(await freeBalance(api, receiver.address), 3n * TEA);

      const final = await api.rpc.chain.getFinalizedHead();
      const [finalHeader, header] = await Promise.all([
        api.rpc.chain.getHeader(final),
        api.rpc.chain.getHeader(outcome.blockHash),
      ]);
      assert.ok(header.number.toNumber() <= finalHeader.number.toNumber());
    });

    it('takes the amount and the announced fee from the sender, and the fee goes to the author', async () => {
      const { api } = chain;
      const sender = await funded(api, 100n * TEA);
      const receiver = fresh();
      const transfer = api.tx.balances.transferKeepAlive(receiver.address, 10n * TEA);
      const announced = (await transfer.paymentInfo(sender)).partialFee.toBigInt();

      const outcome = await send(transfer, sender);
      assert.ok(outcome.fee > 0n && outcome.fee <= announced, `${outcome.fee} of ${announced}`);
      assert.equal(await freeBalance(api, sender.address), 90n * TEA - outcome.fee);
      assert.equal(await freeBalance(api, receiver.address), 10n * TEA);

      const at = await api.at(outcome.blockHash);
      const header = await api.rpc.chain.getHeader(outcome.blockHash);
      const parent = await api.at(header.parentHash);
      const alice = dev('Alice').address;
      const [now, then] = await Promise.all([at.query.system.account(alice), parent.query.system.account(alice)]);
      assert.equal(now.data.free.toBigInt() - then.data.free.toBigInt(), outcome.fee);
    });

    it('puts transactions in the order of their nonces', async () => {
      const { api } = chain;
      const sender = await funded(api, 10n * TEA);
      const receiver = fresh();
      const first = (await api.rpc.system.accountNextIndex(sender.address)).toNumber();
      // Handed in back to front: the later ones wait for the first.
      const nonces = [first + 2, first + 1, first];
      const signed = await Promise.all(
        nonces.map((nonce) => api.tx.balances.transferKeepAlive(receiver.address, TEA).signAsync(sender, { nonce })),
      );
      await Promise.all(signed.map((transfer) => follow(transfer)));

      assert.equal(await freeBalance(api, receiver.address), 3n * TEA);
      assert.equal((await api.rpc.system.accountNextIndex(sender.address)).toNumber(), first + 3);
    });

    it('refuses a metadata hash that is not that of the runtime', async () => {
      const digest = Uint8Array.from(await metadataDigest(chain.api), (byte) => byte ^ 1);
      // Built without the feature, the runtime has no hash to compare with.
      await assert.rejects(remarkWithHash(chain.api, digest), /bad signature|1011.*CannotLookup/);
    });

    const withHash = process.env['TEA_METADATA_HASH'] === '1';
    const skip = withHash ? false : 'TEA_METADATA_HASH=1 tells that the node has the feature metadata-hash';
    it('accepts what an offline signer has checked against the metadata hash', { skip }, async () => {
      const outcome = await remarkWithHash(chain.api, await metadataDigest(chain.api));
      eventData(outcome, 'system', 'ExtrinsicSuccess');
    });
  });
}

/** The hash of the metadata as an offline signer computes it (RFC 78). */
async function metadataDigest(api: ApiPromise): Promise<Uint8Array> {
  const metadata = await api.call.metadata.metadataAtVersion(15);
  const { specName, specVersion } = api.runtimeVersion;
  return merkleizeMetadata(metadata.unwrap().toHex(), {
    base58Prefix: 42,
    decimals: 12,
    specName: specName.toString(),
    specVersion: specVersion.toNumber(),
    tokenSymbol: 'TEA',
  }).digest();
}

/** A remark by Bob that is valid only if the runtime's metadata has this hash. */
function remarkWithHash(api: ApiPromise, hash: Uint8Array): Promise<Outcome> {
  return send(api.tx.system.remark('0x00'), dev('Bob'), 'inBlock', { metadataHash: u8aToHex(hash), mode: 1 });
}
