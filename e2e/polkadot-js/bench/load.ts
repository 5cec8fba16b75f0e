// Sends N balance transfers as fast as one client can sign them, waits until they are in blocks, prints how it went.
//
//   TEA_RPC=ws://127.0.0.1:9944 npm run load -- 2000

import { connect } from '../src/client.ts';
import { TEA, dev } from '../src/accounts.ts';

const count = Number(process.argv[2] ?? 2000);
if (!Number.isInteger(count) || count < 1) throw new Error('how many transfers? a whole number, please');
const api = await connect(process.env['TEA_RPC'] ?? 'ws://127.0.0.1:9944');
try {
  const [alice, bob] = [dev('Alice'), dev('Bob')];
  const first = (await api.rpc.system.accountNextIndex(alice.address)).toNumber();
  const signed = [];
  for (let index = 0; index < count; index++) {
    signed.push(await api.tx.balances.transferKeepAlive(bob.address, TEA).signAsync(alice, { nonce: first + index, era: 0 }));
  }
  const started = Date.now();
  await Promise.all(signed.map((tx) => tx.send()));
  const deadline = started + 120_000;
  for (;;) {
    const { nonce } = await api.query.system.account(alice.address);
    if (nonce.toNumber() >= first + count) break;
    if (Date.now() > deadline) throw new Error(`only ${nonce.toNumber() - first} of ${count} are in blocks after two minutes`);
    await new Promise((wake) => setTimeout(wake, 200));
  }
  const seconds = (Date.now() - started) / 1000;
  console.log(`${count} in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second`);
} finally {
  await api.disconnect();
}
