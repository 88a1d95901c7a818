import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { canonicalJson } from '../../../src/contract/canonical-json.ts'
import { signOf } from '../../../src/contract/evidence/questions.ts'
import type { SubIndication, Verdict } from '../../../src/contract/evidence/verdict.ts'
import { nodePackageTools } from '../../../src/jobs/verify/package-tools.ts'
import { nodeCrypto } from '../../../src/signing/node-crypto.ts'
import type { Trust } from '../../../src/verify/crypto.ts'
import { verifyPackage } from '../../../src/verify/package/verify.ts'
import { bytesSource } from '../../../src/verify/source.ts'
import { signed } from '../vectors/world.ts'
import { type Made, type MakeOptions, makePackage, makeSigning, type Signing, seal } from './maker.ts'
import { type MadeEntry, madeEntry, makeZip, sha256, type ZipChanges } from './zip-maker.ts'

/** Somebody from outside tries to get a package through that is not what it says, or to make a whole one look bad. */

interface Attack {
  verdict: Verdict
  /** Any of these; the first is the best answer. */
  sub: SubIndication | null
  trust?: Trust
  at?: number
}

const DAY = 86_400_000
const RECORDS = 'records/records.ndjson'
const PROOFS = 'proofs/proofs.ndjson'
const MANIFEST = 'manifest/manifest.json'

