import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from './cache.ts'

const openssl = (...args: string[]) =>
  mustRun('openssl', args, { install: 'install openssl (Debian: apt install openssl)' })

/** How openssl is asked for a key of each kind. */
const KEYS = {
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  Ed25519: ['-algorithm', 'ED25519'],
} as const

export type KeyKind = keyof typeof KEYS

/** Makes a private key in PKCS#8 PEM. */
export async function makeKey(file: string, kind: KeyKind): Promise<string> {
  await openssl('genpkey', ...KEYS[kind], '-out', file)
  return file
}

/** A private root with a revocation list, made anew by openssl. */
export interface TestRoot {
  rootFile: string
  rootDerFile: string
  keyFile: string
  crlFile: string
  crlDerFile: string
  /** Issues a certificate for a key. @param extensions lines of an extensions file */
  issue(options: { keyFile: string; certificateFile: string; subject: string; extensions: string }): Promise<string>
  /** Puts a certificate on the list, which is written anew. */
  revoke(certificateFile: string): Promise<void>
}

const EXTENSIONS_OF_ALL =
  'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n'
/** What a certificate that signs documents has. */
export const SIGNING_EXTENSIONS = 'keyUsage=critical,digitalSignature,nonRepudiation\n'

export async function makeRoot(folder: string, name: string): Promise<TestRoot> {
  await mkdir(folder, { recursive: true })
  const at = (file: string) => join(folder, file)
  const [rootFile, rootDerFile, keyFile, crlFile] = [at('root.pem'), at('root.der'), at('root.key'), at('root.crl')]
  const crlDerFile = at('root-crl.der')
  await makeKey(keyFile, 'P-256')
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  const subject = ['-subj', `/O=Coffer test/CN=${name}`]
  await openssl('req', '-x509', '-new', '-key', keyFile, ...subject, ...usage, '-days', '3650', '-out', rootFile)
  await openssl('x509', '-in', rootFile, '-outform', 'DER', '-out', rootDerFile)
  await writeFile(at('index.txt'), '')
  await writeFile(at('crlnumber'), '01\n')
  const config = [
    '[ca]',
    'default_ca=root',
    '[root]',
    `database=${at('index.txt')}`,
    `crlnumber=${at('crlnumber')}`,
    'default_md=sha256',
    'default_crl_days=365',
    'crl_extensions=crl_ext',
    '[crl_ext]',
    'authorityKeyIdentifier=keyid',
  ]
  await writeFile(at('ca.cnf'), `${config.join('\n')}\n`)
  const authority = ['-config', at('ca.cnf'), '-keyfile', keyFile, '-cert', rootFile]
  const writeList = async () => {
    await openssl('ca', '-gencrl', ...authority, '-out', crlFile)
    await openssl('crl', '-in', crlFile, '-outform', 'DER', '-out', crlDerFile)
  }
  await writeList()
  return {
    rootFile,
    rootDerFile,
    keyFile,
    crlFile,
    crlDerFile,
    async issue({ keyFile: leafKey, certificateFile, subject: leafSubject, extensions }) {
      const request = `${certificateFile}.csr`
      await openssl('req', '-new', '-key', leafKey, '-subj', leafSubject, '-utf8', '-out', request)
      await writeFile(`${certificateFile}.ext`, EXTENSIONS_OF_ALL + extensions)
      const signed = ['-CA', rootFile, '-CAkey', keyFile, '-CAcreateserial', '-days', '3000']
      const out = ['-extfile', `${certificateFile}.ext`, '-out', certificateFile]
      await openssl('x509', '-req', '-in', request, ...signed, ...out)
      // A list that is older than the certificate says nothing about it.
      await writeList()
      return certificateFile
    },
    async revoke(certificateFile) {
      await openssl('ca', '-revoke', certificateFile, ...authority)
      await writeList()
    },
  }
}

/** A key with a certificate from a root of its own, and that root's revocation list. */
export interface TestSigner {
  keyFile: string
  /** Its certificate and its root, PEM. */
  chainFile: string
  certificateFile: string
  root: TestRoot
}

export async function makeSigner(folder: string, kind: KeyKind, name = 'Jane Doe'): Promise<TestSigner> {
  const root = await makeRoot(join(folder, 'root'), `Test Root ${kind}`)
  const keyFile = await makeKey(join(folder, 'signer.key'), kind)
  const certificateFile = join(folder, 'signer.pem')
  await root.issue({
    keyFile,
    certificateFile,
    subject: `/O=Coffer test/CN=${name}`,
    extensions: SIGNING_EXTENSIONS,
  })
  const chainFile = join(folder, 'chain.pem')
  await writeFile(chainFile, (await readFile(certificateFile, 'utf8')) + (await readFile(root.rootFile, 'utf8')))
  return { keyFile, chainFile, certificateFile, root }
}
