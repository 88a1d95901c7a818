import type { SubIndication, Verdict } from '../../../src/contract/evidence/verdict.ts'
import type { Beside } from '../../../src/verify/report.ts'
import { type PdfOptions, signedPdf, withDss } from './pdf.ts'
import {
  type CertificateOptions,
  type CmsOptions,
  certificate,
  cms,
  DAY,
  type Issuer,
  key,
  list,
  NOW,
  root,
  T0,
  type TokenOptions,
  token,
} from './pki.ts'

/** The parties of the vectors, and a signed PDF in which each part can be swapped for a wrong one. */

export const ROOT: Issuer = { cn: 'Vector Root', key: key('root') }
export const TSA_ROOT: Issuer = { cn: 'Vector TSA Root', key: key('tsa root') }
export const rootDer = root(ROOT.cn, ROOT.key)
export const tsaRootDer = root(TSA_ROOT.cn, TSA_ROOT.key)
export const signerKey = key('signer')
export const tsaKey = key('tsa')

export const signerDer = (more: Partial<CertificateOptions> = {}) =>
  certificate({ cn: 'Vector Signer', key: signerKey, issuer: ROOT, ...more })
export const tsaDer = (more: Partial<CertificateOptions> = {}) =>
  certificate({ cn: 'Vector TSA', key: tsaKey, issuer: TSA_ROOT, usage: 0x80, eku: ['1.3.6.1.5.5.7.3.8'], ...more })

export const leaf = signerDer()
export const tsaLeaf = tsaDer()
export const rootList = list({ by: ROOT })
export const tsaList = list({ by: TSA_ROOT })

export type Expected = { verdict: Verdict; sub: SubIndication | null }

export interface PdfVector extends Expected {
  name: string
  make(): Buffer
  /** DER; default: both roots. */
  trust?: Buffer[]
  /** SubjectPublicKeyInfo. */
  trustKeys?: Buffer[]
  now?: number
  report?: Buffer
}

export const stamp =
  (more: Partial<TokenOptions> = {}) =>
  (signature: Buffer) =>
    token(signature, { key: tsaKey, certificates: [tsaLeaf], issuer: TSA_ROOT.cn, ...more })

export interface Parts {
  cms?: Partial<CmsOptions>
  pdf?: PdfOptions
  /** null: no timestamp. */
  stamp?: Partial<TokenOptions> | null
  /** null: no /DSS. */
  dss?: { certs?: Buffer[]; crls?: Buffer[]; ocsps?: Buffer[] } | null
  after?: (cms: Buffer) => Buffer
}

/** Signed; without the /DSS. */
export function signedOnly(parts: Parts = {}): Buffer {
  return signedPdf((bytes) => {
    const own = {
      key: signerKey,
      certificates: [leaf],
      issuer: ROOT.cn,
      ...(parts.stamp === null ? {} : { token: stamp(parts.stamp ?? {}) }),
      ...parts.cms,
    }
    const made = cms(bytes, own)
    return parts.after === undefined ? made : parts.after(made)
  }, parts.pdf)
}

/** A PDF of level LT, but for what `parts` change. */
export function signed(parts: Parts = {}): Buffer {
  const pdf = signedOnly(parts)
  return parts.dss === null
    ? pdf
    : withDss(pdf, { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList], ...parts.dss })
}

export interface DetachedVector extends Expected {
  name: string
  data?: Buffer
  beside: Partial<Beside>
  trust?: Buffer[]
  trustKeys?: Buffer[]
  now?: number
}

export const passed: Expected = { verdict: 'passed', sub: null }
export const failed = (sub: SubIndication): Expected => ({ verdict: 'failed', sub })
export const unsure = (sub: SubIndication): Expected => ({ verdict: 'indeterminate', sub })
export { DAY, NOW, T0 }
