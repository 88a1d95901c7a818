import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from './cache.ts'

/** PEM files of a broker with TLS, and of its clients. Made anew by openssl for each broker. */
export interface Certificates {
  /** The authority that signed the broker's and the client's certificates. */
  caFile: string
  /** An authority that signed neither. */
  otherCaFile: string
  /** Subject `CN=coffer-client`; the broker's principal for it is `User:coffer-client`. */
  clientCertFile: string
  clientKeyFile: string
  /** The same key, PKCS#8, encrypted with `clientKeyPassphrase`. */
  encryptedClientKeyFile: string
  clientKeyPassphrase: string
  /** A client certificate signed by the other authority. */
  strangerCertFile: string
  strangerKeyFile: string
  /** For the broker: key and certificate in one file. */
  serverPemFile: string
}

export async function makeCertificates(folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true })
  const at = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => mustRun('openssl', args, { install: 'install openssl' })

  const authority = async (name: string) => {
    const subject = ['-subj', `/O=Coffer test/CN=${name}`]
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
    const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
    await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', ...subject, ...usage, ...out)
  }
  const leaf = async (name: string, commonName: string, signer: string, extensions: string) => {
    const subject = ['-subj', `/O=Coffer test/CN=${commonName}`]
    await openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      ...subject,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.csr`),
    )
    await writeFile(at(`${name}.ext`), extensions)
    const signed = ['-CA', at(`${signer}.pem`), '-CAkey', at(`${signer}.key`), '-CAcreateserial']
    const out = ['-days', '3650', '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`)]
    await openssl('x509', '-req', '-in', at(`${name}.csr`), ...signed, ...out)
  }

  await authority('ca')
  await authority('other-ca')
  await leaf(
    'server',
    'localhost',
    'ca',
    'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth,clientAuth\n',
  )
  await leaf('client', 'coffer-client', 'ca', 'extendedKeyUsage=clientAuth\n')
  await leaf('stranger', 'stranger', 'other-ca', 'extendedKeyUsage=clientAuth\n')
  const clientKeyPassphrase = 'pass phrase of the client'
  const protect = ['-topk8', '-v2', 'aes-256-cbc', '-passout', `pass:${clientKeyPassphrase}`]
  await openssl('pkcs8', ...protect, '-in', at('client.key'), '-out', at('client-encrypted.key'))
  await writeFile(
    at('server-both.pem'),
    (await readFile(at('server.key'), 'utf8')) + (await readFile(at('server.pem'), 'utf8')),
  )
  return {
    caFile: at('ca.pem'),
    otherCaFile: at('other-ca.pem'),
    clientCertFile: at('client.pem'),
    clientKeyFile: at('client.key'),
    encryptedClientKeyFile: at('client-encrypted.key'),
    clientKeyPassphrase,
    strangerCertFile: at('stranger.pem'),
    strangerKeyFile: at('stranger.key'),
    serverPemFile: at('server-both.pem'),
  }
}
