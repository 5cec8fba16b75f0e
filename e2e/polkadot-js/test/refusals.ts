import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { TEA, dev, fresh } from '../src/accounts.ts';
import { DispatchFailed, freeBalance, request, send } from '../src/client.ts';
import { type Chain, funded } from './chain.ts';

/** What is wrong is refused, in words that say what is wrong. */
export function refusalTests(chain: Chain): void {
  /** The dispatch fails with that reason and costs a fee and nothing else. */
  const failure = async (outcome: Promise<unknown>, reason: string): Promise<DispatchFailed> => {
    const error = await outcome.then(
      () => assert.fail(`it succeeded instead of failing with ${reason}`),
      (error: unknown) => error,
    );
    assert.ok(error instanceof DispatchFailed, String(error));
    assert.equal(error.reason, reason);
    assert.ok(error.outcome.fee > 0n);
    return error;
  };

  const submit = (bytes: Uint8Array): Promise<unknown> =>
    request(chain.node.url, 'author_submitExtrinsic', [u8aToHex(bytes)]);

  describe('refusals', () => {
    after(async () => {
      const pending = await chain.api.rpc.author.pendingExtrinsics();
      assert.equal(pending.length, 0, 'the pool has kept something that is not valid');
    });

    it('refuses a transfer of more than there is', async () => {
      const { api } = chain;
      const sender = await funded(api, 2n * TEA);
      const error = await failure(
        send(api.tx.balances.transferKeepAlive(dev('Bob').address, 5n * TEA), sender),
        'Token.FundsUnavailable',
      );
      assert.equal(await freeBalance(api, sender.address), 2n * TEA - error.outcome.fee);
    });

    it('names the error of a pallet and explains it', async () => {
      const { api } = chain;
      const error = await failure(send(api.tx.validatorSet.bond(1), dev('Bob')), 'validatorSet.BelowMinBond');
      assert.match(error.docs, /less than `MinBond`/);
    });

    it('refuses what needs root', async () => {
      const { api } = chain;
      await failure(send(api.tx.system.setHeapPages(64), dev('Bob')), 'BadOrigin');
      await failure(send(api.tx.sudo.sudo(api.tx.system.setHeapPages(64)), dev('Bob')), 'sudo.RequireSudo');
    });

    it('refuses an account that cannot pay the fee', async () => {
      const { api } = chain;
      await assert.rejects(send(api.tx.system.remark('0x00'), fresh()), /1010.*Inability to pay some fees/);
    });

    it('refuses a transaction signed for another chain', async () => {
      const { api } = chain;
      const genesisHash = api.createType('Hash', `0x${'42'.repeat(32)}`);
      const remark = api.tx.system.remark('0x00');
      await assert.rejects(send(remark, dev('Bob'), 'inBlock', { genesisHash }), /1010.*bad signature/);
    });

    it('refuses a nonce that was used', async () => {
      const { api } = chain;
      const sender = await funded(api, TEA);
      await send(api.tx.system.remark('0x01'), sender);
      await assert.rejects(send(api.tx.system.remark('0x02'), sender, 'inBlock', { nonce: 0 }), /1010.*outdated/);
    });

    it('refuses a transaction a second time', async () => {
      const { api } = chain;
      const sender = await funded(api, TEA);
      const remark = await api.tx.system.remark('0x03').signAsync(sender, { nonce: 0 });
      await submit(remark.toU8a());
      await assert.rejects(submit(remark.toU8a()), /1013|1010|1012/);
      while ((await api.query.system.account(sender.address)).nonce.toNumber() === 0) {
        await new Promise((later) => setTimeout(later, 500));
      }
    });

    it('refuses every transaction that was tampered with', async () => {
      const { api } = chain;
      const transfer = await api.tx.balances
        .transferKeepAlive(fresh().address, TEA)
        .signAsync(dev('Bob'), { nonce: -1 });
      const bytes = transfer.toU8a();
      // One bit each of signer, signature, amount; behind the length prefix.
      for (const at of [10, 60, bytes.length - 2]) {
        const tampered = Uint8Array.from(bytes);
        tampered[at] ^= 0x01;
        await assert.rejects(submit(tampered), /1010|1002|decode/i, `bit of byte ${at}`);
      }
      for (const length of [0, 1, 40, bytes.length - 1]) {
        await assert.rejects(submit(bytes.slice(0, length)), /1010|1002|decode/i, `cut to ${length} bytes`);
      }
    });

    it('refuses a transaction that is longer than a block', async () => {
      const { api } = chain;
      const remark = api.tx.system.remark(u8aToHex(new Uint8Array(5 * 1024 * 1024)));
      await assert.rejects(send(remark, dev('Bob')), /1010.*(exhaust|limit)/i);
    });
  });
}
