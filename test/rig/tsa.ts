import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mustRun } from './cache.ts'
import { makeKey, makeRoot, type TestRoot } from './pki.ts'

/** How the authority answers; all but the first are faults. */
export type TsaMode =
  | 'right'
  | 'wrong-nonce'
  | 'wrong-imprint'
  | 'rejection'
  | 'garbage'
  | 'empty'
  | 'huge'
  /** Takes the request and never answers. */
  | 'silence'
  | 'status-500'
  | 'redirect'
  | 'html'

/** A local RFC 3161 authority: `openssl ts` behind a small HTTP server, with a root that has a revocation list. */
export interface TestTsa {
  url: string
  root: TestRoot
  certificateFile: string
  mode: TsaMode
  /** Whether the revocation list is served where the certificate says (`/root.crl`). */
  servesCrl: boolean
  /** Requests for a timestamp that came so far. */
  requests: number
  stop(): Promise<void>
}

export async function startTsa(folder: string): Promise<TestTsa> {
  await mkdir(folder, { recursive: true })
  const root = await makeRoot(join(folder, 'root'), 'Test TSA Root')
  let tsa: TestTsa | undefined
  const server = createServer((request, response) => {
    if (tsa === undefined) response.writeHead(503).end()
    else answer(tsa, folder, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const keyFile = await makeKey(join(folder, 'tsa.key'), 'P-256')
  const certificateFile = await root.issue({
    keyFile,
    certificateFile: join(folder, 'tsa.pem'),
    subject: '/O=Coffer test/CN=Test TSA',
    extensions: `keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\ncrlDistributionPoints=URI:${origin}/root.crl\n`,
  })
  await writeFile(join(folder, 'serial'), '01\n')
  await writeFile(join(folder, 'ts.cnf'), configuration(join(folder, 'serial')))
  tsa = {
    url: `${origin}/tsa`,
    root,
    certificateFile,
    mode: 'right',
    servesCrl: true,
    requests: 0,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return tsa
}

function configuration(serialFile: string): string {
  const lines = [
    '[tsa]',
    'default_tsa=t',
    '[t]',
    `serial=${serialFile}`,
    'crypto_device=builtin',
    'signer_digest=sha256',
    'default_policy=1.2.3.4.1',
    'digests=sha256,sha384,sha512',
    'accuracy=secs:1',
    'ordering=no',
    'tsa_name=no',
    'ess_cert_id_chain=no',
    'ess_cert_id_alg=sha256',
  ]
  return `${lines.join('\n')}\n`
}

async function answer(tsa: TestTsa, folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    if (!tsa.servesCrl || request.url !== '/root.crl') response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/pkix-crl' }).end(await readFile(tsa.root.crlDerFile))
    return
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  tsa.requests++
  const query = Buffer.concat(chunks)
  const reply = (bytes: Buffer, type = 'application/timestamp-reply', status = 200) =>
    response.writeHead(status, { 'content-type': type }).end(bytes)
  switch (tsa.mode) {
    case 'silence':
      return
    case 'status-500':
      reply(Buffer.from('out of order'), 'text/plain', 500)
      return
    case 'redirect':
      response.writeHead(302, { location: tsa.url }).end()
      return
    case 'html':
      reply(Buffer.from('<p>Please sign in'), 'text/html')
      return
    case 'empty':
      reply(Buffer.alloc(0))
      return
    case 'garbage':
      reply(Buffer.from('30820102abcdef', 'hex'))
      return
    case 'huge':
      reply(Buffer.alloc(2_000_000, 0x30))
      return
    case 'rejection':
      // TimeStampResp with a PKIStatusInfo: rejection, "not today", badAlg
      reply(Buffer.from('30163014020102300b0c096e6f7420746f64617903020780', 'hex'))
      return
    case 'wrong-nonce':
      // The request ends with the nonce and certReq TRUE (three octets).
      flip(query, query.length - 4)
      break
    case 'wrong-imprint':
      flip(query, query.indexOf(Buffer.from('0420', 'hex')) + 10)
      break
    default:
  }
  reply(await makeReply(tsa, folder, query))
}

function flip(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1
}

async function makeReply(tsa: TestTsa, folder: string, query: Buffer): Promise<Buffer> {
  const base = join(folder, `request-${tsa.requests}`)
  await writeFile(`${base}.tsq`, query)
  const config = ['-config', join(folder, 'ts.cnf'), '-section', 't']
  const signer = ['-signer', tsa.certificateFile, '-inkey', join(folder, 'tsa.key'), '-chain', tsa.root.rootFile]
  await mustRun('openssl', ['ts', '-reply', ...config, '-queryfile', `${base}.tsq`, ...signer, '-out', `${base}.tsr`])
  return readFile(`${base}.tsr`)
}
