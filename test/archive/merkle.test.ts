import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { inclusionProof, leafHash, MerkleBuilder, merkleRoot, verifyInclusion } from '../../src/archive/merkle.ts'

// The known answers of Certificate Transparency's own test suite (google/certificate-transparency, merkle_tree_test).
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const PROOFS: [index: number, size: number, path: string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
]

const inputs = INPUTS.map((hex) => Buffer.from(hex, 'hex'))
const leaves = inputs.map(leafHash)

test('tree heads are those of RFC 6962 for zero to eight leaves', () => {
  const builder = new MerkleBuilder()
  assert.equal(builder.root().toString('hex'), ROOTS[0])
  // all leaves in one buffer, the first at its very start
  const together = Buffer.concat(inputs)
  let at = 0
  for (const [i, input] of inputs.entries()) {
    builder.add(together, at, at + input.length)
    at += input.length
    assert.equal(builder.root().toString('hex'), ROOTS[i + 1])
    assert.equal(merkleRoot(leaves.slice(0, i + 1)).toString('hex'), ROOTS[i + 1])
  }
  assert.deepEqual(together, Buffer.concat(inputs), 'the buffer is as before')
})

test('inclusion proofs are those of RFC 6962', () => {
  for (const [index, size, path] of PROOFS) {
    const proof = inclusionProof(leaves.slice(0, size), index)
    assert.deepEqual(
      proof.map((node) => node.toString('hex')),
      path,
    )
    assert.ok(verifyInclusion(leaves[index] as Buffer, index, size, proof, Buffer.from(ROOTS[size] as string, 'hex')))
  }
})

test('every leaf of trees of many sizes has a proof, and no other leaf, place, size or path passes', () => {
  const many = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)))
  for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 64, 65, 70]) {
    const tree = many.slice(0, size)
    const root = slowRoot(tree)
    assert.deepEqual(merkleRoot(tree), root)
    for (let index = 0; index < size; index++) {
      const path = inclusionProof(tree, index)
      const leaf = tree[index] as Buffer
      assert.ok(verifyInclusion(leaf, index, size, path, root))
      assert.ok(!verifyInclusion(leafHash(Buffer.from('other')), index, size, path, root))
      assert.ok(!verifyInclusion(leaf, index, size, [...path, root], root))
      assert.ok(!verifyInclusion(leaf, size, size, path, root))
      assert.ok(!verifyInclusion(leaf, -1, size, path, root))
      if (path.length > 0) {
        assert.ok(!verifyInclusion(leaf, index, size, path.slice(1), root))
        assert.ok(!verifyInclusion(leaf, index, size, [Buffer.alloc(31), ...path.slice(1)], root))
      }
    }
  }
  assert.throws(() => inclusionProof(many, 70), RangeError)
})

/** RFC 6962 §2.1 word for word. */
function slowRoot(tree: readonly Buffer[]): Buffer {
  if (tree.length === 1) return tree[0] as Buffer
  let split = 1
  while (split * 2 < tree.length) split *= 2
  const hash = createHash('sha256').update(Buffer.from([1]))
  return hash
    .update(slowRoot(tree.slice(0, split)))
    .update(slowRoot(tree.slice(split)))
    .digest()
}
