// A real Bluesky server (PDS) with the directory of identities (PLC) that it needs, in one process, for demo and tests.
//   PDS_PORT=18060 PLC_PORT=18061 PDS_DIR=.run/pds node pds.mjs NODE_MODULES
// The directory lives in memory, so every start begins with an empty server (scripts/up makes the account again).
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';

const [modules] = process.argv.slice(2);
const load = async (name) => { const m = await import(`${modules}/${name}/dist/index.js`); return m.default?.PDS ? m.default : m; };
const { PDS } = await load('@atproto/pds');
const { Secp256k1Keypair } = await load('@atproto/crypto');
const { Database, PlcServer } = await load('@did-plc/server');
const { PDS_DIR: dir, PDS_PORT: port, PLC_PORT: plcPort } = process.env;
const onLoopback = (server) => {                     // both listen on every interface otherwise
  const listen = server.app.listen.bind(server.app);
  server.app.listen = (p) => listen(Number(p), '127.0.0.1');
  return server;
};
const key = async () => Secp256k1Keypair.create({ exportable: true });
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
await onLoopback(PlcServer.create({ db: Database.mock(), port: plcPort })).start();
const pds = await PDS.fromEnv({
  devMode: true, port: Number(port), hostname: 'localhost', dataDirectory: dir, blobstoreDiskLocation: `${dir}/blobs`,
  didPlcUrl: `http://127.0.0.1:${plcPort}`, recoveryDidKey: (await key()).did(), serviceHandleDomains: ['.test'],
  plcRotationKeyK256PrivateKeyHex: Buffer.from(await (await key()).export()).toString('hex'),
  adminPassword: randomBytes(16).toString('hex'), jwtSecret: randomBytes(16).toString('hex'), inviteRequired: false,
  disableSsrfProtection: true, bskyAppViewUrl: 'http://appview.invalid', bskyAppViewDid: 'did:web:appview.invalid',
  modServiceUrl: 'http://mod.invalid', modServiceDid: 'did:web:mod.invalid', crawlers: [],
});
await onLoopback(pds).start();
console.log(`pds 127.0.0.1:${port}, plc 127.0.0.1:${plcPort}, data ${dir}`);
process.on('SIGTERM', () => process.exit(0));