describe('hostile packages', () => {
  let mine: Signing
  /** Whoever attacks has a root and a signer of the very same names. */
  let theirs: Signing
  let made: Made
  let entries: MadeEntry[]
  before(async () => {
    mine = await makeSigning()
    theirs = await makeSigning()
    made = await makePackage({}, mine)
    entries = await seal(made, mine)
  })
  after(async () => {
    await mine?.tsa?.stop()
    await theirs?.tsa?.stop()
  })

  const verify = (
    zip: Buffer,
    { trust = mine.trust, at = null }: { trust?: Trust | undefined; at?: number | null | undefined } = {},
  ) => verifyPackage('package.zip', bytesSource(zip), { trust, at, crypto: nodeCrypto, tools: nodePackageTools })
  const attack = (name: string, expected: Attack, make: () => Buffer | Promise<Buffer>) => {
    test(`${name}: ${expected.sub ?? expected.verdict}`, async () => {
      const result = await verify(await make(), expected)
      const got = { verdict: result.verdict, sub: result.subIndication ?? null }
      assert.deepEqual(
        got,
        { verdict: expected.verdict, sub: expected.sub },
        `${result.reason}\n${JSON.stringify(
          result.checks.filter((one) => one.verdict !== 'passed'),
          null,
          1,
        )}`,
      )
    })
  }
  const failed = (sub: SubIndication): Attack => ({ verdict: 'failed', sub })
  const unsure = (sub: SubIndication): Attack => ({ verdict: 'indeterminate', sub })
  /** An entry's bytes exchanged, without the key. */
  const swapped = (path: string, data: Buffer) =>
    entries.map((one) => (one.path === path ? madeEntry(path, data, one.method === 0) : one))
  const of = (list: MadeEntry[], path: string) => list.find((one) => one.path === path)?.data as Buffer
  /** Changed by somebody who holds the key, and sealed again. */
  const resealed = async (change: (files: Map<string, Buffer>, own: Made) => void | Promise<void>, by = mine) => {
    const own: Made = { ...made, files: new Map(made.files), index: { ...made.index } }
    await change(own.files, own)
    return makeZip(await seal(own, by))
  }
  const json = (files: Map<string, Buffer>, path: string, change: (document: never) => void) => {
    const document = JSON.parse((files.get(path) as Buffer).toString())
    change(document as never)
    files.set(path, Buffer.from(canonicalJson(document)))
  }
  const unsign = (files: Map<string, Buffer>, path: string) => {
    for (const suffix of ['.sig', '.sig.der', '.sig.tst', '.pub.pem', '.chain.pem', '.crl.pem'])
      files.delete(`${path}${suffix}`)
  }
  const unsignReport = (files: Map<string, Buffer>) => unsign(files, 'report.json')

  test('the package itself passes, and its time is proved', async () => {
    const result = await verify(makeZip(entries))
    assert.equal(result.verdict, 'passed', result.reason)
    const [index] = result.signatures
    assert.deepEqual([index?.time?.kind, index?.time?.uncounted], ['proved', null])
  })

  test('whether anything is left out is answered by what is shown, and else rests on the signer', async () => {
    const window = { start: 1_775_000_112_000, end: null, time: 'record' } as const
    for (const [options, all, words] of [
      [
        {},
        true,
        /No filter was applied: each of their records is here\. The archive's last run ended on 2026-03-31 23:33:21 UTC: what came later is not in the archive\.$/,
      ],
      [
        { window },
        false,
        /No filter was applied: \d+ of them lie wholly in what was asked for, and each record of those is here; which records of the other 2 lie in the window rests on the signer\. The archive's last run/,
      ],
      [
        { match: ({ offset }) => offset % 2 === 0 },
        false,
        /Which of their records the filter chose rests on the signer\. The archive's last run/,
      ],
      [
        { topics: { include: ['none'], exclude: [] } },
        true,
        /can hold nothing that was asked for\. The archive's last run/,
      ],
    ] as [MakeOptions, boolean, RegExp][]) {
      const result = await verify(makeZip(await seal(await makePackage(options, mine), mine)))
      assert.equal(result.verdict, 'passed', result.reason)
      assert.match(result.checks.find(({ check }) => check === 'coverage')?.reason ?? '', words)
      assert.deepEqual(
        signOf(result, 'coverage'),
        all ? { verdict: 'passed' } : { verdict: 'indeterminate', rests: 'signer' },
      )
    }
  })

  test('a filter that is made to take long is read at once', async () => {
    const began = performance.now()
    const zip = await resealed((files) =>
      json(files, 'proofs/coverage.json', (one: { filter: unknown }) => {
        one.filter = { on: 'contains', text: 'a'.repeat(5_000_000) }
      }),
    )
    assert.equal((await verify(zip)).subIndication, 'REPORT_DIFFERS')
    assert.ok(performance.now() - began < 20_000)
  })

  test('documents that take more memory or time than they are worth are a limit', async () => {
    for (const [name, body] of [
      ['objects', `[${'{},'.repeat(6_000_000)}0]`],
      ['one string', `"${'a'.repeat(30_000_000)}"`],
    ] as const) {
      const began = performance.now()
      const result = await verify(
        await resealed((files) => void files.set('report.json', Buffer.from(`{"a":${body}}`))),
      )
      assert.ok(result.verdict !== 'passed', name)
      if (name === 'objects') {
        assert.ok(
          result.checks.some(({ check, subIndication }) => check === 'report' && subIndication === 'LIMIT_REACHED'),
        )
      }
      assert.ok(performance.now() - began < 30_000, name)
    }
  })

  describe('trust and time', () => {
    attack('all signed anew by another root of the same names', unsure('NO_CERTIFICATE_CHAIN_FOUND'), async () =>
      makeZip(await seal(await makePackage({}, theirs), theirs)),
    )
    attack('only the index signed anew, certificates and all else genuine', failed('SIG_CRYPTO_FAILURE'), () =>
      resealed(() => undefined, theirs),
    )
    attack("the attacker's certificates put beside genuine signatures", failed('SIG_CRYPTO_FAILURE'), async () => {
      const other = await makePackage({}, theirs)
      return resealed((files) => {
        for (const path of ['certificates/chain.pem', 'certificates/public-key.pem', 'certificates/crl.pem'])
          files.set(path, other.files.get(path) as Buffer)
      })
    })
    attack('the signature of another package of the same signer', failed('HASH_FAILURE'), async () => {
      const other = await seal(await makePackage({ records: 72 }, mine), mine)
      return makeZip(
        entries.map((one) =>
          one.path.startsWith('index.json.') ? (other.find(({ path }) => path === one.path) as MadeEntry) : one,
        ),
      )
    })
    attack('the timestamp taken out', unsure('NO_POE'), () =>
      makeZip(entries.filter(({ path }) => path !== 'index.json.sig.tst')),
    )
    attack('the timestamp of another signature', failed('HASH_FAILURE'), async () => {
      const other = await seal(await makePackage({ records: 72 }, mine), mine)
      return makeZip(swapped('index.json.sig.tst', of(other, 'index.json.sig.tst')))
    })
    attack("a timestamp by the attacker's authority", failed('FORMAT_FAILURE'), async () => {
      const token = await theirs.authority?.stamp(of(entries, 'index.json.sig.der'))
      return makeZip(swapped('index.json.sig.tst', token as Buffer))
    })
    attack('a report that says that it was made after the package was signed', unsure('TIMESTAMP_ORDER_FAILURE'), () =>
      resealed((files) => {
        json(files, 'report.json', (one: { generated_at: string }) => {
          one.generated_at = '2031-01-01T00:00:00.000Z'
        })
        unsignReport(files)
      }),
    )
    attack('a report from before the last run of its own archive', unsure('TIMESTAMP_ORDER_FAILURE'), () =>
      resealed((files) => {
        json(files, 'report.json', (one: { generated_at: string }) => {
          one.generated_at = '2019-01-01T00:00:00.000Z'
        })
        unsignReport(files)
      }),
    )
    attack('a chain of custody that goes on after the signature', unsure('TIMESTAMP_ORDER_FAILURE'), () =>
      resealed((files) => {
        const lines = (files.get('custody.ndjson') as Buffer).toString().trimEnd().split('\n')
        const last = JSON.parse(lines.at(-1) as string)
        lines[lines.length - 1] = canonicalJson({ ...last, at: '2031-01-01T00:00:00.000Z' })
        files.set('custody.ndjson', Buffer.from(`${lines.join('\n')}\n`))
      }),
    )
    test('losses that the archive accounts for are told, and then not all is here that was asked for', async () => {
      const zip = await resealed((files) => {
        json(files, MANIFEST, (one: { topics: { partitions: { account?: { absent: object }[] }[] }[] }) => {
          const entries = one.topics.flatMap(({ partitions }) => partitions.flatMap(({ account }) => account ?? []))
          for (const entry of entries) {
            const { aborted = 0 } = entry.absent as { aborted?: number }
            entry.absent = aborted > 0 ? { unexplained: aborted } : {}
          }
        })
        unsign(files, MANIFEST)
        const digest = sha256(files.get(MANIFEST) as Buffer)
        const renamed = (one: { partition: number; absent?: object; account?: { absent: object } | null }) => {
          const account = one.account === undefined ? one : one.account
          const { aborted = 0 } = (account?.absent ?? {}) as { aborted?: number }
          if (account != null) account.absent = aborted > 0 ? { unexplained: aborted } : {}
        }
        json(files, 'proofs/coverage.json', (one: { manifest_sha256: string; partitions: never[] }) => {
          one.manifest_sha256 = digest
          one.partitions.forEach(renamed)
        })
        json(files, 'report.json', (one: { integrity: Record<string, string>; coffer: { account: never[] } }) => {
          one.integrity.backup_manifest_sha256 = digest
          one.coffer.account.forEach(renamed)
        })
        unsignReport(files)
        for (const path of [...files.keys()]) if (path.startsWith('manifest/previous')) files.delete(path)
      })
      const result = await verify(zip)
      const coverage = result.checks.find(({ check }) => check === 'coverage')
      assert.equal(coverage?.verdict, 'passed', coverage?.reason)
      assert.match(
        coverage.reason,
        /By its account the archive lacks what stood at \d+ offsets of these topics \("unexplained" \d+\)\./,
      )
      assert.deepEqual(signOf(result, 'coverage'), { verdict: 'indeterminate', rests: 'signer' })
    })
    attack('an archive that is said to reach beyond the signature', unsure('TIMESTAMP_ORDER_FAILURE'), () =>
      resealed((files) => {
        json(files, MANIFEST, (one: { coffer: { run: { ended_at: number } } }) => {
          one.coffer.run.ended_at = Date.UTC(2031, 0, 1)
        })
        unsign(files, MANIFEST)
        const digest = sha256(files.get(MANIFEST) as Buffer)
        json(files, 'proofs/coverage.json', (one: { manifest_sha256: string }) => {
          one.manifest_sha256 = digest
        })
        json(files, 'report.json', (one: { integrity: { backup_manifest_sha256: string } }) => {
          one.integrity.backup_manifest_sha256 = digest
        })
        unsignReport(files)
      }),
    )
    attack('judged for a time before the timestamp', { ...unsure('NO_POE'), at: Date.now() - 2 * DAY }, () =>
      makeZip(entries),
    )
    attack(
      'judged for a time when all certificates have run out',
      { ...unsure('OUT_OF_BOUNDS_NO_POE'), at: Date.now() + 4000 * DAY },
      () => makeZip(entries),
    )
    test('the authority is not trusted: the signature passes, and the time is only claimed, with the reason', async () => {
      const own = { certificates: mine.trust.certificates.slice(0, 1), keys: [] }
      const result = await verify(makeZip(entries), { trust: own })
      assert.equal(result.verdict, 'passed', result.reason)
      assert.equal(result.signatures[0]?.time?.kind, 'claimed')
      assert.match(result.answers.since, /by its own clock.*can't be counted.*not among those that you trust/)
    })
    test("the authority's list taken out by who holds the key: claimed, and why", async () => {
      const zip = await resealed((files) => {
        const [own] = (files.get('certificates/crl.pem') as Buffer).toString().split(/(?<=-----END X509 CRL-----\n)/)
        files.set('certificates/crl.pem', Buffer.from(own as string))
      })
      const result = await verify(zip)
      assert.equal(result.signatures[0]?.time?.kind, 'claimed')
      assert.match(result.answers.since, /can't be counted as proof of that\. The file holds no revocation list/)
    })
  })

  describe('contents that do not belong together', () => {
    attack('the manifest of another archive, without the key', failed('HASH_FAILURE'), async () =>
      makeZip(swapped(MANIFEST, (await makePackage({ records: 72 })).files.get(MANIFEST) as Buffer)),
    )
    attack('the manifest of another archive, by who holds the key', failed('PROOF_FAILURE'), async () => {
      const other = await makePackage({ records: 72 }, mine)
      return resealed((files) => {
        for (const [path, bytes] of other.files) if (path.startsWith('manifest/')) files.set(path, bytes)
        const digest = sha256(other.files.get(MANIFEST) as Buffer)
        json(files, 'proofs/coverage.json', (one: { manifest_sha256: string }) => {
          one.manifest_sha256 = digest
        })
        json(files, 'report.json', (one: { integrity: { backup_manifest_sha256: string } }) => {
          one.integrity.backup_manifest_sha256 = digest
        })
        unsignReport(files)
      })
    })
    attack('proofs that point to another segment', failed('PROOF_FAILURE'), () =>
      resealed((files) => {
        const text = (files.get(PROOFS) as Buffer).toString()
        const segments = [...new Set([...text.matchAll(/"segment":"([^"]+)"/g)].map(([, one]) => one as string))]
        assert.ok(segments.length >= 2)
        files.set(PROOFS, Buffer.from(text.replaceAll(segments[0] as string, segments[1] as string)))
      }),
    )
    attack('the proof of one record given to another', failed('PROOF_FAILURE'), () =>
      resealed((files) => {
        const lines = (files.get(PROOFS) as Buffer).toString().split('\n')
        lines[1] = lines[0] as string
        files.set(PROOFS, Buffer.from(lines.join('\n')))
      }),
    )
    attack('the custody log of another package', failed('HASH_FAILURE'), () =>
      makeZip(
        swapped(
          'custody.ndjson',
          Buffer.from((made.files.get('custody.ndjson') as Buffer).toString().replace('step 1', 'step 9')),
        ),
      ),
    )
    attack('the report of another extraction, signed by the same signer', failed('REPORT_DIFFERS'), async () => {
      const other = await makePackage({ match: ({ offset }) => offset % 2 === 0 }, mine)
      return resealed((files) => {
        for (const suffix of ['', '.sig', '.sig.der', '.sig.tst'])
          files.set(`report.json${suffix}`, other.files.get(`report.json${suffix}`) as Buffer)
      })
    })
    attack('a PDF that is no report of this package, by who holds the key', failed('REPORT_DIFFERS'), () =>
      resealed((files) => void files.set('report.pdf', signed())),
    )
    attack('what a masking rule does told otherwise, without the key', failed('HASH_FAILURE'), () =>
      makeZip(
        swapped(
          'report.json',
          Buffer.from(of(entries, 'report.json').toString().replace('removes $.iban', 'changes nothing')),
        ),
      ),
    )
    attack(
      'what a masking rule does told otherwise, over the old signature of the report',
      failed('HASH_FAILURE'),
      () =>
        resealed(
          (files) =>
            files.set(
              'report.json',
              Buffer.from((files.get('report.json') as Buffer).toString().replace('removes $.iban', 'changes nothing')),
            ) as never,
        ),
    )
    attack('a masked record shown as if it were whole', failed('PROOF_FAILURE'), async () => {
      const masked = await makePackage({ redact: ({ offset }) => offset === 101 }, mine)
      masked.files.set(
        RECORDS,
        Buffer.from((masked.files.get(RECORDS) as Buffer).toString().replace(/,"redacted":\["[^"]*"\]/, '')),
      )
      return makeZip(await seal(masked, mine))
    })
  })

  describe('zip tricks', () => {
    const trick = (name: string, changes: ZipChanges, change: (zip: Buffer) => Buffer = (zip) => zip) =>
      attack(name, failed('CONTAINER_REFUSED'), () => change(makeZip(entries, changes)))
    const patched =
      (offset: number, value: number, only?: string) =>
      (header: Buffer, { path }: MadeEntry) => {
        if (only === undefined || path === only) header.writeUInt16LE(value, offset)
        return header
      }
    trick('another name in the local header', {
      local: (header, { path }) => {
        if (path === RECORDS) header.write('x', 30 + 8)
        return header
      },
    })
    trick('something before the first entry', {}, (zip) => Buffer.concat([Buffer.from('%PDF-1.7\n'), zip]))
    trick('something after the end record', {}, (zip) => Buffer.concat([zip, Buffer.from('\n')]))
    trick('a second package after the first', {}, (zip) => Buffer.concat([zip, zip]))
    trick('a comment of the archive that is an end record itself', {
      end: (record) => {
        const inner = Buffer.from(record)
        const outer = Buffer.from(record)
        outer.writeUInt16LE(inner.length, 20)
        return Buffer.concat([outer, inner])
      },
    })
    trick('a comment at an entry', {
      central: (header, entry) =>
        entry.path === RECORDS ? Buffer.concat([patched(32, 2)(header, entry), Buffer.from('hi')]) : header,
    })
    trick('a data descriptor after an entry, by its flag alone', { local: patched(6, 0x0808, RECORDS) })
    trick('a data descriptor after an entry, without its flag', {
      gap: (index) => Buffer.alloc(index === 2 ? 16 : 0, 'PK\x07\x08'),
    })
    trick('an extra field in the local header alone', {
      local: (header, entry) =>
        entry.path === RECORDS
          ? Buffer.concat([patched(28, 4)(header, entry), Buffer.from('99990000', 'hex')])
          : header,
    })
    trick('zip64 sizes that need none', {
      central: (header, { path, data, packed }) => {
        if (path !== RECORDS) return header
        header.writeUInt32LE(0xffffffff, 20)
        header.writeUInt32LE(0xffffffff, 24)
        header.writeUInt16LE(20, 30)
        const field = Buffer.alloc(20)
        field.writeUInt16LE(1, 0)
        field.writeUInt16LE(16, 2)
        field.writeBigUInt64LE(BigInt(data.length), 4)
        field.writeBigUInt64LE(BigInt(packed.length), 12)
        return Buffer.concat([header, field])
      },
    })
    trick('the central directory in another order', { directory: (indexes) => [...indexes].reverse() })
    trick('an entry of the directory left out, its bytes still there', { directory: (indexes) => indexes.slice(0, -1) })
    trick('two entries that share one place', {
      central: (header, { path }, index) => {
        if (path === RECORDS && index > 0) header.writeUInt32LE(0, 42)
        return header
      },
    })
  })

  test('a package without a signature of its own is nobody’s, though its manifest and its report are signed', async () => {
    const result = await verify(makeZip(await seal(made, null)))
    assert.deepEqual([result.verdict, result.subIndication], ['indeterminate', 'NOT_SIGNED'])
    assert.ok(result.signatures.length > 1 && result.signatures.every(({ verdict }) => verdict === 'passed'))
    const { answers, answer_ids: ids } = result
    assert.deepEqual([ids?.whose, ids?.since, ids?.changed, ids?.others], ['nobody', 'unknown', 'unsigned', 0])
    assert.equal(answers.whose, 'Nobody has signed it.')
    assert.equal(answers.changed, 'Without a signature nobody can tell.')
    for (const one of ['since', 'changed'] as const) assert.deepEqual(signOf(result, one), { verdict: null })
  })
})
