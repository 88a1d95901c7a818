import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mustRun } from './cache.ts'
import { type KeyKind, makeKey, makeRoot, SIGNING_EXTENSIONS, type TestRoot, type TestSigner } from './pki.ts'

/** How the responder answers; all but the first two are faults. */
export type OcspMode =
  | 'right'
  /** Without the nonce that was sent, as responders do that make answers in advance. */
  | 'no-nonce'
  | 'wrong-nonce'
  | 'other-certificate'
  /** Signed by a certificate of the same root that is not one for OCSP. */
  | 'not-allowed'
  /** Signed by a responder of another root of the same name. */
  | 'stranger'
  /** Does not know the certificate. */
  | 'unknown'
  | 'revoked'
  | 'try-later'
  | 'garbage'
  | 'silence'
  | 'status-500'
  | 'html'

/** A root whose certificates name an OCSP responder and no list: `openssl ocsp` behind a small HTTP server. */
export interface TestOcsp {
  url: string
  root: TestRoot
  mode: OcspMode
  requests: number
  /** A key with a certificate that names the responder. */
  signer(name: string, kind: KeyKind): Promise<TestSigner>
  stop(): Promise<void>
}

const RESPONDER = 'keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n'

export async function startOcsp(folder: string): Promise<TestOcsp> {
  await mkdir(folder, { recursive: true })
  const root = await makeRoot(join(folder, 'root'), 'Test OCSP Root')
  const other = await makeRoot(join(folder, 'other'), 'Test OCSP Root')
  const at = (file: string) => join(folder, file)
  for (const [file, by, extensions] of [
    ['responder', root, RESPONDER],
    ['not-allowed', root, SIGNING_EXTENSIONS],
    ['stranger', other, RESPONDER],
  ] as const) {
    const keyFile = await makeKey(at(`${file}.key`), 'P-256')
    await by.issue({ keyFile, certificateFile: at(`${file}.pem`), subject: '/O=Coffer test/CN=Test OCSP', extensions })
  }
  for (const file of ['index.txt', 'revoked.txt', 'empty.txt']) await writeFile(at(file), '')
  let ocsp: TestOcsp | undefined
  const server = createServer((request, response) => {
    if (ocsp === undefined) response.writeHead(503).end()
    else answer(ocsp, folder, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ocsp`
  ocsp = {
    url,
    root,
    mode: 'right',
    requests: 0,
    async signer(name, kind) {
      const keyFile = await makeKey(at(`${name}.key`), kind)
      const certificateFile = await root.issue({
        keyFile,
        certificateFile: at(`${name}.pem`),
        subject: `/O=Coffer test/CN=${name}`,
        extensions: `${SIGNING_EXTENSIONS}authorityInfoAccess=OCSP;URI:${url}\n`,
      })
      const { stdout } = await mustRun('openssl', ['x509', '-in', certificateFile, '-noout', '-serial'])
      const serial = stdout.trim().replace('serial=', '')
      await appendFile(at('index.txt'), `V\t360101000000Z\t\t${serial}\tunknown\t/CN=${name}\n`)
      await appendFile(
        at('revoked.txt'),
        `R\t360101000000Z\t250101000000Z,keyCompromise\t${serial}\tunknown\t/CN=${name}\n`,
      )
      const chainFile = at(`${name}-chain.pem`)
      await writeFile(chainFile, (await readFile(certificateFile, 'utf8')) + (await readFile(root.rootFile, 'utf8')))
      return { keyFile, chainFile, certificateFile, root }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return ocsp
}

async function answer(
  ocsp: TestOcsp,
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  ocsp.requests++
  const query = Buffer.concat(chunks)
  const reply = (bytes: Buffer, type = 'application/ocsp-response', status = 200) =>
    response.writeHead(status, { 'content-type': type }).end(bytes)
  switch (ocsp.mode) {
    case 'silence':
      return
    case 'status-500':
      reply(Buffer.from('out of order'), 'text/plain', 500)
      return
    case 'html':
      reply(Buffer.from('<p>Please sign in'), 'text/html')
      return
    case 'garbage':
      reply(Buffer.from('30820102abcdef', 'hex'))
      return
    case 'try-later':
      // OCSPResponse with the status tryLater (3) alone
      reply(Buffer.from('30030a0103', 'hex'))
      return
    default:
      reply(await openssl(ocsp, folder, query))
  }
}

async function openssl({ mode, root, requests }: TestOcsp, folder: string, query: Buffer): Promise<Buffer> {
  const at = (file: string) => join(folder, file)
  const [asked, given] = [at(`request-${requests}.der`), at(`response-${requests}.der`)]
  const bytes = Buffer.from(query)
  // the request ends with the nonce
  if (mode === 'wrong-nonce') bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  // and the serial number ends right before the extensions
  if (mode === 'other-certificate')
    bytes[bytes.length - EXTENSIONS_BYTES - 1] = (bytes.at(-EXTENSIONS_BYTES - 1) ?? 0) ^ 1
  await writeFile(asked, mode === 'no-nonce' ? withoutNonce(bytes) : bytes)
  const signer = mode === 'not-allowed' || mode === 'stranger' ? mode : 'responder'
  const index = mode === 'revoked' ? 'revoked.txt' : mode === 'unknown' ? 'empty.txt' : 'index.txt'
  await mustRun('openssl', [
    ...['ocsp', '-index', at(index), '-CA', root.rootFile, '-reqin', asked, '-respout', given, '-ndays', '7'],
    ...['-rsigner', at(`${signer}.pem`), '-rkey', at(`${signer}.key`)],
  ])
  return readFile(given)
}

/** `[2]` with a nonce of 32 octets, at the request's end. */
const EXTENSIONS_BYTES = 53
/** Two SEQUENCEs of 128 to 255 octets begin the request. */
const HEADS_BYTES = 6

/** The same request without its extensions. */
function withoutNonce(query: Buffer): Buffer {
  const list = query.subarray(HEADS_BYTES, query.length - EXTENSIONS_BYTES)
  const wrap = (content: Buffer) => Buffer.concat([Buffer.of(0x30, content.length), content])
  return wrap(wrap(list))
}
