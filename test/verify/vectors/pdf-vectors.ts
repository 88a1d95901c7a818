import { CATALOG, revise, signedPdf, stream, vriOf, withDss, withField } from './pdf.ts'
import { cms, key, root, token } from './pki.ts'
import {
  DAY,
  failed,
  leaf,
  type PdfVector,
  passed,
  ROOT,
  rootDer,
  rootList,
  signed,
  signedOnly,
  signerKey,
  T0,
  TSA_ROOT,
  tsaDer,
  tsaKey,
  tsaLeaf,
  tsaList,
  tsaRootDer,
  unsure,
} from './world.ts'

const flip = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] as number) ^ 1
  return copy
}
const PAGE = (contents: string, annots = '[4 0 R]') =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents ${contents} /Annots ${annots} >>`
const docStamp = (bytes: Buffer, time = T0 + 10 * DAY) =>
  token(bytes, { key: tsaKey, certificates: [tsaLeaf], issuer: TSA_ROOT.cn, time })
const second = (bytes: Buffer) => cms(bytes, { key: signerKey, certificates: [leaf], issuer: ROOT.cn })
const DSS = `${CATALOG}/DSS 24 0 R `

/** The file and what came after the signature. */
export const PDF_VECTORS: readonly PdfVector[] = [
  { name: 'LT: signature, timestamp, revocation data', make: () => signed(), ...passed },
  {
    name: 'LT with packed streams and /VRI',
    make: () => {
      let value: Buffer = Buffer.alloc(0)
      const pdf = signedOnly({ after: (made) => (value = made) })
      return withDss(
        pdf,
        { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList] },
        { flate: true, vri: vriOf(value) },
      )
    },
    ...passed,
  },
  {
    name: 'LTA: a document timestamp after the revocation data',
    make: () => withField(signed(), docStamp, { catalog: DSS }),
    ...passed,
  },
  {
    name: 'LTA keeps a signature whose authority has expired since',
    make: () => {
      const short = tsaDer({ to: T0 + 20 * DAY })
      return withField(signed({ stamp: { certificates: [short] } }), docStamp, { catalog: DSS })
    },
    ...passed,
  },
  { name: 'nobody is trusted', make: () => signed(), trust: [], ...unsure('NO_TRUSTED_KEY') },
  {
    name: 'another root is trusted',
    make: () => signed(),
    trust: [root('Other', key('other'))],
    ...unsure('NO_CERTIFICATE_CHAIN_FOUND'),
  },
  { name: "the signer's bare key is trusted", make: () => signed(), trust: [], trustKeys: [signerKey.spki], ...passed },
  {
    name: 'not signed',
    make: () =>
      signed({ dss: null, pdf: { noField: true } }).subarray(0, 0).length === 0
        ? revise(
            Buffer.from('%PDF-1.7\n'),
            [
              [1, '<< /Type /Catalog /Pages 2 0 R >>'],
              [2, '<< /Type /Pages /Kids [] /Count 0 >>'],
            ],
            { prev: null },
          )
        : Buffer.alloc(0),
    ...unsure('NOT_SIGNED'),
  },
  {
    name: 'a timestamp and no signature',
    make: () => signedPdf((bytes) => docStamp(bytes), { subFilter: 'ETSI.RFC3161' }),
    ...unsure('NOT_SIGNED'),
  },

  {
    name: 'ByteRange begins behind the header',
    make: () => signed({ pdf: { range: ([, a, b, c]) => [9, a - 9, b, c] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'the gap is larger than /Contents',
    make: () => signed({ pdf: { slack: '/Evil (hidden) ', range: ([z, a, b, c]) => [z, a - 25, b, c] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'the gap is inside /Contents',
    make: () => signed({ pdf: { range: ([z, a, b, c]) => [z, a + 1, b - 1, c + 1] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'ByteRange ends before the end of the revision',
    make: () => signed({ pdf: { range: ([z, a, b, c]) => [z, a, b, c - 6] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'ByteRange points beyond the file',
    make: () => signed({ dss: null, pdf: { range: ([z, a, b, c]) => [z, a, b, c + 99] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'ByteRange has six numbers',
    make: () => signed({ pdf: { range: ([z, a, b, c]) => [z, a, b, c, 0, 0] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'something follows the value in the gap',
    make: () => signed({ pdf: { padding: '00004142' } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'an entry of the signature is there twice',
    make: () => signed({ pdf: { value: '/SubFilter /adbe.pkcs7.detached ' } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'the signature is in no field',
    make: () => signed({ pdf: { noField: true }, dss: null }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'encrypted',
    make: () => signed({ pdf: { trailer: '/Encrypt 9 0 R ' }, dss: null }),
    ...unsure('SIGNED_DATA_NOT_FOUND'),
  },
  {
    name: 'a bit of the page flipped',
    make: () => {
      const pdf = signed()
      return flip(pdf, pdf.indexOf('amount 100') + 7)
    },
    ...failed('HASH_FAILURE'),
  },
  {
    name: 'a kind of signature that is too weak',
    make: () => signed({ pdf: { subFilter: 'adbe.pkcs7.sha1' } }),
    ...unsure('CRYPTO_CONSTRAINTS_FAILURE'),
  },

  {
    name: 'the page is drawn anew',
    make: () =>
      revise(signed({ dss: null }), [
        [3, PAGE('[5 0 R 30 0 R]')],
        [30, stream('0 0 100 100 re f')],
      ]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the content of the page is replaced',
    make: () => revise(signed(), [[5, stream('BT (amount 999) Tj ET')]]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'an annotation is laid over the page',
    make: () =>
      revise(signed(), [
        [3, PAGE('5 0 R', '[4 0 R 30 0 R]')],
        [30, '<< /Type /Annot /Subtype /Square /Rect [0 0 100 100] /IC [0 0 0] >>'],
      ]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the widget of the signature is moved',
    make: () =>
      revise(signed(), [
        [4, '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /V 6 0 R /Rect [0 0 99 99] /F 132 /P 3 0 R >>'],
      ]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the catalogue gets an action',
    make: () =>
      revise(signed({ dss: null }), [[1, `${CATALOG}/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>`]]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the catalogue points to other pages',
    make: () =>
      revise(signed({ dss: null }), [
        [1, `${CATALOG.replace('2 0 R', '30 0 R')}>>`],
        [30, '<< /Type /Pages /Kids [] /Count 0 >>'],
      ]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the trailer names another catalogue',
    make: () => {
      const pdf = revise(signed({ dss: null }), [[30, '<< /Type /Catalog /Pages 2 0 R >>']]).toString('latin1')
      const at = pdf.lastIndexOf('/Root 1 0 R')
      return Buffer.from(`${pdf.slice(0, at)}/Root 30 0 R${pdf.slice(at + 11)}`, 'latin1')
    },
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the revision does not continue the signed one',
    make: () => revise(signed(), [[5, stream('BT (other) Tj ET')]], { prev: 0 }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a revision that passes over the one before it',
    make: () => {
      const pdf = signed({ dss: null })
      const first = Number(/startxref\s+(\d+)/.exec(pdf.toString('latin1'))?.[1])
      const second = withDss(pdf, { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList] })
      return withDss(second, { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList] }, { from: 40, prev: first })
    },
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the signed revision is cut off from the chain and hidden',
    make: () =>
      revise(
        signed({ dss: null }),
        [
          [1, '<< /Type /Catalog /Pages 2 0 R >>'],
          [2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
          [3, '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>'],
        ],
        { prev: null },
      ),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the field of the signature is taken away',
    make: () =>
      revise(signed({ dss: null }), [[1, '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /SigFlags 3 >> >>']]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'an object that nobody asked for',
    make: () => revise(signed(), [[60, '(hello)']]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'bytes that are no revision',
    make: () => Buffer.concat([signed(), Buffer.from('% just a remark\n')]),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'one line end more than there was',
    make: () => Buffer.concat([signed({ dss: null }), Buffer.from('\n')]),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a comment in the revision after the signature',
    make: () => {
      const pdf = signed().toString('latin1')
      const at = pdf.lastIndexOf('trailer')
      return Buffer.from(`${pdf.slice(0, at)}%x\n${pdf.slice(at)}`, 'latin1')
    },
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the page is redefined as part of the /DSS',
    make: () =>
      withDss(
        signedOnly(),
        { certs: [rootDer], crls: [rootList, tsaList] },
        { from: 20, extra: [[5, stream(tsaRootDer.toString('latin1'))]], dss: '/OCSPs [5 0 R] ' },
      ),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the /DSS has something else in it',
    make: () =>
      withDss(signedOnly(), { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList] }, { dss: '/Note (hi) ' }),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the /DSS defines an object that the page awaited',
    make: () =>
      withDss(signedOnly({ pdf: { contents: '[5 0 R 20 0 R]' } }), {
        certs: [rootDer, tsaRootDer],
        crls: [rootList, tsaList],
      }),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'a /VRI that is none',
    make: () =>
      withDss(signedOnly(), { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList] }, { dss: '/VRI [1 2] ' }),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: '/VRI for a signature that is not there',
    make: () =>
      withDss(signedOnly(), { certs: [rootDer, tsaRootDer], crls: [rootList, tsaList] }, { vri: 'AB'.repeat(20) }),
    ...unsure('CERTIFICATE_CHAIN_GENERAL_FAILURE'),
  },
  {
    name: 'a certificate in the /DSS was altered',
    make: () => signed({ dss: { certs: [rootDer, flip(tsaRootDer, tsaRootDer.length - 9)] } }),
    ...failed('FORMAT_FAILURE'),
  },
  {
    name: 'a further signature that can be seen',
    make: () =>
      withField(signed(), second, { catalog: DSS, type: 'Sig', subFilter: 'ETSI.CAdES.detached', rect: '0 0 90 90' }),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'a further signature without appearance',
    make: () => withField(signed(), second, { catalog: DSS, type: 'Sig', subFilter: 'ETSI.CAdES.detached' }),
    ...passed,
  },
  {
    name: 'a field with an action',
    make: () => withField(signed(), docStamp, { catalog: DSS, keys: '/AA << /E << /S /JavaScript /JS (x) >> >> ' }),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'a document timestamp over something else',
    make: () => withField(signed(), () => docStamp(Buffer.from('else')), { catalog: DSS }),
    ...failed('HASH_FAILURE'),
  },
  ...Object.entries({
    'a program': '<< /S /JavaScript /JS (app.alert\\(1\\)) >>',
    'a program in a list of actions': '[ << /Next [<< /S /JavaScript /JS 9 0 R >>] >> ]',
    'a form that programs fill in': '<< /XFA [(a) 9 0 R] >>',
    'contents of another file': '<< /F (other.pdf) /Length 0 >>\nstream\n\nendstream',
  }).map(([what, object]) => ({
    name: `signed with ${what} in it`,
    make: () => signed({ pdf: { objects: [[7, object]] } }),
    ...unsure('SIG_CONSTRAINTS_FAILURE'),
  })),
  {
    name: 'what a page consists of, redefined as the list of fields',
    make: () =>
      revise(signedOnly({ pdf: { contents: '12 0 R', objects: [[12, '[5 0 R]']] } }), [
        [12, '[4 0 R]'],
        [1, `${CATALOG.replace('[4 0 R]', '12 0 R')}>>`],
      ]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'a page redefined as the form',
    make: () =>
      revise(signedOnly(), [
        [3, '<< /Fields [4 0 R] /SigFlags 3 >>'],
        [1, `${CATALOG.replace(/<< \/Fields .*? >>/, '3 0 R')}>>`],
      ]),
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'a list of certificates that a page is drawn from too, with others in it',
    make: () => {
      const dss = '/DSS << /Certs 12 0 R >> '
      const certificates: [number, string][] = [
        [12, '[13 0 R]'],
        [13, stream(rootDer.toString('latin1'))],
      ]
      return revise(signedOnly({ pdf: { contents: '12 0 R', catalog: dss, objects: certificates } }), [
        [12, '[13 0 R 14 0 R]'],
        [14, stream(tsaRootDer.toString('latin1'))],
        [1, `${CATALOG}${dss}>>`],
      ])
    },
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'the same list, from which no page is drawn',
    make: () => {
      const objects: [number, string][] = [
        [12, '[13 0 R]'],
        [13, stream(rootDer.toString('latin1'))],
        [15, stream(rootList.toString('latin1'))],
        [16, stream(tsaList.toString('latin1'))],
      ]
      const dss = '/DSS << /Certs 12 0 R /CRLs [15 0 R 16 0 R] >> '
      return revise(signedOnly({ pdf: { catalog: dss, objects } }), [
        [12, '[13 0 R 14 0 R]'],
        [14, stream(tsaRootDer.toString('latin1'))],
        [1, `${CATALOG}${dss}>>`],
      ])
    },
    ...passed,
  },
  {
    name: 'a description that a page is drawn from too, written anew',
    make: () => {
      const xmp = (comment: string) => stream(`<a xmp:x="1"/><!-- ${comment} -->`, '/Type /Metadata ')
      const signedOne = signedOnly({
        pdf: { contents: '12 0 R', catalog: '/Metadata 12 0 R ', objects: [[12, xmp('1')]] },
      })
      return revise(signedOne, [[12, xmp('BT (amount 999) Tj ET')]])
    },
    ...failed('CHANGED_AFTER_SIGNING'),
  },
  {
    name: 'two reports inside, and only the first is the one beside',
    make: () =>
      signed({
        pdf: {
          catalog: '/AF [7 0 R 9 0 R] ',
          objects: [
            [7, '<< /Type /Filespec /F (report.json) /EF << /F 8 0 R >> >>'],
            [8, stream('{"schema_version":"1.0","report_id":"validation-1"}')],
            [9, '<< /Type /Filespec /F (final.json) /EF << /F 10 0 R >> >>'],
            [10, stream('{"schema_version":"1.0","report_id":"validation-2"}')],
          ],
        },
        dss: null,
      }),
    report: Buffer.from('{"schema_version":"1.0","report_id":"validation-1"}'),
    ...failed('REPORT_DIFFERS'),
  },
  {
    name: 'the report beside is another one',
    make: () =>
      signed({
        pdf: {
          catalog: '/AF [7 0 R] ',
          objects: [
            [7, '<< /Type /Filespec /F (report.json) /EF << /F 8 0 R >> >>'],
            [8, stream('{"schema_version":"1.0","report_id":"validation-1"}')],
          ],
        },
        dss: null,
      }),
    report: Buffer.from('{"schema_version":"1.0","report_id":"validation-2"}'),
    ...failed('REPORT_DIFFERS'),
  },
  {
    name: 'references in a circle',
    make: () => signed({ pdf: { objects: [[7, '7 0 R']], catalog: '/AF 7 0 R ' }, dss: null }),
    ...failed('FORMAT_FAILURE'),
  },
]
