import { type CertificateOptions, certificate, type Issuer, key, list } from './pki.ts'
import { ROOT, signed, signerKey } from './world.ts'

export const MIDDLE: Issuer = { cn: 'Vector Middle', key: key('middle') }
export const LOWER: Issuer = { cn: 'Vector Lower', key: key('lower') }
export const middle = (more: Partial<CertificateOptions> = {}) =>
  certificate({ cn: MIDDLE.cn, key: MIDDLE.key, issuer: ROOT, serial: 20, ca: true, ...more })
export const viaMiddle = certificate({ cn: 'Vector Signer', key: signerKey, issuer: MIDDLE })
export const middleList = list({ by: MIDDLE })

/** Signed with that certificate. */
export const by = (
  certificates: Buffer[],
  more: {
    issuer?: string
    serial?: number
    crls?: Buffer[]
    ocsps?: Buffer[]
    stamp?: null
    m?: string
    keyOf?: ReturnType<typeof key>
  } = {},
) =>
  signed({
    cms: { certificates, issuer: more.issuer ?? ROOT.cn, serial: more.serial ?? 7, key: more.keyOf ?? signerKey },
    ...(more.stamp === null ? { stamp: null } : {}),
    ...(more.m === undefined ? {} : { pdf: { m: more.m } }),
    dss: {
      ...(more.crls === undefined ? {} : { crls: more.crls }),
      ...(more.ocsps === undefined ? {} : { ocsps: more.ocsps }),
    },
  })
export const revoked = (at: number, reason?: number) =>
  list({ by: ROOT, revoked: [{ serial: 7, at, ...(reason === undefined ? {} : { reason }) }] })
